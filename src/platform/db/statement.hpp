// A statement as the build embeds it from a domain's .sql file (tools/embed_sql.py), and the values bound to
// it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "platform/base/cents.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"

namespace grover::db {

enum class Engine : std::uint8_t { sqlite, postgres };

// Lives for the whole process; its address is its identity in the engines' caches of prepared statements.
struct Statement {
    const char* name;  // "posts.insert_like": in logs, metrics and error reports
    int parameters;
    const char* sqlite;            // ?1, ?2, ...
    const char* postgres;          // $1, $2, ...
    const char* scan_reason = "";  // why it may read a whole table; empty: it must not
};

// One bound value. It views its text: the text must live until the statement has run, which a temporary in
// the same full expression does.
class Arg {
public:
    enum class Kind : std::uint8_t { null, integer, real, text, blob, texts };

    Arg(std::nullptr_t) {}
    Arg(std::nullopt_t) {}
    Arg(bool value) : kind_(Kind::integer), integer_(value ? 1 : 0) {}
    template <std::integral T>
        requires(!std::is_same_v<T, bool> && !std::is_same_v<T, char>)
    Arg(T value) : kind_(Kind::integer), integer_(static_cast<std::int64_t>(value)) {}
    Arg(double value) : kind_(Kind::real), real_(value) {}
    Arg(std::string_view value) : kind_(Kind::text), text_(value) {}
    Arg(const std::string& value) : kind_(Kind::text), text_(value) {}
    Arg(const char* value) : kind_(Kind::text), text_(value) {}
    Arg(Time value) : kind_(Kind::integer), integer_(value.us) {}
    Arg(Cents value) : kind_(Kind::integer), integer_(value.value) {}
    template <class Tag>
    Arg(const Id<Tag>& id) : kind_(Kind::text), text_(id.view()) {}
    template <class T>
    Arg(const std::optional<T>& value) : Arg(value ? Arg(*value) : Arg(nullptr)) {}
    Arg(std::span<const std::byte> value)
        : kind_(Kind::blob), text_(reinterpret_cast<const char*>(value.data()), value.size()) {}
    // For `x IN each(:xs)`: any number of texts in one parameter.
    Arg(const std::vector<std::string_view>& values) : kind_(Kind::texts), texts_(values) {}

    Kind kind() const { return kind_; }
    std::int64_t integer() const { return integer_; }
    double real() const { return real_; }
    std::string_view text() const { return text_; }  // text and blob
    std::span<const std::string_view> texts() const { return texts_; }

private:
    Kind kind_ = Kind::null;
    std::int64_t integer_ = 0;
    double real_ = 0;
    std::string_view text_;
    std::span<const std::string_view> texts_;
};

// The ids of a batch, ready to be bound to each(:ids).
template <class Range, class Projection = std::identity>
std::vector<std::string_view> ids_of(const Range& range, Projection projection = {}) {
    std::vector<std::string_view> ids;
    ids.reserve(std::size(range));
    for (const auto& item : range) ids.push_back(std::invoke(projection, item).view());
    return ids;
}

}  // namespace grover::db
