// Opaque, authenticated list positions: base64url(mac ‖ position), bound to the endpoint that made them (system.md §2).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace grover::api {

inline constexpr std::size_t kMaxCursor = 4'200;

class CursorCodec {
public:
    // Any bytes of at least 16: the signing secret of the configuration, or the one kept in the store.
    explicit CursorCodec(std::string_view secret);

    // `endpoint` is the route's path template. Precondition: the position is at most 3,100 bytes.
    std::string seal(std::string_view endpoint, std::string_view position) const;
    // Nothing for what this server did not make for this endpoint.
    std::optional<std::string> open(std::string_view endpoint, std::string_view cursor) const;

private:
    std::array<unsigned char, 32> key_;
};

}  // namespace grover::api
