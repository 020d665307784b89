#include <algorithm>
#include <charconv>
#include <optional>

#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"

namespace grover::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A decimal number without sign or leading zero, at most `max`.
bool is_number_up_to(std::string_view text, unsigned max) {
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return false;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number <= max;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_top_level(std::string_view label) {
    if (label.size() > 4 && equal_ignoring_ascii_case(label.substr(0, 4), "xn--")) return true;
    return label.size() >= 2 && std::all_of(label.begin(), label.end(), is_letter);
}

bool is_ipv4(std::string_view host) {
    int parts = 0;
    for (;;) {
        const std::size_t dot = host.find('.');
        if (!is_number_up_to(host.substr(0, dot), 255)) return false;
        ++parts;
        if (dot == std::string_view::npos) return parts == 4;
        host.remove_prefix(dot + 1);
    }
}

bool is_domain(std::string_view host) {
    if (host.size() > 253 || host.find('.') == std::string_view::npos) return false;
    for (;;) {
        const std::size_t dot = host.find('.');
        const std::string_view label = host.substr(0, dot);
        if (!is_label(label)) return false;
        if (dot == std::string_view::npos) return is_top_level(label);
        host.remove_prefix(dot + 1);
    }
}

bool has_blank(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = next_code_point(text, at);
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) || trim(text.substr(start, at - start)).empty()) return true;
    }
    return false;
}

// What follows the scheme, or nothing when that is neither http nor https.
std::optional<std::string_view> after_scheme(std::string_view url) {
    for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
        if (equal_ignoring_ascii_case(url.substr(0, scheme.size()), scheme)) return url.substr(scheme.size());
    }
    return std::nullopt;
}

bool is_url(std::string_view url) {
    const auto rest = after_scheme(url);
    if (!rest || has_blank(url)) return false;
    // User info needs no look of its own: "@" fits no host and no port.
    const std::string_view authority = rest->substr(0, rest->find_first_of("/?#"));
    const std::size_t colon = authority.find(':');
    const std::string_view host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        if (port == "0" || !is_number_up_to(port, 65'535)) return false;
    }
    return equal_ignoring_ascii_case(host, "localhost") || is_ipv4(host) || is_domain(host);
}

}  // namespace

std::string validate_url(std::string_view value) {
    const std::string_view url = trim(value);
    if (url.empty()) throw validation_error("URL is required");
    if (!is_url(url)) throw validation_error("Invalid URL format");
    return std::string(url);
}

}  // namespace grover::text
