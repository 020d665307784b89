#include "platform/realtime/id.hpp"

#include <algorithm>
#include <array>

#include "platform/base/id.hpp"

namespace grover::realtime {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kThreadSize = 2;
constexpr std::size_t kRandomSize = 22;
constexpr std::size_t kKeySize = 10;
constexpr std::size_t kMaxNode = 8;

constexpr auto kValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}();

std::optional<std::uint64_t> number_of(std::string_view digits) {
    std::uint64_t number = 0;
    for (const char c : digits) {
        const auto value = kValues[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        number = number << 6 | static_cast<std::uint64_t>(value);
    }
    return number;
}

}  // namespace

bool is_node_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxNode && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
}

std::string make_id(std::string_view node, unsigned thread) {
    std::array<unsigned char, kRandomSize> random{};
    fill_random(random.data(), random.size());
    std::string id;
    id.reserve(node.size() + 1 + kThreadSize + kRandomSize);
    id += node;
    id += '-';
    id += kAlphabet[thread >> 6 & 63];
    id += kAlphabet[thread & 63];
    for (const auto byte : random) id += kAlphabet[byte & 63];
    return id;
}

std::optional<IdParts> parse_id(std::string_view id) {
    const auto dash = id.find('-');
    if (dash == id.npos || id.size() != dash + 1 + kThreadSize + kRandomSize) return std::nullopt;
    IdParts parts;
    parts.node = id.substr(0, dash);
    if (!is_node_name(parts.node)) return std::nullopt;
    const auto thread = number_of(id.substr(dash + 1, kThreadSize));
    const auto random = id.substr(dash + 1 + kThreadSize);
    const auto key = number_of(random.substr(0, kKeySize));
    if (!thread || !key || !number_of(random.substr(kKeySize))) return std::nullopt;
    parts.thread = static_cast<unsigned>(*thread);
    parts.key = *key;
    return parts;
}

}  // namespace grover::realtime
