// What an endpoint says of itself beside its fields. contract/endpoints.md, system.md §7.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "platform/http/message.hpp"

namespace grover::api {

enum class Auth : std::uint8_t {
    required,  // 401 without a valid credential
    optional,  // an invalid credential counts as none
    none,      // the credential is not looked at
    admin,     // required, and 403 for everybody but administrators
};

// Every class that has a bucket also counts against `general`.
enum class RateClass : std::uint8_t {
    exempt,  // a service endpoint: neither limited nor logged nor counted
    own,     // no bucket: limits that the domain keeps stand in its place (messages.md S8)
    general,
    auth,
    search,
    write,
    upload,
    money,
    push,
    export_,
    count
};
constexpr std::string_view name_of(RateClass limit) {
    constexpr std::array<std::string_view, 11> names{
        "exempt", "own", "general", "auth", "search", "write", "upload", "money", "push", "export", ""};
    return names[static_cast<std::size_t>(limit)];
}
constexpr bool has_bucket(RateClass limit) { return limit != RateClass::exempt && limit != RateClass::own; }

// A refusal that an endpoint names itself, beside those that follow from what it declares. A request struct lists them:
//     static constexpr api::RouteError errors[] = {{404, "Post not found"}, {403, "Not authorized"}};
struct RouteError {
    int status;
    std::string_view detail;
};

// What several requests refuse alike is listed once, and joined with what is their own:
//     static constexpr auto errors = api::join(kSendErrors, {{404, "Post not found"}});
template <std::size_t... N>
constexpr auto join(const RouteError (&... lists)[N]) {
    std::array<RouteError, (N + ...)> all{};
    auto end = all.begin();
    ((end = std::copy(lists, lists + N, end)), ...);
    return all;
}

struct Alias {
    http::Method method;
    std::string_view path;
};

struct Route {
    http::Method method;
    // Below /api unless `absolute`; parameters as {name}, at the end also {name...}: all segments that are left.
    std::string_view path;
    std::string_view summary;
    Auth auth = Auth::required;
    RateClass limit = RateClass::general;
    std::span<const Alias> aliases = {};
    int status = 200;
    bool absolute = false;
    // Callers whose account waits for deletion get in (auth.md §1).
    bool open_while_leaving = false;
    // "no-store" and the like, sent with every answer of the endpoint.
    std::string_view cache_control = {};
    // The body may carry base64 media: 70 MB instead of 1 MiB (media.md §4).
    bool takes_base64 = false;
    // The answer is a secret: it is not kept for a request that comes again with its Idempotency-Key.
    bool answers_secret = false;
    // A limit of the endpoint's own beside its class: so many in a minute, at once or one by one; 0: none.
    int per_minute = 0;
};

}  // namespace grover::api
