// The endpoints of the sign-in page, of Google and of linked accounts (auth.md §5). While Google is off they are 404, whatever
// they are given.
#pragma once

#include "domains/auth/auth_api.hpp"

namespace grover::auth {

enum class PageMode : std::uint8_t { signin, signup };
constexpr std::array<std::string_view, 2> enum_names(PageMode) { return {"signin", "signup"}; }

struct LoginPage {
    std::string redirect;
    PageMode mode = PageMode::signin;
    static constexpr api::RouteError errors[] = {{400, "Redirect not allowed"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/login",
                                 .summary = "Sign-in page.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("redirect", &LoginPage::redirect, in_query),
        field("mode", &LoginPage::mode, in_query, wire::or_default),
    };
};

// What the forms of the sign-in page send.
enum class PageAction : std::uint8_t { signin, signup, forgot };
constexpr std::array<std::string_view, 3> enum_names(PageAction) { return {"signin", "signup", "forgot"}; }

struct LoginPageForm {
    std::string redirect;
    PageAction action = PageAction::signin;
    std::string email;
    std::string password;
    std::string name;
    static constexpr api::RouteError errors[] = {{400, "Redirect not allowed"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/login/page",
                                 .summary = "Forms of the sign-in page.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("redirect", &LoginPageForm::redirect, in_body),
        field("action", &LoginPageForm::action, in_body, wire::or_default),
        field("email", &LoginPageForm::email, in_body, wire::or_default),
        field("password", &LoginPageForm::password, in_body, wire::or_default),
        field("name", &LoginPageForm::name, in_body, wire::or_default),
    };
};

struct GoogleStart {
    std::string redirect;
    PageMode mode = PageMode::signin;
    static constexpr api::RouteError errors[] = {
        {400, "Redirect not allowed"}, {404, "Not Found"}, {502, "Google unavailable"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/google/start",
                                 .summary = "Go to the provider.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .status = 302,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("redirect", &GoogleStart::redirect, in_query),
        field("mode", &GoogleStart::mode, in_query, wire::or_default),
    };
};

struct GoogleCallback {
    std::string code;
    std::string state;
    std::string error;
    static constexpr api::RouteError errors[] = {{400, "Invalid state"}, {404, "Not Found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/google/callback",
                                 .summary = "Back from the provider.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .status = 302,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("code", &GoogleCallback::code, in_query, wire::or_default),
        field("state", &GoogleCallback::state, in_query, wire::or_default),
        field("error", &GoogleCallback::error, in_query, wire::or_default),
    };
};

struct GoogleSignIn {
    std::string id_token;
    std::optional<std::string> nonce;
    TokenType token_type = TokenType::session;
    std::optional<std::string> device;
    static constexpr api::RouteError errors[] = {{401, "Invalid Google token"},
                                                 {403, "Account suspended"},
                                                 {404, "Not Found"},
                                                 {502, "Google unavailable"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/google",
                                 .summary = "Sign in with a Google ID token.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{
        field("id_token", &GoogleSignIn::id_token, in_body),
        field("nonce", &GoogleSignIn::nonce, in_body),
        field("token_type", &GoogleSignIn::token_type, in_body, wire::or_default),
        field("device", &GoogleSignIn::device, in_body, wire::trimmed_length(0, 100)),
    };
};

struct IdentityList {
    static constexpr Route route{.method = Method::get,
                                 .path = "/auth/identities",
                                 .summary = "Linked accounts of providers.",
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};

struct IdentityLinkGoogle {
    std::string id_token;
    static constexpr api::RouteError errors[] = {{401, "Invalid Google token"},
                                                 {404, "Not Found"},
                                                 {409, "Google account already linked to another user"},
                                                 {502, "Google unavailable"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/auth/identities/google",
                                 .summary = "Link a Google account.",
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{field("id_token", &IdentityLinkGoogle::id_token, in_body)};
};

struct IdentityUnlinkGoogle {
    static constexpr api::RouteError errors[] = {{400, "Google is the only way to sign in to this account"},
                                                 {404, "Not Found"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/auth/identities/google",
                                 .summary = "Unlink the Google account.",
                                 .limit = RateClass::auth,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};

}  // namespace grover::auth
