#include "platform/sockets/identity.hpp"

#include <algorithm>

namespace grover::sockets {
namespace {

constexpr std::string_view kCookie = "grover_rt";

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::string cookie_of(std::string_view header) {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        const auto pair = trimmed(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        if (pair.size() > kCookie.size() && pair.starts_with(kCookie) && pair[kCookie.size()] == '=')
            return std::string(pair.substr(kCookie.size() + 1));
    }
    return {};
}

std::string_view origin_of(std::string_view url) {
    const auto host = url.find("://");
    if (host == url.npos) return {};
    return url.substr(0, url.find('/', host + 3));
}

bool cookie_counts(const http::RequestHead& request, const OriginRules& rules) {
    const auto origin = request.header("origin");
    if (origin.empty()) return true;
    // Its own: what the client says it speaks to. Encryption may end before this server, so https counts on http too.
    const auto host = request.header("host");
    if (!host.empty()) {
        if (origin == "https://" + std::string(host)) return true;
        if (!request.https && origin == "http://" + std::string(host)) return true;
    }
    if (!rules.public_base_url.empty() && origin == origin_of(rules.public_base_url)) return true;
    return origin != "*" && std::ranges::find(rules.allowed_origins, origin) != rules.allowed_origins.end();
}

std::string text_of(wire::JsonView payload, std::string_view name) {
    const auto value = payload.find(name);
    return value.kind() == wire::JsonKind::string ? std::string(value.string()) : std::string{};
}

std::string token_of(wire::JsonView payload) {
    for (const std::string_view name : {"token", "session_token", "access_token", "ticket"}) {
        const auto text = text_of(payload, name);
        if (const auto token = without_scheme(text); !token.empty()) return std::string(token);
    }
    return {};
}

std::optional<std::string> claimed_user(wire::JsonView payload) {
    for (const std::string_view name : {"userId", "user_id"}) {
        const auto value = payload.find(name);
        if (!value.present() || value.is_null()) continue;
        return value.kind() == wire::JsonKind::string ? std::string(value.string()) : std::string{};
    }
    return std::nullopt;
}

}  // namespace

std::string_view without_scheme(std::string_view text) {
    constexpr std::string_view kScheme = "bearer";
    text = trimmed(text);
    const auto first = text.substr(0, text.find(' '));
    if (http::equals_ignoring_case(first, kScheme)) text.remove_prefix(first.size());
    return trimmed(text);
}

Credential find_credential(const http::RequestHead& request, const std::optional<std::string>& query_ticket,
                           const std::optional<std::string>& query_token, wire::JsonView payload,
                           const OriginRules& rules) {
    using Kind = Credential::Kind;
    if (auto token = token_of(payload); !token.empty()) return {Kind::token, std::move(token), {}};
    if (const auto token = without_scheme(request.header("authorization")); !token.empty())
        return {Kind::header, std::string(token), {}};
    for (const auto* parameter : {&query_ticket, &query_token}) {
        if (*parameter && !without_scheme(**parameter).empty())
            return {Kind::query, std::string(without_scheme(**parameter)), {}};
    }
    if (cookie_counts(request, rules)) {
        if (auto value = cookie_of(request.header("cookie")); !value.empty())
            return {Kind::cookie, std::move(value), claimed_user(payload)};
    }
    return {};
}

Credential find_credential_again(wire::JsonView payload, Credential::Kind proof, const SessionId& session) {
    using Kind = Credential::Kind;
    if (auto token = token_of(payload); !token.empty()) return {Kind::token, std::move(token), {}};
    if (proof == Kind::none || proof == Kind::token) return {};
    return {proof, {}, proof == Kind::cookie ? claimed_user(payload) : std::nullopt, session};
}

}  // namespace grover::sockets
