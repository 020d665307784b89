#include "platform/base/cents.hpp"

namespace grover {

std::string to_dollars(Cents cents) {
    const bool negative = cents.value < 0;
    const auto magnitude =
        negative ? 0 - static_cast<std::uint64_t>(cents.value) : static_cast<std::uint64_t>(cents.value);
    std::string text = (negative ? "-" : "") + std::to_string(magnitude / 100);
    if (const auto rest = magnitude % 100; rest != 0) {
        text += '.';
        text += static_cast<char>('0' + rest / 10);
        if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
    }
    return text;
}

}  // namespace grover
