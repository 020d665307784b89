// JSON Schema of what is described with fields, for OpenAPI 3.1. Structs become components by their C++ name.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "platform/api/bind.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::api {

// Name → schema JSON of every struct met.
using Components = std::map<std::string, std::string>;

// "posts::Post" → "Post".
template <class T>
std::string type_name() {
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("T = ") + 4);
    name = name.substr(0, name.find_first_of(";]"));
    if (const auto colon = name.rfind("::"); colon != std::string_view::npos) name.remove_prefix(colon + 2);
    return std::string(name);
}

template <class T>
std::string schema_of(Components& components);

std::string text_schema(const wire::FieldRules& rules);
std::string nullable(std::string schema);
std::string enum_schema(std::span<const std::string_view> names);

template <class T>
std::string schema_with_rules(const wire::FieldRules& rules, Components& components) {
    if constexpr (std::is_same_v<T, std::string>) {
        return text_schema(rules);
    } else {
        return schema_of<T>(components);
    }
}

template <wire::Described T>
std::string object_schema(Components& components) {
    std::string properties, required;
    unpack(
        [&](const auto&... f) {
            [[maybe_unused]] auto one = [&](const auto& field) {
                using Member = typename std::remove_cvref_t<decltype(field)>::member_type;
                if constexpr (!is_page<Member> &&
                              !std::is_same_v<Member, std::optional<http::UploadedFile>>) {
                    auto add = [&](std::string_view name) {
                        if (!properties.empty()) properties += ',';
                        wire::append_string(properties, name);
                        properties += ':' + schema_with_rules<Member>(field.rules, components);
                        if (field.rules.absent_when_null) return;
                        if (!required.empty()) required += ',';
                        wire::append_string(required, name);
                    };
                    add(field.name);
                    for (const auto name : field.rules.also) {
                        if (name.empty()) break;
                        add(name);
                    }
                }
            };
            (one(f), ...);
        },
        T::fields);
    return R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required + "]}";
}

template <class T>
std::string schema_of(Components& components) {
    if constexpr (wire::is_optional<T>) {
        return nullable(schema_of<typename T::value_type>(components));
    } else if constexpr (wire::is_vector<T>) {
        return R"({"type":"array","items":)" + schema_of<typename T::value_type>(components) + "}";
    } else if constexpr (requires { typename T::described; }) {
        return schema_of<typename T::described>(components);
    } else if constexpr (requires { typename T::mapped_type; }) {
        return R"({"type":"object","additionalProperties":)" +
               schema_of<typename T::mapped_type>(components) + "}";
    } else if constexpr (wire::Described<T>) {
        const auto name = type_name<T>();
        if (!components.contains(name)) {
            components[name];  // a struct may contain itself
            components[name] = object_schema<T>(components);
        }
        return R"({"$ref":"#/components/schemas/)" + name + "\"}";
    } else if constexpr (wire::NamedEnum<T>) {
        return enum_schema(enum_names(T{}));
    } else if constexpr (is_id<T>) {
        return R"({"type":"string","pattern":"^[a-zA-Z0-9_-]{1,50}$"})";
    } else if constexpr (std::is_same_v<T, bool>) {
        return R"({"type":"boolean"})";
    } else if constexpr (std::is_integral_v<T>) {
        return R"({"type":"integer"})";
    } else if constexpr (std::is_same_v<T, Time>) {
        return R"({"type":"string","format":"date-time"})";
    } else if constexpr (std::is_same_v<T, Cents> || std::is_floating_point_v<T>) {
        return R"({"type":"number"})";
    } else {
        static_assert(std::is_convertible_v<T, std::string_view>, "no schema for this type");
        return R"({"type":"string"})";
    }
}

template <class M>
inline constexpr bool is_id_or_optional_id = is_id<M>;
template <class M>
inline constexpr bool is_id_or_optional_id<std::optional<M>> = is_id<M>;

// One input of an endpoint, as OpenAPI wants it.
struct InputInfo {
    std::string name;
    wire::Where where;
    bool required;
    std::string schema;
    std::string_view summary;
    bool is_id = false;
};

template <wire::Described T>
std::vector<InputInfo> inputs_of(Components& components) {
    std::vector<InputInfo> out;
    unpack(
        [&](const auto&... f) {
            [[maybe_unused]] auto one = [&](const auto& field) {
                using Member = typename std::remove_cvref_t<decltype(field)>::member_type;
                if constexpr (is_page<Member>) {
                    out.push_back({"limit",
                                   wire::in_query,
                                   false,
                                   R"({"type":"integer","minimum":1,"maximum":100,"default":)" +
                                       std::to_string(static_cast<int>(field.rules.high)) + "}",
                                   {}});
                    out.push_back(
                        {"skip", wire::in_query, false, R"({"type":"integer","minimum":0,"default":0})", {}});
                    out.push_back(
                        {"cursor", wire::in_query, false, R"({"type":"string","maxLength":512})", {}});
                } else if constexpr (std::is_same_v<Member, std::optional<http::UploadedFile>>) {
                    out.push_back({std::string(field.name), wire::in_file, false,
                                   R"({"type":"string","format":"binary"})", field.rules.summary});
                } else {
                    const bool required =
                        (!wire::is_optional<Member> && !wire::is_vector<Member> && !field.rules.or_default) ||
                        wire::is_required_list<Member>(field.rules);
                    out.push_back({std::string(field.name), field.rules.where, required,
                                   schema_with_rules<Member>(field.rules, components), field.rules.summary,
                                   is_id_or_optional_id<Member>});
                }
            };
            (one(f), ...);
        },
        T::fields);
    return out;
}

}  // namespace grover::api
