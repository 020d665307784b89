// Compact JSON web signatures (RFC 7515): taking apart and checking. Knows nothing of claims.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/wire/json_in.hpp"

namespace grover::integrations {

struct Jws {
    wire::JsonDocument header;
    wire::JsonDocument payload;    // believe nothing in it before the signature was checked
    std::string_view signed_part;  // of the token, which must outlive this
    std::string signature;

    // Of the header; empty when it is missing or no text.
    std::string_view algorithm() const;
    std::string_view key_id() const;
};

// Nothing unless the token is three dot-separated base64url parts, at most 16 KiB together, and the first two
// are JSON objects. Also refuses headers with `crit`: what they demand is not understood here.
std::optional<Jws> parse_jws(std::string_view token);

// The text of a member, or empty: other types count as absent.
std::string_view text_member(wire::JsonView object, std::string_view name);

}  // namespace grover::integrations
