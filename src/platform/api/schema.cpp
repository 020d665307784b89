#include "platform/api/schema.hpp"

namespace grover::api {

std::string text_schema(const wire::FieldRules& rules) {
    std::string out = R"({"type":"string")";
    if (rules.min_length > 0) out += ",\"minLength\":" + std::to_string(rules.min_length);
    if (rules.max_length != wire::FieldRules{}.max_length)
        out += ",\"maxLength\":" + std::to_string(rules.max_length);
    return out + "}";
}

std::string nullable(std::string schema) { return R"({"anyOf":[)" + schema + R"(,{"type":"null"}]})"; }

std::string enum_schema(std::span<const std::string_view> names) {
    std::string out = R"({"type":"string","enum":[)";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) out += ',';
        wire::append_string(out, names[i]);
    }
    return out + "]}";
}

}  // namespace grover::api
