// The endpoints of auth.md. Every answer is never cached: it speaks of credentials.
//
// Passwords and one-time tokens are accepted in the body only, so that no URL holds one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domains/auth/auth_objects.hpp"
#include "platform/api/api.hpp"

namespace grover::auth {

using api::Auth;
using api::RateClass;
using api::Route;
using http::Method;
using wire::in_body;
using wire::in_path;
using wire::in_query;

inline constexpr std::string_view kNoStore = "no-store";

enum class TokenType : std::uint8_t { session, jwt };
constexpr std::array<std::string_view, 2> enum_names(TokenType) { return {"session", "jwt"}; }

// ---- signing in -------------------------------------------------------------------------------------------------------

inline constexpr api::RouteError kExchangeErrors[] = {
    {400, "Invalid session ID"}, {403, "Account suspended"}, {502, "Sign-in service unavailable"}};

struct SessionExchange {
    std::string session_id;
    static constexpr auto& errors = kExchangeErrors;
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/session",
                                 .summary = "Exchange a one-time id for a session.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("session_id", &SessionExchange::session_id, in_query)};
};

// The same with the id where no access log shows it.
struct SessionExchangePost {
    std::string session_id;
    static constexpr auto& errors = kExchangeErrors;
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/session",
                                 .summary = "Exchange a one-time id for a session.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields =
        Pack{field("session_id", &SessionExchangePost::session_id, in_body | in_query)};
};

struct Register {
    std::string email;
    std::string password;
    std::string name;
    std::optional<std::string> username;
    TokenType token_type = TokenType::session;
    std::optional<std::string> device;
    static constexpr api::RouteError errors[] = {
        {400, "Invalid email format"},   {400, "Invalid username"},
        {400, "Name is required"},       {400, "Password is too easy to guess"},
        {403, "Registration is closed"}, {409, "Email already registered"},
        {409, "Username already taken"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/register",
                                 .summary = "Make an account with a password.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .status = 201,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("email", &Register::email, in_body | in_query),
        field("password", &Register::password, in_body, wire::length(8, 128)),
        field("name", &Register::name, in_body | in_query),
        field("username", &Register::username, in_body | in_query),
        field("token_type", &Register::token_type, in_body | in_query, wire::or_default),
        field("device", &Register::device, in_body | in_query, wire::trimmed_length(0, 100)),
    };
};

struct Login {
    std::string email;
    std::string password;
    TokenType token_type = TokenType::session;
    std::optional<std::string> device;
    static constexpr api::RouteError errors[] = {
        {400, "Invalid email format"}, {401, "Invalid email or password"}, {403, "Account suspended"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/login",
                                 .summary = "Sign in with e-mail address and password.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("email", &Login::email, in_body | in_query),
        field("password", &Login::password, in_body),
        field("token_type", &Login::token_type, in_body | in_query, wire::or_default),
        field("device", &Login::device, in_body | in_query, wire::trimmed_length(0, 100)),
    };
};

struct GetMe {
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/me",
                                 .summary = "The own account.",
                                 .open_while_leaving = true,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};

// The same answer under the path of users.md §4, but not for accounts that wait for deletion.
struct UserGetMe {
    static constexpr Route route{
        .method = Method::get, .path = "/users/me", .summary = "The own account.", .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};

struct GetProviders {
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/providers",
                                 .summary = "The ways to sign in.",
                                 .auth = Auth::none,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};

// ---- sessions ---------------------------------------------------------------------------------------------------------

struct Logout {
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/logout",
                                 .summary = "End this session.",
                                 .open_while_leaving = true,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};

struct LogoutAll {
    bool keep_current = false;
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/logout-all",
                                 .summary = "End all own sessions.",
                                 .cache_control = kNoStore};
    static constexpr auto fields =
        Pack{field("keep_current", &LogoutAll::keep_current, in_body | in_query, wire::or_default)};
};

struct SessionList {
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/sessions",
                                 .summary = "The own live sessions.",
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{api::page(&SessionList::page)};
};

struct SessionDelete {
    SessionId session_id;
    static constexpr api::RouteError errors[] = {{404, "Session not found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/auth/sessions/{session_id}",
                                 .summary = "End one own session.",
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("session_id", &SessionDelete::session_id, in_path)};
};

struct AuditList {
    PageRequest page;
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/audit",
                                 .summary = "Security events of the own account, newest first.",
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{api::page(&AuditList::page)};
};

struct SocketTicket {
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/socket-ticket",
                                 .summary = "A ticket for one socket handshake that cannot set headers.",
                                 .cache_control = kNoStore,
                                 .answers_secret = true};
    static constexpr auto fields = Pack{};
};

struct TokenCreate {
    static constexpr api::RouteError errors[] = {{404, "Not Found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/token",
                                 .summary = "JWT access and refresh tokens of this session.",
                                 .cache_control = kNoStore,
                                 .answers_secret = true};
    static constexpr auto fields = Pack{};
};

struct TokenRefresh {
    std::string refresh_token;
    static constexpr api::RouteError errors[] = {
        {401, "Invalid refresh token"}, {403, "Account suspended"}, {404, "Not Found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/refresh",
                                 .summary = "Replace a refresh token.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("refresh_token", &TokenRefresh::refresh_token, in_body)};
};

// ---- addresses and passwords --------------------------------------------------------------------------------------------

struct VerifyEmail {
    std::string token;
    static constexpr api::RouteError errors[] = {{400, "Invalid or expired token"},
                                                 {409, "Email already registered"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/verify-email",
                                 .summary = "Confirm an address.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("token", &VerifyEmail::token, in_body)};
};

struct VerifyEmailPage {
    std::string token;
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/verify-email",
                                 .summary = "Page with a button that confirms an address.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("token", &VerifyEmailPage::token, in_query, wire::or_default)};
};

struct VerifyEmailResend {
    static constexpr api::RouteError errors[] = {{400, "Email already verified"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/verify-email/resend",
                                 .summary = "Mail the verification link again.",
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};

struct PasswordForgot {
    std::string email;
    static constexpr api::RouteError errors[] = {{400, "Invalid email format"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/password/forgot",
                                 .summary = "Mail a reset link.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("email", &PasswordForgot::email, in_body | in_query)};
};

struct PasswordReset {
    std::string token;
    std::string password;
    static constexpr api::RouteError errors[] = {{400, "Invalid or expired token"},
                                                 {400, "Password is too easy to guess"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/password/reset",
                                 .summary = "Set a new password with a mailed token.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("token", &PasswordReset::token, in_body),
        field("password", &PasswordReset::password, in_body, wire::length(8, 128)),
    };
};

struct PasswordResetPage {
    std::string token;
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/password/reset",
                                 .summary = "Page that asks for a new password.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields =
        Pack{field("token", &PasswordResetPage::token, in_query, wire::or_default)};
};

struct PasswordChange {
    std::optional<std::string> current_password;
    std::string new_password;
    static constexpr api::RouteError errors[] = {{400, "Current password is incorrect"},
                                                 {400, "Password is too easy to guess"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/password/change",
                                 .summary = "Change the password.",
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("current_password", &PasswordChange::current_password, in_body),
        field("new_password", &PasswordChange::new_password, in_body, wire::length(8, 128)),
    };
};

struct Reauthenticate {
    std::string current_password;
    static constexpr api::RouteError errors[] = {{400, "Current password is incorrect"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/reauthenticate",
                                 .summary = "Prove to be the owner, for ten minutes.",
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields =
        Pack{field("current_password", &Reauthenticate::current_password, in_body)};
};

struct EmailChange {
    std::string email;
    std::optional<std::string> current_password;
    static constexpr api::RouteError errors[] = {{400, "Invalid email format"},
                                                 {400, "Current password is incorrect"},
                                                 {409, "Email already registered"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/email/change",
                                 .summary = "Move the account to another address.",
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("email", &EmailChange::email, in_body | in_query),
        field("current_password", &EmailChange::current_password, in_body),
    };
};

struct EmailUndo {
    std::string token;
    static constexpr api::RouteError errors[] = {{400, "Invalid or expired token"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/email/undo",
                                 .summary = "Go back to the former address.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("token", &EmailUndo::token, in_body)};
};

struct EmailUndoPage {
    std::string token;
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/email/undo",
                                 .summary = "Page with a button that undoes a change of address.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("token", &EmailUndoPage::token, in_query, wire::or_default)};
};

}  // namespace grover::auth
