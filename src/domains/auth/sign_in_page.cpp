#include "domains/auth/sign_in_page.hpp"

#include "domains/auth/redirects.hpp"
#include "platform/text/utf8.hpp"

namespace grover::auth {

pages::SignInPage HostedSignIn::page_for(const std::string& redirect, PageMode mode) const {
    return {.redirect = redirect,
            .mode = mode,
            .email = {},
            .error = {},
            .notice = {},
            .can_register = core_.options.allow_registration,
            .has_google = core_.google_enabled()};
}

void HostedSignIn::show(const LoginPage& in, api::Reply& reply) const {
    const auto& redirect = in.redirect;
    require_allowed_redirect(core_.options, redirect);
    pages::send(reply, 200, pages::sign_in(page_for(redirect, in.mode)), redirect);
}

std::string HostedSignIn::one_time_id(const Caller& me, const LoginPageForm& in) const {
    std::string id;
    const auto grant = [&](db::Write& tx, const UserId& user, bool is_new_user) {
        if (core_.users.account(tx, user).suspended()) throw not_authorized("Account suspended");
        id = exchange_.make_id(tx, user, "password", is_new_user);
    };
    if (in.action == PageAction::signup) {
        // The form says so too; whoever sends it by hand meets the same bounds.
        const auto length = text::count_code_points(in.password);
        if (length < 8 || length > 128) throw validation_error("Password should have 8 to 128 characters");
        registration_.register_account({.email = in.email, .password = in.password, .name = in.name}, grant);
    } else {
        registration_.login(me, {.email = in.email, .password = in.password}, grant);
    }
    return id;
}

void HostedSignIn::submit(const Caller& me, const LoginPageForm& in, api::Reply& reply) const {
    const auto& redirect = in.redirect;
    require_allowed_redirect(core_.options, redirect);
    // A page of somebody else must not sign its visitors in here with its own account.
    const auto site = reply.request().header("sec-fetch-site");
    if (!site.empty() && site != "same-origin" && site != "none") throw not_authorized();

    auto page = page_for(redirect, in.action == PageAction::signup ? PageMode::signup : PageMode::signin);
    page.email = in.email;
    try {
        if (in.action == PageAction::forgot) {
            page.notice = passwords_.forgot({in.email}).message + ".";
            return pages::send(reply, 200, pages::sign_in(page), redirect);
        }
        reply.header("Location", with_fragment(redirect, "session_id", one_time_id(me, in)));
        reply.status(303);
    } catch (const Error& error) {
        if (error.status >= 500) throw;
        page.error = error.detail;
        if (error.retry_after) reply.header("Retry-After", std::to_string(error.retry_after->count()));
        pages::send(reply, error.status, pages::sign_in(page), redirect);
    }
}

}  // namespace grover::auth
