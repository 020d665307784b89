// IP addresses and networks as settings and HTTP need them: to ask whether an address lies in a list. Any
// thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace grover {

// IPv6, or IPv4 as ::ffff:a.b.c.d, so that both forms of one address are equal.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const IpAddress&) const = default;
    bool is_v4() const;
};

// "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1". No brackets, no zone, no port.
std::optional<IpAddress> parse_ip(std::string_view text);
std::string to_string(const IpAddress& address);

// Whether it names a machine of the internet at large: neither private, loopback, link-local, multicast nor reserved, nor a way
// to wrap one of those.
bool is_public(const IpAddress& address);

struct IpNetwork {
    IpAddress first;          // bits behind the prefix are 0
    std::uint8_t prefix = 0;  // of 128 bits, also for IPv4

    bool operator==(const IpNetwork&) const = default;
    bool contains(const IpAddress& address) const;
};

// "10.0.0.0/8", "fc00::/7", or a single address.
std::optional<IpNetwork> parse_network(std::string_view text);
std::string to_string(const IpNetwork& network);

bool contains(std::span<const IpNetwork> networks, const IpAddress& address);

}  // namespace grover
