#include "platform/config/url.hpp"

#include <algorithm>
#include <charconv>

#include "platform/base/ip_network.hpp"
#include "platform/config/sentry_dsn.hpp"

namespace grover::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Parts {
    std::string_view scheme;
    std::string_view authority;
    std::string_view rest;  // from the first of "/?#"
};

// Empty parts when there is no "://".
Parts split(std::string_view url) {
    const std::size_t colon = url.find("://");
    if (colon == std::string_view::npos) return {};
    const std::string_view behind = url.substr(colon + 3);
    const std::size_t end = std::min(behind.find_first_of("/?#"), behind.size());
    return {url.substr(0, colon), behind.substr(0, end), behind.substr(end)};
}

bool is_scheme(std::string_view scheme) {
    return !scheme.empty() && is_letter(scheme.front()) &&
           std::all_of(scheme.begin(), scheme.end(), [](char c) {
               return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
           });
}

bool is_port(std::string_view port) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    return error == std::errc{} && end == port.data() + port.size() && number >= 1 && number <= 65'535;
}

bool is_host_and_port(std::string_view authority) {
    std::string_view host = authority;
    std::size_t behind = authority.find(':');
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos || !parse_ip(authority.substr(1, close - 1))) return false;
        if (close + 1 == authority.size()) return true;
        behind = close + 1;
        if (authority[behind] != ':') return false;
        return is_port(authority.substr(behind + 1));
    }
    host = authority.substr(0, behind);
    if (behind != std::string_view::npos && !is_port(authority.substr(behind + 1))) return false;
    return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

bool has_blank_or_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7F;
    });
}

bool is_http(std::string_view scheme) { return scheme == "http" || scheme == "https"; }

}  // namespace

bool is_http_url(std::string_view url) {
    const Parts parts = split(url);
    return is_http(parts.scheme) && is_host_and_port(parts.authority) && !has_blank_or_control(url);
}

bool is_origin(std::string_view origin) {
    const Parts parts = split(origin);
    return is_scheme(parts.scheme) && is_host_and_port(parts.authority) && parts.rest.empty();
}

bool is_sentry_dsn(std::string_view dsn) { return parse_sentry_dsn(dsn).has_value(); }

std::string without_password(std::string_view url) {
    std::string out(url);
    const std::size_t scheme = out.find("://");
    if (scheme == std::string::npos) return out;
    const std::size_t start = scheme + 3;
    const std::size_t end = std::min(out.find_first_of("/?#", start), out.size());
    // A password may hold "@" unescaped: user info ends at the last one.
    const std::size_t at = out.rfind('@', end);
    const std::size_t colon = out.find(':', start);
    if (at != std::string::npos && at > start && colon < at) out.replace(colon + 1, at - colon - 1, "***");
    const std::size_t parameter = out.find("password=");
    if (parameter != std::string::npos) {
        const std::size_t value = parameter + 9;
        out.replace(value, std::min(out.find('&', value), out.size()) - value, "***");
    }
    return out;
}

}  // namespace grover::config

namespace grover {

std::optional<SentryDsn> parse_sentry_dsn(std::string_view dsn) {
    const auto parts = config::split(dsn);
    const std::size_t at = parts.authority.find('@');
    if (!config::is_http(parts.scheme) || at == std::string_view::npos || config::has_blank_or_control(dsn))
        return std::nullopt;
    const std::string_view key = parts.authority.substr(0, std::min(at, parts.authority.find(':')));
    const std::string_view host = parts.authority.substr(at + 1);
    const std::size_t slash = parts.rest.rfind('/');
    const bool has_project = slash != std::string_view::npos && slash + 1 < parts.rest.size() &&
                             parts.rest.find_first_of("?#") == std::string_view::npos;
    if (key.empty() || !has_project || !config::is_host_and_port(host)) return std::nullopt;
    const auto joined = [](auto... pieces) { return (std::string() + ... + std::string(pieces)); };
    return SentryDsn{
        .public_key = std::string(key),
        .envelope_url = joined(parts.scheme, "://", host, parts.rest.substr(0, slash), "/api/",
                               parts.rest.substr(slash + 1), "/envelope/"),
        .without_secret = joined(parts.scheme, "://", key, "@", host, parts.rest),
    };
}

}  // namespace grover
