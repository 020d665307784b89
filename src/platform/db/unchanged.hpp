// Rows that were found in memory before a write began, by the keys they are touched with (Write::touch): inside the write the
// stamps tell whether all of them are still the same, where a statement each would read them again.
//
//     db::Unchanged rows;
//     const auto post = db.read([&](db::Read& tx) { rows = db::Unchanged(tx); rows.add(id.view()); return find_post(tx, id); });
//     db.write([&](db::Write& tx) { const auto now = rows.in(tx) ? post : find_post(tx, id); ... });
//
// "No" may be wrong (rows share stamps), "yes" never is: not where the store is PostgreSQL, whose other nodes tell of their
// changes after the commit, nor with a cache size of 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platform/db/db.hpp"

namespace grover::db {

class Unchanged {
public:
    static constexpr std::size_t kMost = 4;

    Unchanged() = default;  // never
    // What was found by this read, which may have ended when in() is asked.
    explicit Unchanged(const Read& tx) : seen_(tx.snapshot()) {}
    // What is read inside a write: later ones of the same commit that change it raise its stamp above this.
    explicit Unchanged(const Write& tx) : seen_(tx.commit_before()) {}

    // More than kMost: never.
    void add(std::string_view key) {
        if (size_ == kMost) {
            seen_ = 0;
        } else {
            keys_[size_++] = Stamps::hash(key);
        }
    }

    // As of now, this transaction's own changes and those of others in the same commit included.
    bool in(const Write& tx) const {
        if (tx.engine() != Engine::sqlite || seen_ == 0) return false;
        for (std::size_t i = 0; i < size_; ++i) {
            if (!tx.stamps().is_current(keys_[i], seen_)) return false;
        }
        return true;
    }

private:
    std::uint64_t seen_ = 0;
    std::size_t size_ = 0;
    std::array<std::uint64_t, kMost> keys_{};
};

}  // namespace grover::db
