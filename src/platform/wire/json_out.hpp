// Writing JSON straight into a string: no tree. Optional values without a value are null (contract/README.md).
#pragma once

#include <string>
#include <string_view>

#include "platform/base/cents.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/wire/fields.hpp"

namespace grover::wire {

// JSON that is already written. T names what it holds, for OpenAPI.
template <class T>
struct Raw {
    using described = T;
    std::string json;
};

void append_string(std::string& out, std::string_view text);  // quoted and escaped; text is valid UTF-8
void append_integer(std::string& out, std::int64_t value);
void append_number(std::string& out, double value);  // not finite: null
void append_time(std::string& out, Time value);      // "2026-01-24T10:11:12.345Z"

inline void write(std::string& out, std::string_view value) { append_string(out, value); }
inline void write(std::string& out, const std::string& value) { append_string(out, value); }
inline void write(std::string& out, const char* value) { append_string(out, value); }
inline void write(std::string& out, bool value) { out += value ? "true" : "false"; }
template <std::integral T>
    requires(!std::is_same_v<T, bool>)
void write(std::string& out, T value) { append_integer(out, static_cast<std::int64_t>(value)); }
inline void write(std::string& out, double value) { append_number(out, value); }
inline void write(std::string& out, Time value) { append_time(out, value); }
inline void write(std::string& out, Cents value) { out += to_dollars(value); }
template <class Tag>
void write(std::string& out, const Id<Tag>& id) {
    append_string(out, id.view());
}
template <NamedEnum E>
void write(std::string& out, E value) {
    append_string(out, name_of(value));
}
template <class T>
void write(std::string& out, const Raw<T>& raw) {
    out += raw.json;
}
template <Described T>
void write(std::string& out, const T& value);
template <class T>
void write(std::string& out, const std::vector<T>& values);
template <class T>
void write(std::string& out, const std::map<std::string, T>& values);

template <class T>
void write(std::string& out, const std::optional<T>& value) {
    if (value) {
        write(out, *value);
    } else {
        out += "null";
    }
}

template <class T>
void write(std::string& out, const std::vector<T>& values) {
    out += '[';
    bool first = true;
    for (const auto& value : values) {
        if (!first) out += ',';
        first = false;
        write(out, static_cast<const T&>(value));
    }
    out += ']';
}

template <class T>
void write(std::string& out, const std::map<std::string, T>& values) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : values) {
        if (!first) out += ',';
        first = false;
        append_string(out, key);
        out += ':';
        write(out, value);
    }
    out += '}';
}

// `"name":` with the comma that separates it from what stands before; field names need no escaping.
inline void append_key(std::string& out, std::string_view name) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += name;
    out += "\":";
}

// What null_is_empty made time 0 of is null again when it is written.
template <class M>
constexpr bool was_null(const FieldRules& rules, const M& member) {
    if constexpr (std::is_same_v<M, std::optional<Time>>) {
        return rules.null_is_empty && member == Time{0};
    } else {
        return false;
    }
}

// The members of a struct without its braces, for objects that are one struct and more.
template <Described T>
void write_members(std::string& out, const T& value) {
    unpack(
        [&](const auto&... f) {
            auto one = [&](const auto& described) {
                const auto& member = value.*described.member;
                if constexpr (is_optional<std::remove_cvref_t<decltype(member)>>) {
                    if (described.rules.absent_when_null && !member) return;
                }
                append_key(out, described.name);
                const auto start = out.size();
                if (was_null(described.rules, member)) {
                    out += "null";
                } else {
                    write(out, member);
                }
                const auto size = out.size() - start;
                for (const auto copy : described.rules.also) {
                    if (copy.empty()) break;
                    append_key(out, copy);
                    out.append(out, start, size);
                }
            };
            (one(f), ...);
        },
        T::fields);
}

template <Described T>
void write(std::string& out, const T& value) {
    out += '{';
    write_members(out, value);
    out += '}';
}

template <class T>
std::string to_json(const T& value) {
    std::string out;
    write(out, value);
    return out;
}

}  // namespace grover::wire
