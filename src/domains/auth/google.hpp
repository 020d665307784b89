// Sign-in at an OpenID provider, and linking its accounts (auth.md §5). Private to domains/auth.
#pragma once

#include "domains/auth/exchange.hpp"
#include "domains/auth/google_api.hpp"
#include "domains/auth/sign_ins.hpp"

namespace grover::auth {

class Google {
public:
    Google(const Core& core, const SignIns& sign_ins, const Exchange& exchange, const Audit& audit)
        : core_(core), sign_ins_(sign_ins), exchange_(exchange), audit_(audit) {}

    struct Departure {
        std::string location;
        std::string cookie;  // Set-Cookie: ties the state to this browser
    };
    Departure start(const GoogleStart& in) const;
    struct Return {
        std::string location;  // empty: the state is not good, and nobody is redirected
        std::string cookie;    // Set-Cookie: clears that of the state; empty without one
    };
    Return finish(const Caller& me, const GoogleCallback& in) const;

    SignedIn sign_in(const Caller& me, const GoogleSignIn& in) const;

    IdentitiesAnswer identities(const Caller& me) const;
    IdentitiesAnswer link(const Caller& me, const IdentityLinkGoogle& in) const;
    IdentitiesAnswer unlink(const Caller& me) const;

private:
    Adopted adopt(db::Write& tx, const integrations::OidcIdentity& identity, const std::string& email) const;
    std::string come_back(const GoogleCallback& in, const std::string& redirect, const std::string& verifier,
                          const std::string& nonce) const;
    IdentitiesAnswer listed(db::Read& tx, const UserId& user) const;

    const Core& core_;
    const SignIns& sign_ins_;
    const Exchange& exchange_;
    const Audit& audit_;
};

}  // namespace grover::auth
