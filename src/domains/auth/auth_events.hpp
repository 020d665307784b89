// What auth announces after the commit, and the orders it gives itself (contract/auth.md). Included through auth.hpp.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/wire/fields.hpp"

namespace grover::auth {

enum class SessionEndReason : std::uint8_t {
    logged_out,   // by the owner, here or from another session
    revoked,      // by a changed password, a stolen token, a hidden account
    crowded_out,  // a 51st session began
    expired,
};
constexpr std::array<std::string_view, 4> enum_names(SessionEndReason) {
    return {"logged_out", "revoked", "crowded_out", "expired"};
}

// The session is no more. Above: close its sockets (reason session_revoked), deactivate the push devices that were
// registered through it.
struct SessionEnded {
    SessionId session_id;
    UserId user_id;
    SessionEndReason reason{};
    static constexpr std::string_view name = "auth.session_ended";
    static constexpr auto fields = Pack{
        wire::field("session_id", &SessionEnded::session_id),
        wire::field("user_id", &SessionEnded::user_id),
        wire::field("reason", &SessionEnded::reason),
    };
};

enum class SecurityMatter : std::uint8_t {
    new_device,
    password_changed,
    email_changed,
    email_restored,
    all_sessions_ended,
    stolen_refresh_token,
};
constexpr std::array<std::string_view, 6> enum_names(SecurityMatter) {
    return {"new_device",     "password_changed",   "email_changed",
            "email_restored", "all_sessions_ended", "stolen_refresh_token"};
}

// Above: a notification of type security, which no preference switches off. The mail is auth's own.
struct SecurityAlert {
    UserId user_id;
    SecurityMatter matter{};
    std::string platform;  // where it happened: "ios", "android", "web", "unknown"
    std::optional<std::string> device;
    std::string ip;
    Time created_at;
    static constexpr std::string_view name = "auth.security_alert";
    static constexpr auto fields = Pack{
        wire::field("user_id", &SecurityAlert::user_id),
        wire::field("matter", &SecurityAlert::matter),
        wire::field("platform", &SecurityAlert::platform),
        wire::field("device", &SecurityAlert::device),
        wire::field("ip", &SecurityAlert::ip),
        wire::field("created_at", &SecurityAlert::created_at),
    };
};

enum class MailKind : std::uint8_t {
    verify_email,
    reset_password,
    change_email,  // to the new address
    undo_email,    // to the old one
    new_device,
    password_changed,
    email_changed,
    email_restored,
    all_sessions_ended,
    stolen_refresh_token,
};
constexpr std::array<std::string_view, 10> enum_names(MailKind) {
    return {"verify_email",       "reset_password",      "change_email",  "undo_email",
            "new_device",         "password_changed",    "email_changed", "email_restored",
            "all_sessions_ended", "stolen_refresh_token"};
}

// Order: send one mail. It carries no token: the link's is made of `token_id` and the server's secret.
struct SendMail {
    MailKind kind{};
    std::string to;
    std::string user_name;
    std::string token_id;
    std::string detail;  // what the text adds: the device, the other address
    static constexpr std::string_view name = "auth.send_mail";
    static constexpr auto fields = Pack{
        wire::field("kind", &SendMail::kind),           wire::field("to", &SendMail::to),
        wire::field("user_name", &SendMail::user_name), wire::field("token_id", &SendMail::token_id),
        wire::field("detail", &SendMail::detail),
    };
};

// Order: if the address belongs to an account, mail it a reset link. Given for every address alike, so that the request
// takes the same time whether or not there is one.
struct StartPasswordReset {
    std::string email;
    static constexpr std::string_view name = "auth.start_password_reset";
    static constexpr auto fields = Pack{wire::field("email", &StartPasswordReset::email)};
};

}  // namespace grover::auth
