#include "platform/text/sanitize.hpp"

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

std::string clean(std::string_view value, std::size_t max, Cleaning cleaning) {
    return cleaning == Cleaning::chat ? clean_chat(value, max) : sanitize_string(value, max);
}

// Whether cleaning leaves something, seen by how the text begins: nothing else than controls, tags and "javascript:" is
// removed to the end.
bool surely_stays(std::string_view value) {
    const auto trimmed = trim(value);
    if (trimmed.empty() || control_at(trimmed, 0) != 0) return false;
    const char first = trimmed.front();
    return first != '<' && first != 'j' && first != 'J';
}

FieldError empty_text(std::string_view name) {
    return {{"body", std::string(name)}, "String should have at least 1 character", "string_too_short"};
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

std::string required_text(std::string_view value, std::size_t max, std::string_view name, Cleaning cleaning) {
    auto out = clean(value, max, cleaning);
    if (!out.empty()) return out;
    throw invalid_input(empty_text(name));
}

std::optional<FieldError> misfit_of_text(std::string_view value, std::string_view name, Cleaning cleaning) {
    // What is too long has been refused by its field. Who asks cleans the text later, so it is not done twice without need.
    if (surely_stays(value) || !clean(value, value.size(), cleaning).empty()) return std::nullopt;
    return empty_text(name);
}

}  // namespace grover::text
