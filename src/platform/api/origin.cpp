#include "platform/api/origin.hpp"

#include <algorithm>
#include <cctype>

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

std::string_view host_of_origin(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? std::string_view{} : without_port(origin.substr(scheme + 3));
}

}  // namespace

bool lists_origin(std::span<const std::string> allowed, std::string_view origin) {
    return std::any_of(allowed.begin(), allowed.end(), [&](const auto& entry) { return entry == origin; });
}

std::string_view base_url_for(std::string_view public_base_url, std::string_view host_header, bool https,
                              std::span<const std::string> allowed_origins, unsigned port) {
    if (!public_base_url.empty()) return public_base_url;
    thread_local std::string last_host, url;
    thread_local bool last_https = false;
    if (!url.empty() && last_host == host_header && last_https == https) return url;
    const auto name = without_port(host_header);
    const bool own = is_plain_host(host_header) &&
                     (name == "localhost" || is_address(name) ||
                      std::any_of(allowed_origins.begin(), allowed_origins.end(),
                                  [&](const auto& origin) { return host_of_origin(origin) == name; }));
    url = own ? (https ? "https://" : "http://") + std::string(host_header)
              : "http://localhost:" + std::to_string(port);
    last_host = host_header;
    last_https = https;
    return url;
}

}  // namespace grover::api
