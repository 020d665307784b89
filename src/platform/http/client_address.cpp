#include "platform/http/client_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace grover::http {

namespace {

constexpr std::array<unsigned char, 12> kIpv4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Proxies also write "1.2.3.4:567", "[2001:db8::1]:567" and "\"[2001:db8::1]\"".
std::string_view without_port(std::string_view entry) {
    entry = trimmed(entry);
    if (entry.size() > 1 && entry.front() == '"' && entry.back() == '"')
        entry = entry.substr(1, entry.size() - 2);
    if (entry.starts_with('[')) {
        const auto end = entry.find(']');
        return end == entry.npos ? entry : entry.substr(1, end - 1);
    }
    if (std::count(entry.begin(), entry.end(), ':') == 1) return entry.substr(0, entry.find(':'));
    return entry;
}

bool same_bits(const Address& a, const Address& b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (std::memcmp(a.bytes.data(), b.bytes.data(), whole) != 0) return false;
    const unsigned rest = bits % 8;
    return rest == 0 || (a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest) == 0;
}

// The entries of all X-Forwarded-For headers, last first.
class ForwardedFor {
public:
    explicit ForwardedFor(const RequestHead& request) : headers_(request.headers), left_(headers_.size()) {}

    bool next(std::string_view& entry) {
        while (!in_line_) {
            if (left_ == 0) return false;
            const Header& header = headers_[--left_];
            in_line_ = equals_ignoring_case(header.name, "x-forwarded-for");
            line_ = header.value;
        }
        const auto comma = line_.rfind(',');
        in_line_ = comma != line_.npos;
        entry = in_line_ ? line_.substr(comma + 1) : line_;
        line_ = line_.substr(0, in_line_ ? comma : 0);
        return true;
    }

private:
    std::span<const Header> headers_;
    std::size_t left_;
    std::string_view line_;
    bool in_line_ = false;
};

}  // namespace

bool Address::is_ipv4() const { return std::equal(kIpv4Prefix.begin(), kIpv4Prefix.end(), bytes.begin()); }

std::string Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> out;
    if (is_ipv4()) return ::inet_ntop(AF_INET, bytes.data() + kIpv4Prefix.size(), out.data(), out.size());
    return ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
}

bool Address::parse(std::string_view text, Address& out) {
    std::array<char, INET6_ADDRSTRLEN> terminated;
    if (text.size() >= terminated.size() || text.find('\0') != text.npos) return false;
    *std::copy(text.begin(), text.end(), terminated.begin()) = '\0';
    if (text.find(':') != text.npos) return ::inet_pton(AF_INET6, terminated.data(), out.bytes.data()) == 1;
    std::copy(kIpv4Prefix.begin(), kIpv4Prefix.end(), out.bytes.begin());
    return ::inet_pton(AF_INET, terminated.data(), out.bytes.data() + kIpv4Prefix.size()) == 1;
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& ranges) {
    for (const std::string& text : ranges) {
        const std::string_view range = trimmed(text);
        const auto slash = std::min(range.find('/'), range.size());
        Address address;
        if (!Address::parse(range.substr(0, slash), address))
            throw std::invalid_argument("not an address: " + text);
        const bool ipv4 = range.substr(0, slash).find(':') == range.npos;
        const unsigned most = ipv4 ? 32 : 128;
        unsigned bits = most;
        if (slash < range.size()) {
            const auto digits = range.substr(slash + 1);
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
            if (error != std::errc{} || end != digits.data() + digits.size() || bits > most) {
                throw std::invalid_argument("not a range of addresses: " + text);
            }
        }
        ranges_.push_back({address, ipv4 ? bits + 96 : bits});
    }
}

bool TrustedProxies::trusts(const Address& address) const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [&](const Range& range) { return same_bits(address, range.address, range.bits); });
}

std::string TrustedProxies::client_address(const RequestHead& request) const {
    ForwardedFor entries(request);
    std::string_view entry;
    bool more = entries.next(entry);
    Address believed;
    // Most requests carry no such header, and nothing needs parsing.
    if (!more || !Address::parse(request.peer, believed)) return std::string(request.peer);
    while (more && trusts(believed)) {
        Address next;
        if (!Address::parse(without_port(entry), next)) break;
        believed = next;
        more = entries.next(entry);
    }
    return believed.text();
}

std::string rate_key(std::string_view address) {
    Address parsed;
    if (address.find(':') == address.npos || !Address::parse(address, parsed)) return std::string(address);
    if (parsed.is_ipv4()) return parsed.text();
    std::fill(parsed.bytes.begin() + 8, parsed.bytes.end(), static_cast<unsigned char>(0));
    return parsed.text() + "/64";
}

}  // namespace grover::http
