#include "platform/text/sanitize.hpp"

#include "platform/base/error.hpp"
#include "platform/text/markup.hpp"

namespace grover::text {
namespace {

std::string_view trimmed_within(std::string_view value, std::size_t max, std::string_view field) {
    const std::string_view trimmed = trim(value);
    // Bytes are at least code points, so short text needs no counting.
    if (trimmed.size() > max && count_code_points(trimmed) > max) {
        throw validation_error(std::string(field) + " exceeds maximum length of " + std::to_string(max));
    }
    return trimmed;
}

}  // namespace

std::string sanitize_string(std::string_view value, std::size_t max, std::string_view field) {
    const std::string_view trimmed = trimmed_within(value, max, field);
    if (!may_contain_script(trimmed)) return std::string(trimmed);
    // A removal can bare white space at either end.
    return std::string(trim(remove_event_attributes(remove_scripts(trimmed))));
}

std::string clean_chat(std::string_view value, std::size_t max, std::string_view field) {
    const std::string_view trimmed = trimmed_within(value, max, field);
    std::string out;
    out.reserve(trimmed.size());
    for (std::size_t i = 0; i < trimmed.size();) {
        if (const std::size_t control = control_at(trimmed, i)) {
            i += control;
        } else {
            out += trimmed[i++];
        }
    }
    return std::string(trim(out));
}

}  // namespace grover::text
