#include "platform/http/client_address.hpp"

#include <algorithm>
#include <stdexcept>

namespace grover::http {

namespace {

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

TrustedProxies::TrustedProxies(const std::vector<std::string>& ranges) {
    for (const std::string& text : ranges) {
        const auto range = parse_network(trimmed(text));
        if (!range) throw std::invalid_argument("not a range of addresses: " + text);
        ranges_.push_back(*range);
    }
}

std::string TrustedProxies::client_address(const RequestHead& request) const {
    ForwardedFor entries(request);
    std::string_view entry;
    bool more = entries.next(entry);
    // Most requests carry no such header, and nothing needs parsing.
    if (!more) return std::string(request.peer);
    auto believed = parse_ip(request.peer);
    if (!believed) return std::string(request.peer);
    while (more && trusts(*believed)) {
        const auto next = parse_ip(without_port(entry));
        if (!next) break;
        believed = next;
        more = entries.next(entry);
    }
    return to_string(*believed);
}

std::string rate_key(std::string_view address) {
    if (address.find(':') == address.npos) return std::string(address);
    auto parsed = parse_ip(address);
    if (!parsed) return std::string(address);
    if (parsed->is_v4()) return to_string(*parsed);
    std::fill(parsed->bytes.begin() + 8, parsed->bytes.end(), std::uint8_t{0});
    return to_string(*parsed) + "/64";
}

}  // namespace grover::http
