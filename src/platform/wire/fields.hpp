// How a struct describes itself: one line for each member, from which parsing, validation, serialisation and OpenAPI come.
//
//     struct CommentCreate {
//         PostId post_id;
//         std::string content;
//         std::optional<CommentId> parent_comment_id;
//         static constexpr auto fields = Pack{
//             field("post_id", &CommentCreate::post_id, in_path),
//             field("content", &CommentCreate::content, in_body | in_query, trimmed_length(1, 2'000)),
//             field("parent_comment_id", &CommentCreate::parent_comment_id, in_body | in_query),
//         };
//     };
//     static_assert(describes_every_member<CommentCreate>);
//
// Members are plain types: std::string, bool, integers, double, Time, Cents, Id<Tag>, enums with names, structs with
// fields, and std::optional / std::vector / std::map<std::string, …> of those. A member that is neither optional nor a
// container nor marked or_default is required, and a list that may not be empty or is marked required: absent is 422.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>
#include "platform/base/pack.hpp"

namespace grover::wire {

// Where an input may come from; the first present wins in the order path, body, query (system.md §2).
enum Where : std::uint8_t {
    nowhere = 0,  // output only
    in_path = 1,
    in_query = 2,
    in_body = 4,  // JSON, urlencoded or multipart text
    in_file = 8,  // a multipart file part (a text part of that name is reported as such)
};
constexpr Where operator|(Where a, Where b) {
    return static_cast<Where>(static_cast<int>(a) | static_cast<int>(b));
}

struct FieldRules {
    Where where = nowhere;
    std::array<std::string_view, 4> also{};  // more names: aliases when read, copies when written
    bool trim = false;
    bool is_required = false;       // a list that must be there, even if it is empty
    bool or_default = false;        // absent keeps the member's initial value
    bool absent_when_null = false;  // written only when there is a value
    bool clamp = false;             // numbers outside are moved to the bound instead of refused
    bool comma_list = false;        // a list may come as "a, b"
    bool null_is_empty = false;     // JSON null is an empty value (text, time 0) instead of absent
    bool json_text = false;         // a list may come as a JSON array inside a string
    std::uint32_t min_length = 0;   // code points; for lists the number of items
    std::uint32_t max_length = std::numeric_limits<std::uint32_t>::max();
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    std::string_view summary;
};

template <class Struct, class Member>
struct Field {
    using member_type = Member;
    std::string_view name;
    Member Struct::*member;
    FieldRules rules;
};

// Each part of a field changes its rules.
constexpr auto trimmed_length(std::uint32_t low, std::uint32_t high) {
    return [=](FieldRules& r) { r.trim = true, r.min_length = low, r.max_length = high; };
}
constexpr auto length(std::uint32_t low, std::uint32_t high) {
    return [=](FieldRules& r) { r.min_length = low, r.max_length = high; };
}
constexpr auto range(double low, double high) {
    return [=](FieldRules& r) { r.low = low, r.high = high; };
}
constexpr auto clamped(double low, double high) {
    return [=](FieldRules& r) { r.low = low, r.high = high, r.clamp = true; };
}
template <class... Names>
constexpr auto also(Names... names) {
    return [=](FieldRules& r) {
        std::size_t i = 0;
        ((r.also[i++] = names), ...);
    };
}
constexpr auto summary(std::string_view text) {
    return [=](FieldRules& r) { r.summary = text; };
}
inline constexpr auto required = [](FieldRules& r) { r.is_required = true; };
inline constexpr auto or_default = [](FieldRules& r) { r.or_default = true; };
inline constexpr auto absent_when_null = [](FieldRules& r) { r.absent_when_null = true; };
inline constexpr auto comma_list = [](FieldRules& r) { r.comma_list = true; };
inline constexpr auto null_is_empty = [](FieldRules& r) { r.null_is_empty = true; };
inline constexpr auto json_text = [](FieldRules& r) { r.json_text = true; };

template <class Struct, class Member, class... Parts>
constexpr Field<Struct, Member> field(std::string_view name, Member Struct::*member, Parts... parts) {
    Field<Struct, Member> out{name, member, {}};
    [[maybe_unused]] auto apply = [&](auto part) {
        if constexpr (std::is_same_v<decltype(part), Where>) {
            out.rules.where = part;
        } else {
            part(out.rules);
        }
    };
    (apply(parts), ...);
    return out;
}

template <class T>
concept Described = requires {
    T::fields;
};

// An enum joins the wire by `constexpr std::array<std::string_view, N> enum_names(E)` beside it: the names in the order of
// its enumerators, which count from 0.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
    enum_names(e);
};

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
    return enum_names(value)[static_cast<std::size_t>(value)];
}

template <NamedEnum E>
constexpr std::optional<E> enum_of(std::string_view name) {
    const auto names = enum_names(E{});
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<E>(i);
    }
    return std::nullopt;
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

// A list that may not be empty may not be absent either.
template <class M>
constexpr bool is_required_list(const FieldRules& rules) {
    return is_vector<M> && (rules.is_required || rules.min_length > 0) && !rules.or_default;
}

// True when the members listed in `fields`, laid out in that order, fill the whole struct: nothing is left out and the
// order is that of the declaration. (Structs with base classes list the base's fields first.)
template <Described T>
constexpr std::size_t layout_of_fields() {
    std::size_t offset = 0;
    unpack(
        [&](const auto&... f) {
            auto place = [&]<class M>(const M*) {
                offset = (offset + alignof(M) - 1) / alignof(M) * alignof(M) + sizeof(M);
            };
            (place(static_cast<const typename std::remove_cvref_t<decltype(f)>::member_type*>(nullptr)), ...);
        },
        T::fields);
    return (offset + alignof(T) - 1) / alignof(T) * alignof(T);
}
template <class T>
concept describes_every_member = layout_of_fields<T>()
== sizeof(T);

}  // namespace grover::wire
