// JSON web tokens signed with a shared secret (RFC 7519, HS256/384/512).
//
// On OpenSSL's HMAC rather than cpp-jwt: that one compares signatures byte by byte until the first
// difference, reads the system's clock, and accepts tokens without `exp`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::integrations {

enum class JwtAlgorithm : std::uint8_t { hs256, hs384, hs512 };
constexpr std::array<std::string_view, 3> enum_names(JwtAlgorithm) { return {"HS256", "HS384", "HS512"}; }

// `claims` is a JSON object. Any thread.
std::string sign_jwt(JwtAlgorithm algorithm, std::string_view secret, std::string_view claims);

// The claims of a token that was signed with this secret and exactly this algorithm. Their times are for the
// caller: holds_at(). Any thread.
std::optional<wire::JsonDocument> verify_jwt(JwtAlgorithm algorithm, std::string_view secret,
                                             std::string_view token);

// Whether `exp` is there and not past, `iat` is there and not ahead, and `nbf`, if there is one, has come.
bool holds_at(const wire::JsonDocument& claims, Time now, std::chrono::seconds skew);

}  // namespace grover::integrations
