// The few HTML pages that auth serves itself: no script, no resource from elsewhere, forms that post. Private to domains/auth.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domains/auth/google_api.hpp"

namespace grover::auth::pages {

// Everything is escaped here; callers hand over plain text.
struct SignInPage {
    std::string redirect;
    PageMode mode = PageMode::signin;
    std::string email;
    std::string error;
    std::string notice;
    bool can_register = true;
    bool has_google = true;
};
std::string sign_in(const SignInPage& page);

// A button that posts `token` to `action`.
std::string confirm(std::string_view title, std::string_view text, std::string_view button,
                    std::string_view action, std::string_view token);
std::string new_password(std::string_view action, std::string_view token, std::string_view error = {});
std::string message(std::string_view title, std::string_view text);

// Sends it with a content security policy under which nothing but its own style runs. `form_target`: where a form may lead
// besides this server.
void send(api::Reply& reply, int status, std::string html, std::string_view form_target = {});

// Whether a person is looking: a browser's form, not a script or an app.
bool wants_html(const http::RequestHead& request);

}  // namespace grover::auth::pages
