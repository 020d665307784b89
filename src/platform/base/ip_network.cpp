#include "platform/base/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

namespace grover {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned kV4Bits = 96;

std::uint8_t mask_of(unsigned prefix, std::size_t byte) {
    const unsigned before = static_cast<unsigned>(byte) * 8;
    const unsigned bits = prefix <= before ? 0 : std::min(prefix - before, 8u);
    return static_cast<std::uint8_t>(0xFF00u >> bits);
}

}  // namespace

bool IpAddress::is_v4() const { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin()); }

std::optional<IpAddress> parse_ip(std::string_view text) {
    char buffer[INET6_ADDRSTRLEN];
    if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = '\0';
    IpAddress address;
    if (inet_pton(AF_INET6, buffer, address.bytes.data()) == 1) return address;
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
    if (inet_pton(AF_INET, buffer, address.bytes.data() + kV4Prefix.size()) == 1) return address;
    return std::nullopt;
}

std::string to_string(const IpAddress& address) {
    char buffer[INET6_ADDRSTRLEN];
    const bool v4 = address.is_v4();
    const void* bytes = address.bytes.data() + (v4 ? kV4Prefix.size() : 0);
    return inet_ntop(v4 ? AF_INET : AF_INET6, bytes, buffer, sizeof buffer);
}

bool IpNetwork::contains(const IpAddress& address) const {
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        if (((address.bytes[i] ^ first.bytes[i]) & mask_of(prefix, i)) != 0) return false;
    }
    return true;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_ip(text.substr(0, slash));
    if (!address) return std::nullopt;
    // "::ffff:10.0.0.0/104" counts its bits as IPv6, "10.0.0.0/8" as IPv4.
    const unsigned offset = text.substr(0, slash).find(':') == std::string_view::npos ? kV4Bits : 0;
    unsigned prefix = 128 - offset;
    if (slash != std::string_view::npos) {
        const std::string_view bits = text.substr(slash + 1);
        unsigned given = 0;
        const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), given);
        if (error != std::errc{} || end != bits.data() + bits.size() || given > prefix) return std::nullopt;
        prefix = given;
    }
    IpNetwork network{*address, static_cast<std::uint8_t>(prefix + offset)};
    for (std::size_t i = 0; i < network.first.bytes.size(); ++i) {
        network.first.bytes[i] =
            static_cast<std::uint8_t>(network.first.bytes[i] & mask_of(network.prefix, i));
    }
    return network;
}

std::string to_string(const IpNetwork& network) {
    const unsigned offset = network.first.is_v4() && network.prefix >= kV4Bits ? kV4Bits : 0;
    return to_string(network.first) + "/" + std::to_string(network.prefix - offset);
}

bool contains(std::span<const IpNetwork> networks, const IpAddress& address) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const IpNetwork& n) { return n.contains(address); });
}

bool is_public(const IpAddress& address) {
    static const auto reserved = [] {
        std::vector<IpNetwork> networks;
        for (const auto* text :
             {"0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
              "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
              "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
              "::/96",         "64:ff9b::/32",    "100::/64",       "2001::/23",      "2001:db8::/32",
              "2002::/16",     "fc00::/7",        "fe80::/9",       "ff00::/8"}) {
            networks.push_back(*parse_network(text));
        }
        return networks;
    }();
    return !contains(reserved, address);
}

}  // namespace grover
