// Many rows of one table: one by one on SQLite, where a statement is a call; by whole columns on PostgreSQL, where it is a
// journey (seed.sql).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/db/db.hpp"

namespace grover::seed {

// Some thousand rows turned into columns of texts.
template <std::size_t N>
class Columns {
public:
    void add(const std::array<db::Arg, N>& values) {
        for (std::size_t i = 0; i < N; ++i) {
            const auto start = texts_.size();
            if (values[i].kind() == db::Arg::Kind::integer) {
                texts_ += std::to_string(values[i].integer());
            } else {
                texts_ += values[i].text();  // null is the empty text
            }
            ends_[i].push_back({start, texts_.size() - start});
        }
    }

    std::array<std::vector<std::string_view>, N> views() const {
        std::array<std::vector<std::string_view>, N> columns;
        for (std::size_t i = 0; i < N; ++i) {
            for (const auto [start, size] : ends_[i])
                columns[i].push_back(std::string_view(texts_).substr(start, size));
        }
        return columns;
    }

private:
    struct Piece {
        std::size_t start;
        std::size_t size;
    };
    std::string texts_;
    std::array<std::vector<Piece>, N> ends_;
};

// The statement S with a column in place of each value.
template <db::Prepared S, std::size_t N>
struct Columnwise {
    static constexpr const db::Statement& statement = S::statement;
    const std::array<std::vector<std::string_view>, N>& columns;

    std::array<db::Arg, N> args() const {
        return [this]<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<db::Arg, N>{db::Arg(columns[I])...};
        }
        (std::make_index_sequence<N>{});
    }
};

// `bind` makes the statement of one item.
template <class Item, class Bind>
void write_rows(db::Write& tx, const std::vector<Item>& items, Bind bind) {
    using S = std::invoke_result_t<Bind&, const Item&>;
    using Args = decltype(std::declval<const S&>().args());
    constexpr auto kColumns = std::tuple_size_v<Args>;
    constexpr std::size_t kRowsAtOnce = 5'000;

    if (tx.engine() == db::Engine::sqlite) {
        for (const auto& item : items) tx.exec(bind(item));
        return;
    }
    for (std::size_t from = 0; from < items.size(); from += kRowsAtOnce) {
        Columns<kColumns> columns;
        for (const auto& item : std::span(items).subspan(from, std::min(kRowsAtOnce, items.size() - from))) {
            columns.add(bind(item).args());
        }
        const auto views = columns.views();
        tx.exec(Columnwise<S, kColumns>{views});
    }
}

}  // namespace grover::seed
