#include "domains/auth/redirects.hpp"

#include <algorithm>

#include "platform/text/utf8.hpp"

namespace grover::auth {
namespace {

constexpr std::size_t kMaxRedirect = 2'000;

bool has_scheme(std::string_view redirect, std::string_view scheme) {
    return redirect.size() >= scheme.size() &&
           text::equal_ignoring_ascii_case(redirect.substr(0, scheme.size()), scheme);
}

// Whether the prefix ends where a host ends too: "https://a.example" allows "https://a.example/x", never
// "https://a.example.evil" or "https://a.example@evil".
bool is_below(std::string_view redirect, std::string_view prefix) {
    if (prefix.empty() || !redirect.starts_with(prefix)) return false;
    const auto scheme_end = prefix.find("://");
    const bool has_path =
        scheme_end != std::string_view::npos && prefix.find('/', scheme_end + 3) != std::string_view::npos;
    const bool names_no_host = scheme_end != std::string_view::npos && scheme_end + 3 == prefix.size();
    if (has_path || names_no_host || redirect.size() == prefix.size()) return true;
    const char next = redirect[prefix.size()];
    return next == '/' || next == '?' || next == '#';
}

}  // namespace

bool is_allowed_redirect(const Options& options, std::string_view redirect) {
    // What a browser would read differently from us, or could end the header, is no target.
    const bool plain = std::all_of(redirect.begin(), redirect.end(),
                                   [](char c) { return c > ' ' && c < 127 && c != '\\' && c != '"'; });
    if (redirect.empty() || redirect.size() > kMaxRedirect || !plain) return false;
    if (has_scheme(redirect, "grover://")) return true;
    if (options.debug && has_scheme(redirect, "exp://")) return true;
    const auto below = [&](const std::string& prefix) { return prefix != "*" && is_below(redirect, prefix); };
    return std::any_of(options.allowed_origins.begin(), options.allowed_origins.end(), below) ||
           std::any_of(options.redirect_allowlist.begin(), options.redirect_allowlist.end(), below);
}

void require_allowed_redirect(const Options& options, std::string_view redirect) {
    if (!is_allowed_redirect(options, redirect)) throw validation_error("Redirect not allowed");
}

std::string with_fragment(std::string_view redirect, std::string_view name, std::string_view value) {
    std::string out(redirect.substr(0, redirect.find('#')));
    out += '#';
    out += name;
    out += '=';
    out += value;
    return out;
}

}  // namespace grover::auth
