#include "domains/auth/pages.hpp"

#include "platform/integrations/digest.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/text/base64.hpp"

namespace grover::auth::pages {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:3rem auto;padding:0 "
    "1rem;color:#222;background:#fff}"
    "h1{font-size:1.4rem}form{display:grid;gap:.6rem;margin:1rem "
    "0}input,button,a.button{font:inherit;padding:.6rem;"
    "border:1px solid "
    "#999;border-radius:.5rem}button,a.button{background:#222;color:#fff;text-align:center;text-decoration:"
    "none;"
    "cursor:pointer;display:block}.error{color:#b00020}@media(prefers-color-scheme:dark){body{background:#"
    "111;color:#eee}"
    "button,a.button{background:#eee;color:#111}input{background:#222;color:#eee}.error{color:#ff8a80}}";

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string whole(std::string_view title, const std::string& body) {
    std::string out =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>";
    out += escape(title);
    out += " - Grover</title><style>";
    out += kStyle;
    out += "</style></head><body><main><h1>";
    out += escape(title);
    out += "</h1>";
    out += body;
    out += "</main></body></html>";
    return out;
}

std::string hidden(std::string_view name, std::string_view value) {
    return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escape(value) + "\">";
}

std::string paragraph(std::string_view text, std::string_view kind = {}) {
    if (text.empty()) return {};
    return kind.empty() ? "<p>" + escape(text) + "</p>"
                        : "<p role=\"alert\" class=\"" + std::string(kind) + "\">" + escape(text) + "</p>";
}

constexpr std::string_view kPasswordInput =
    "<label>Password <input name=\"password\" type=\"password\" required minlength=\"8\" maxlength=\"128\" "
    "autocomplete=\"";

std::string form_start(std::string_view action) {
    return "<form method=\"post\" action=\"" + escape(action) + "\">";
}

}  // namespace

std::string sign_in(const SignInPage& page) {
    const bool sign_up = page.mode == PageMode::signup && page.can_register;
    const auto email_input =
        "<label>E-mail <input name=\"email\" type=\"email\" required autocomplete=\"username\" value=\"" +
        escape(page.email) + "\"></label>";
    const auto query = "redirect=" + integrations::percent_encode(page.redirect);
    std::string body = paragraph(page.error, "error") + paragraph(page.notice);
    if (page.has_google) {
        body += "<a class=\"button\" href=\"/api/auth/google/start?" + escape(query) +
                "&amp;mode=" + std::string(sign_up ? "signup" : "signin") + "\">Continue with Google</a>";
    }
    body += form_start("/api/auth/login/page") + hidden("redirect", page.redirect) +
            hidden("action", sign_up ? "signup" : "signin");
    if (sign_up)
        body += "<label>Name <input name=\"name\" required maxlength=\"100\" autocomplete=\"name\"></label>";
    body += email_input;
    body += kPasswordInput;
    body += sign_up ? "new-password" : "current-password";
    body += "\"></label><button>";
    body += sign_up ? "Create account" : "Sign in";
    body += "</button></form>";
    if (!sign_up) {
        body += "<details><summary>Forgot password?</summary>" + form_start("/api/auth/login/page") +
                hidden("redirect", page.redirect) + hidden("action", "forgot") + email_input +
                "<button>Mail me a link</button></form></details>";
    }
    if (page.can_register) {
        body += "<p><a href=\"/api/auth/login?" + escape(query) +
                "&amp;mode=" + (sign_up ? "signin" : "signup") + "\">" +
                (sign_up ? "I have an account" : "Create an account") + "</a></p>";
    }
    return whole(sign_up ? "Create your account" : "Sign in", body);
}

std::string confirm(std::string_view title, std::string_view text, std::string_view button,
                    std::string_view action, std::string_view token) {
    return whole(title, paragraph(text) + form_start(action) + hidden("token", token) + "<button>" +
                            escape(button) + "</button></form>");
}

std::string new_password(std::string_view action, std::string_view token, std::string_view error) {
    return whole("Choose a new password", paragraph(error, "error") + form_start(action) +
                                              hidden("token", token) + std::string(kPasswordInput) +
                                              "new-password\"></label><button>Save</button></form>");
}

std::string message(std::string_view title, std::string_view text) { return whole(title, paragraph(text)); }

void send(api::Reply& reply, int status, std::string html, std::string_view form_target) {
    static const std::string style_hash =
        text::to_base64(integrations::bytes_of(integrations::sha256(kStyle)));
    std::string policy = "default-src 'none'; style-src 'sha256-" + style_hash +
                         "'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
    if (!form_target.empty()) {
        // A form's redirect counts as its target: for an app's scheme the scheme is named, for the web the origin.
        const auto scheme_end = form_target.find("://");
        const bool is_web = form_target.starts_with("http");
        const auto end = is_web ? form_target.find_first_of("/?#;, ", scheme_end + 3) : scheme_end + 1;
        policy += ' ';
        policy += form_target.substr(0, end);
    }
    reply.status(status);
    reply.header("Content-Security-Policy", policy);
    reply.response().content_type = "text/html; charset=utf-8";
    reply.response().body = std::move(html);
}

bool wants_html(const http::RequestHead& request) {
    return request.header("accept").find("text/html") != std::string_view::npos;
}

}  // namespace grover::auth::pages
