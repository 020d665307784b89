// JWT access tokens and the refresh tokens that renew them (auth.md §6). Private to domains/auth.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "domains/auth/auth_api.hpp"
#include "domains/auth/auth_audit.hpp"
#include "domains/auth/auth_core.hpp"
#include "domains/auth/auth_mails.hpp"
#include "domains/auth/auth_sessions.hpp"

namespace grover::auth {

class JwtTokens {
public:
    JwtTokens(const Core& core, const Sessions& sessions, const Audit& audit, const Mails& mails)
        : core_(core), sessions_(sessions), audit_(audit), mails_(mails) {}

    // The session that an access token speaks for, also an expired session; nothing for any token that is not good now.
    std::shared_ptr<const LiveSession> find_session(db::Read& tx, std::string_view access_token) const;

    // A new pair for the session, which from now on lives as long as its refresh token. Throws 404 while JWTs are off.
    TokenObject issue(db::Write& tx, const SessionId& session) const;

    TokenObject create(const Caller& me) const;
    TokenObject refresh(const Caller& me, const TokenRefresh& in) const;

private:
    TokenObject write_pair(const SessionRow& session, std::string refresh_token, Time refresh_expires,
                           Time now) const;
    // The successor is made of the token that it replaces, so that a retry gets the same one though only its hash is stored.
    std::string successor_of(std::string_view refresh_token) const;

    const Core& core_;
    const Sessions& sessions_;
    const Audit& audit_;
    const Mails& mails_;
};

}  // namespace grover::auth
