// Who is at the other end when reverse proxies stand between (system.md §2 "Client address").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ip_network.hpp"
#include "platform/http/message.hpp"

namespace grover::http {

// Any thread.
class TrustedProxies {
public:
    // Addresses and CIDR ranges ("10.0.0.0/8", "::1/128", "192.0.2.1"). Throws std::invalid_argument naming a
    // bad one.
    explicit TrustedProxies(const std::vector<std::string>& ranges);

    // The peer; or, when the peer is trusted, the last entry of all X-Forwarded-For headers that is not. An
    // entry that is no address ends the search: what stands before it cannot be believed.
    std::string client_address(const RequestHead& request) const;
    bool trusts(const IpAddress& address) const { return contains(ranges_, address); }

private:
    std::vector<IpNetwork> ranges_;
};

// What limits by address count: the address, of IPv6 the /64 that one customer usually has.
std::string rate_key(std::string_view address);

}  // namespace grover::http
