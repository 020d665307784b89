// The auth endpoints.
#include "domains/auth/auth_api.hpp"

#include "domains/auth/auth_parts.hpp"

namespace grover::auth {
namespace {

using api::Reply;
using Parts = AuthService::Parts;

bool is_https(const Caller& me) { return me.base_url.starts_with("https://"); }

// Every answer that carries a token brings the cookie that proves sockets.
SignIn with_cookie(const Parts& parts, const Caller& me, Reply& reply, SignedIn in) {
    reply.header("Set-Cookie", parts.sessions.set_cookie(in.session_id, is_https(me)));
    return std::move(in.answer);
}

TokenObject with_cookie(const Parts& parts, const Caller& me, Reply& reply, TokenObject tokens) {
    reply.header("Set-Cookie", parts.sessions.set_cookie(tokens.session_id, is_https(me)));
    return tokens;
}

// Clients call it before they connect their sockets, so it brings the cookie to those that have none.
wire::Raw<users::Me> me_answer(const Parts& parts, const Caller& me, Reply& reply) {
    std::shared_ptr<const LiveSession> session;
    parts.core.db.read([&](db::Read& tx) {
        reply.response().shared_body = parts.core.users.me_json(tx, me.id, me.base_url);
        session = parts.sessions.find_by_id(tx, me.session_id);
    });
    if (session && !Sessions::has_cookie(*session, me.cookies)) {
        reply.header("Set-Cookie", parts.sessions.set_cookie(*session, is_https(me)));
    }
    return {};
}

Message logged_out(const Caller& me, Reply& reply, Message message) {
    reply.header("Set-Cookie", Sessions::clear_cookie(is_https(me)));
    return message;
}

// For a browser's form the outcome is a page. `act` returns what a script reads.
template <class Answer, class F>
wire::Raw<Answer> page_or_json(Reply& reply, std::string_view done_title, std::string_view done_text,
                               F&& act) {
    if (!pages::wants_html(reply.request())) return {wire::to_json(act())};
    try {
        act();
        pages::send(reply, 200, pages::message(done_title, done_text));
    } catch (const Error& error) {
        if (error.status >= 500) throw;
        pages::send(reply, error.status, pages::message("That did not work", error.detail));
    }
    return {std::move(reply.response().body)};
}

void add_sign_in(Api& api, const Parts& p) {
    api.on<SessionExchange>([&](const Caller& me, const SessionExchange& in, Reply& reply) {
        return with_cookie(p, me, reply, p.exchange.redeem(me, in.session_id));
    });
    api.on<SessionExchangePost>([&](const Caller& me, const SessionExchangePost& in, Reply& reply) {
        return with_cookie(p, me, reply, p.exchange.redeem(me, in.session_id));
    });
    api.on<Register>([&](const Caller& me, const Register& in, Reply& reply) {
        return with_cookie(p, me, reply, p.registration.register_account(me, in));
    });
    api.on<Login>([&](const Caller& me, const Login& in, Reply& reply) {
        return with_cookie(p, me, reply, p.registration.login(me, in));
    });
    api.on<GetMe>([&](const Caller& me, const GetMe&, Reply& reply) { return me_answer(p, me, reply); });
    api.on<UserGetMe>(
        [&](const Caller& me, const UserGetMe&, Reply& reply) { return me_answer(p, me, reply); });
    api.on<GetProviders>([&](const Caller&, const GetProviders&) { return p.providers(); });
}

void add_sessions(Api& api, const Parts& p) {
    api.on<Logout>([&](const Caller& me, const Logout&, Reply& reply) {
        return logged_out(me, reply, p.sessions.logout(me));
    });
    api.on<LogoutAll>([&](const Caller& me, const LogoutAll& in, Reply& reply) {
        if (!in.keep_current) reply.header("Set-Cookie", Sessions::clear_cookie(is_https(me)));
        return p.logout_all(me, in);
    });
    api.on<SessionList>([&](const Caller& me, const SessionList& in) { return p.sessions.list(me, in); });
    api.on<SessionDelete>([&](const Caller& me, const SessionDelete& in, Reply& reply) {
        auto message = p.sessions.remove(me, in);
        return in.session_id == me.session_id ? logged_out(me, reply, std::move(message)) : message;
    });
    api.on<AuditList>([&](const Caller& me, const AuditList& in) { return p.audit.list(me, in); });
    api.on<SocketTicket>([&](const Caller& me, const SocketTicket&) { return p.sessions.make_ticket(me); });
    const bool has_jwt = p.core.jwt_enabled();
    api.on_if<TokenCreate>(has_jwt, [&](const Caller& me, const TokenCreate&, Reply& reply) {
        return with_cookie(p, me, reply, p.tokens.create(me));
    });
    api.on_if<TokenRefresh>(has_jwt, [&](const Caller& me, const TokenRefresh& in, Reply& reply) {
        return with_cookie(p, me, reply, p.tokens.refresh(me, in));
    });
}

void add_addresses(Api& api, const Parts& p) {
    api.on<VerifyEmail>([&](const Caller& me, const VerifyEmail& in, Reply& reply) {
        return page_or_json<VerifyEmailAnswer>(reply, "Address confirmed",
                                               "Thank you. You can close this page.",
                                               [&] { return p.addresses.verify(me, in.token); });
    });
    // Opening a link changes nothing: mail scanners open links.
    api.on<VerifyEmailPage>([](const Caller&, const VerifyEmailPage& in, Reply& reply) {
        pages::send(reply, 200,
                    pages::confirm("Confirm your address", "Is this e-mail address yours?", "Confirm",
                                   "/api/auth/verify-email", in.token));
    });
    api.on<VerifyEmailResend>(
        [&](const Caller& me, const VerifyEmailResend&) { return p.addresses.resend(me); });
    api.on<EmailChange>(
        [&](const Caller& me, const EmailChange& in) { return p.addresses.request_change(me, in); });
    api.on<EmailUndo>([&](const Caller& me, const EmailUndo& in, Reply& reply) {
        return page_or_json<Message>(
            reply, "Your address stays as it was",
            "Everybody was signed out. Reset your password now: somebody else may know it.",
            [&] { return p.addresses.undo(me, in.token); });
    });
    api.on<EmailUndoPage>([](const Caller&, const EmailUndoPage& in, Reply& reply) {
        pages::send(reply, 200,
                    pages::confirm("Keep this address",
                                   "This undoes the change of your e-mail address and signs everybody out.",
                                   "Keep this address", "/api/auth/email/undo", in.token));
    });
}

void add_passwords(Api& api, const Parts& p) {
    api.on<PasswordForgot>([&](const Caller&, const PasswordForgot& in) { return p.passwords.forgot(in); });
    api.on<PasswordReset>([&](const Caller& me, const PasswordReset& in, Reply& reply) {
        return page_or_json<Message>(reply, "Password updated", "You can sign in with your new password now.",
                                     [&] { return p.passwords.reset(me, in); });
    });
    api.on<PasswordResetPage>([](const Caller&, const PasswordResetPage& in, Reply& reply) {
        pages::send(reply, 200, pages::new_password("/api/auth/password/reset", in.token));
    });
    api.on<PasswordChange>(
        [&](const Caller& me, const PasswordChange& in) { return p.passwords.change(me, in); });
    api.on<Reauthenticate>(
        [&](const Caller& me, const Reauthenticate& in) { return p.passwords.reauthenticate(me, in); });
}

void add_google(Api& api, const Parts& p) {
    const bool is_on = p.core.google_enabled();
    api.on_if<LoginPage>(is_on,
                         [&](const Caller&, const LoginPage& in, Reply& reply) { p.page.show(in, reply); });
    api.on_if<LoginPageForm>(is_on, [&](const Caller& me, const LoginPageForm& in, Reply& reply) {
        p.page.submit(me, in, reply);
    });
    api.on_if<GoogleStart>(is_on, [&](const Caller&, const GoogleStart& in, Reply& reply) {
        const auto departure = p.google.start(in);
        reply.header("Location", departure.location);
        reply.header("Set-Cookie", departure.cookie);
    });
    api.on_if<GoogleCallback>(is_on, [&](const Caller& me, const GoogleCallback& in, Reply& reply) {
        const auto back = p.google.finish(me, in);
        if (back.location.empty()) {
            return pages::send(
                reply, 400,
                pages::message(
                    "Invalid state",
                    "This sign-in took too long or was begun in another browser. Please start again."));
        }
        reply.header("Location", back.location);
        reply.header("Set-Cookie", back.cookie);
    });
    api.on_if<GoogleSignIn>(is_on, [&](const Caller& me, const GoogleSignIn& in, Reply& reply) {
        return with_cookie(p, me, reply, p.google.sign_in(me, in));
    });
    api.on<IdentityList>([&](const Caller& me, const IdentityList&) { return p.google.identities(me); });
    api.on_if<IdentityLinkGoogle>(
        is_on, [&](const Caller& me, const IdentityLinkGoogle& in) { return p.google.link(me, in); });
    api.on_if<IdentityUnlinkGoogle>(
        is_on, [&](const Caller& me, const IdentityUnlinkGoogle&) { return p.google.unlink(me); });
}

}  // namespace

void add_auth_api(Api& api, AuthService& auth) {
    const auto& parts = auth.parts();
    add_sign_in(api, parts);
    add_sessions(api, parts);
    add_addresses(api, parts);
    add_passwords(api, parts);
    add_google(api, parts);
}

}  // namespace grover::auth
