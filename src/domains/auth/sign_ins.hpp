// What every way of signing in ends with: a session, an answer, a trace, and a word to the owner when the device is new.
// Private to domains/auth.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domains/auth/auth_api.hpp"
#include "domains/auth/auth_audit.hpp"
#include "domains/auth/auth_core.hpp"
#include "domains/auth/auth_mails.hpp"
#include "domains/auth/auth_sessions.hpp"
#include "domains/auth/jwt_tokens.hpp"

namespace grover::auth {

struct SignedIn {
    SignIn answer;
    SessionId session_id;
};

// An address that somebody else vouches for: an exchange, a provider.
struct Vouched {
    std::string email;  // normalised
    std::string name;   // may be empty or unusable
    std::optional<std::string> picture;
};

struct Adopted {
    UserId user;
    bool is_new = false;
};

class SignIns {
public:
    SignIns(const Core& core, const Sessions& sessions, const JwtTokens& tokens, const Audit& audit,
            const Mails& mails)
        : core_(core), sessions_(sessions), tokens_(tokens), audit_(audit), mails_(mails) {}

    struct Way {
        std::string_view method;
        std::optional<std::string> device = std::nullopt;
        TokenType token_type = TokenType::session;
        std::optional<std::string> token = std::nullopt;  // the session's, when it is given from outside
    };
    // Lets the account in. Throws 403 when it is suspended; one that was deactivated is active again.
    SignedIn let_in(db::Write& tx, const UserId& user, const Caller& me, const Way& way,
                    bool is_new_user) const;

    // The account of a vouched address, made if there is none. One that never verified the address loses its password, its
    // sessions and its linked identities first: whoever made it in advance stays outside. Throws 403 when suspended.
    Adopted adopt(db::Write& tx, const Vouched& vouched) const;
    // The part of it for an account that is known already.
    void take_over_if_unverified(db::Write& tx, const users::AccountState& account) const;

    // The answer for a session that is there.
    SignIn answer_for(db::Read& tx, const UserId& user, std::string_view base_url, Time expires_at,
                      std::string token, bool is_new_user) const;

private:
    void greet_device(db::Write& tx, const users::AccountState& account, const Caller& me, const Way& way,
                      bool is_new_user) const;

    const Core& core_;
    const Sessions& sessions_;
    const JwtTokens& tokens_;
    const Audit& audit_;
    const Mails& mails_;
};

SessionStart start_of(const Caller& me, std::string_view method, const std::optional<std::string>& device);

}  // namespace grover::auth
