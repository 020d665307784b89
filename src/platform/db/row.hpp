// Reading a result: one Row at a time, or structs that say which column fills which member.
//
//     struct PostRow {
//         PostId post_id;
//         std::optional<std::string> location;
//         static constexpr auto columns = Pack{db::column("post_id", &PostRow::post_id),
//                                                    db::column("location", &PostRow::location)};
//     };
// The statement must return exactly these columns, with these names, in this order; the first row of each use
// checks it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>
#include "platform/base/pack.hpp"

#include "platform/db/statement.hpp"

namespace grover::db {

// The current row of a running statement. Texts live until the next row.
class Row {
public:
    virtual int size() const = 0;
    virtual std::string_view name(int column) const = 0;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual double real(int column) const = 0;
    virtual std::string_view text(int column) const = 0;

    template <class T>
    T get(int column) const {
        if constexpr (requires { typename T::tag; }) {
            return T(text(column));
        } else if constexpr (std::is_same_v<T, bool>) {
            return integer(column) != 0;
        } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
            return static_cast<T>(integer(column));
        } else if constexpr (std::is_floating_point_v<T>) {
            return real(column);
        } else if constexpr (std::is_same_v<T, Time>) {
            return Time{integer(column)};
        } else if constexpr (std::is_same_v<T, Cents>) {
            return Cents{integer(column)};
        } else if constexpr (std::is_same_v<T, std::string>) {
            return std::string(text(column));
        } else {  // std::optional<U>
            using Value = typename T::value_type;
            return is_null(column) ? T{} : T{get<Value>(column)};
        }
    }

protected:
    ~Row() = default;
};

template <class Struct, class Member>
struct Column {
    std::string_view name;
    Member Struct::*member;
};

template <class Struct, class Member>
constexpr Column<Struct, Member> column(std::string_view name, Member Struct::*member) {
    return {name, member};
}

// Throws std::logic_error when the statement's columns are not T's: a bug, found by the first test that runs
// it.
void check_columns(const Row& row, std::string_view what, const std::string_view* names, int count);

template <class T>
constexpr auto column_names() {
    return unpack([](const auto&... c) { return std::array<std::string_view, sizeof...(c)>{c.name...}; },
                  T::columns);
}

template <class T>
T read_row(const Row& row) {
    T out{};
    int index = 0;
    unpack(
        [&](const auto&... c) {
            ((out.*c.member = row.get<std::remove_reference_t<decltype(out.*c.member)>>(index++)), ...);
        },
        T::columns);
    return out;
}

}  // namespace grover::db
