#include "platform/base/place.hpp"

#include <charconv>

#include "platform/base/error.hpp"

namespace grover {

std::string place_text(Time at, std::string_view id) {
    return std::to_string(at.us).append(1, '.').append(id);
}

Place place_of(std::string_view text, Place start) {
    if (text.empty()) return start;
    Place out;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.at.us);
    if (error != std::errc{} || end == text.data() + text.size() || *end != '.')
        throw validation_error("Invalid cursor");
    out.id = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
    return out;
}

}  // namespace grover
