#include "platform/api/origin.hpp"

#include <algorithm>
#include <cctype>

#include "platform/text/utf8.hpp"

namespace grover::api {
namespace {

std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.rfind(':'));
}

bool is_plain_host(std::string_view host) {
    return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' || c == '[' ||
               c == ']';
    });
}

bool is_address(std::string_view host) {
    return host.starts_with('[') ||
           (!host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

std::string_view host_of_url(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    const auto host = url.substr(scheme + 3);
    return without_port(host.substr(0, host.find('/')));
}

}  // namespace

bool lists_origin(std::span<const std::string> allowed, std::string_view origin) {
    return std::any_of(allowed.begin(), allowed.end(), [&](const auto& entry) { return entry == origin; });
}

bool is_own_host(std::string_view host, std::string_view public_base_url,
                 std::span<const std::string> allowed_origins) {
    const auto name = without_port(host);
    const auto is_it = [&](std::string_view other) { return text::equal_ignoring_ascii_case(name, other); };
    return is_plain_host(host) && !name.empty() &&
           (is_it("localhost") || is_address(name) || is_it(host_of_url(public_base_url)) ||
            std::ranges::any_of(allowed_origins,
                                [&](const auto& origin) { return is_it(host_of_url(origin)); }));
}

std::string_view base_url_for(std::string_view public_base_url, std::string_view host_header, bool https,
                              std::span<const std::string> allowed_origins, unsigned port) {
    if (!public_base_url.empty()) return public_base_url;
    thread_local std::string last_host, url;
    thread_local bool last_https = false;
    if (!url.empty() && last_host == host_header && last_https == https) return url;
    // In lower case, so that equal reads give equal links.
    url = is_own_host(host_header, {}, allowed_origins)
              ? (https ? "https://" : "http://") + text::lower_ascii(host_header)
              : "http://localhost:" + std::to_string(port);
    last_host = host_header;
    last_https = https;
    return url;
}

}  // namespace grover::api
