// Whom a socket acts as, and what proves it (contract/realtime.md §3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/http/message.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::sockets {

struct Identity {
    UserId user_id;
    SessionId session_id;
    Time expires_at;  // of the session, unless it is used again
    bool is_admin = false;
    bool email_verified = true;
};

// Implemented by auth, plugged in by app. In a fiber; each throws 403 "Account suspended". Nothing: not valid now.
class Identifier {
public:
    virtual ~Identifier() = default;
    // A session token, a JWT, or a ticket where those may be used (a ticket is used up).
    virtual std::optional<Identity> by_token(std::string_view token, bool tickets_too) = 0;
    virtual std::optional<Identity> by_cookie(std::string_view value) = 0;
    // Whether the session of a socket still lives, and until when.
    virtual std::optional<Identity> by_session(const SessionId& session) = 0;
};

// What a handshake brought that may prove somebody; the first present wins.
struct Credential {
    enum class Kind : std::uint8_t {
        none,
        token,   // under its name in CONNECT: tickets too
        header,  // Authorization: no tickets
        query,   // tickets too
        cookie,
    };
    Kind kind = Kind::none;
    std::string text;
    // With a cookie: the user that CONNECT names. Another one's cookie counts as none.
    std::optional<std::string> claimed_user;
    // What the handshake, which is forgotten, proved earlier on the same connection: stands for `text`.
    std::optional<SessionId> session;
};

struct OriginRules {
    std::vector<std::string> allowed_origins;  // "*" does not count
    std::string public_base_url;
};

// `query_ticket`, `query_token`: decoded parameters of the handshake's query.
Credential find_credential(const http::RequestHead& request, const std::optional<std::string>& query_ticket,
                           const std::optional<std::string>& query_token, wire::JsonView payload,
                           const OriginRules& rules);

// Of a client that connects again on the same connection: what CONNECT has, or else that session, which a credential of
// that kind proved at the CONNECT before. What the handshake had and that one did not use is forgotten with the handshake,
// and a token speaks for its own CONNECT alone: Kind::token counts as none.
Credential find_credential_again(wire::JsonView payload, Credential::Kind proof, const SessionId& session);

// "Bearer x" and "x" are x.
std::string_view without_scheme(std::string_view text);

}  // namespace grover::sockets
