// What the endpoints of auth.md answer. Private to domains/auth.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/users/users.hpp"
#include "platform/base/page.hpp"
#include "platform/wire/fields.hpp"

namespace grover::auth {

using wire::field;

struct Message {
    std::string message;
    static constexpr auto fields = Pack{field("message", &Message::message)};
};

struct TokenObject {
    std::string access_token;
    std::string token_type = "bearer";
    std::int64_t expires_in = 0;
    std::string refresh_token;
    std::int64_t refresh_expires_in = 0;
    SessionId session_id;
    static constexpr auto fields = Pack{
        field("access_token", &TokenObject::access_token),
        field("token_type", &TokenObject::token_type),
        field("expires_in", &TokenObject::expires_in),
        field("refresh_token", &TokenObject::refresh_token),
        field("refresh_expires_in", &TokenObject::refresh_expires_in),
        field("session_id", &TokenObject::session_id),
    };
};

// Me and the session token, or (token_type jwt) Me and the token object.
struct SignIn : users::Me {
    std::optional<std::string> session_token;
    Time expires_at;
    bool is_new_user = false;
    std::optional<std::string> access_token;
    std::optional<std::string> token_type;
    std::optional<std::int64_t> expires_in;
    std::optional<std::string> refresh_token;
    std::optional<std::int64_t> refresh_expires_in;
    std::optional<SessionId> session_id;

    static constexpr auto fields =
        join(users::Me::fields,
             Pack{
                 field("session_token", &SignIn::session_token, wire::absent_when_null),
                 field("expires_at", &SignIn::expires_at),
                 field("is_new_user", &SignIn::is_new_user),
                 field("access_token", &SignIn::access_token, wire::absent_when_null),
                 field("token_type", &SignIn::token_type, wire::absent_when_null),
                 field("expires_in", &SignIn::expires_in, wire::absent_when_null),
                 field("refresh_token", &SignIn::refresh_token, wire::absent_when_null),
                 field("refresh_expires_in", &SignIn::refresh_expires_in, wire::absent_when_null),
                 field("session_id", &SignIn::session_id, wire::absent_when_null),
             });
};

struct SessionView {
    SessionId session_id;
    bool current = false;
    std::string method;
    std::optional<std::string> device;
    std::string platform;
    std::string user_agent;
    std::string ip;
    Time created_at;
    Time last_used_at;
    Time expires_at;
    static constexpr auto fields = Pack{
        field("session_id", &SessionView::session_id),
        field("current", &SessionView::current),
        field("method", &SessionView::method),
        field("device", &SessionView::device),
        field("platform", &SessionView::platform),
        field("user_agent", &SessionView::user_agent),
        field("ip", &SessionView::ip),
        field("created_at", &SessionView::created_at),
        field("last_used_at", &SessionView::last_used_at),
        field("expires_at", &SessionView::expires_at),
    };
};

struct SessionListAnswer {
    std::vector<SessionView> sessions;
    std::int64_t total = 0;
    static constexpr auto fields = Pack{
        field("sessions", &SessionListAnswer::sessions),
        field("total", &SessionListAnswer::total),
    };
};
// An object that is paged: the framework takes the position from `next`.
struct SessionPage {
    using described = SessionListAnswer;
    std::string json;
    std::string next;
};

struct AuditEntry {
    std::string event;
    std::string outcome;
    std::optional<std::string> session_id;
    std::string ip;
    std::string user_agent;
    Time created_at;
    static constexpr auto fields = Pack{
        field("event", &AuditEntry::event),           field("outcome", &AuditEntry::outcome),
        field("session_id", &AuditEntry::session_id), field("ip", &AuditEntry::ip),
        field("user_agent", &AuditEntry::user_agent), field("created_at", &AuditEntry::created_at),
    };
};
using AuditPage = Page<AuditEntry>;

struct LogoutAllAnswer {
    std::string message = "Logged out everywhere";
    std::int64_t revoked = 0;
    static constexpr auto fields = Pack{
        field("message", &LogoutAllAnswer::message),
        field("revoked", &LogoutAllAnswer::revoked),
    };
};

struct Providers {
    bool password = true;
    bool google = false;
    bool session_exchange = false;
    bool registration = false;
    bool jwt = false;
    static constexpr auto fields = Pack{
        field("password", &Providers::password),
        field("google", &Providers::google),
        field("session_exchange", &Providers::session_exchange),
        field("registration", &Providers::registration),
        field("jwt", &Providers::jwt),
    };
};

struct VerifyEmailAnswer {
    std::string message;
    users::Me user;
    static constexpr auto fields = Pack{
        field("message", &VerifyEmailAnswer::message),
        field("user", &VerifyEmailAnswer::user),
    };
};

struct IdentityView {
    std::string provider;
    std::string email;
    Time linked_at;
    static constexpr auto fields = Pack{
        field("provider", &IdentityView::provider),
        field("email", &IdentityView::email),
        field("linked_at", &IdentityView::linked_at),
    };
};
struct IdentitiesAnswer {
    std::vector<IdentityView> identities;
    static constexpr auto fields = Pack{field("identities", &IdentitiesAnswer::identities)};
};

struct ReauthenticateAnswer {
    Time reauthenticated_until;
    static constexpr auto fields =
        Pack{field("reauthenticated_until", &ReauthenticateAnswer::reauthenticated_until)};
};

struct TicketAnswer {
    std::string ticket;
    std::int64_t expires_in = 60;
    static constexpr auto fields = Pack{
        field("ticket", &TicketAnswer::ticket),
        field("expires_in", &TicketAnswer::expires_in),
    };
};

}  // namespace grover::auth
