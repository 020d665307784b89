// Copies of rows on the thread that writes, for what most writes ask again: the settings of whoever is told, the name of
// whoever acts. A statement each costs more than the row that is written because of it.
//
//     thread_local db::WriteCopies<Settings> copies;
//     if (const Settings* kept = copies.find(tx, user.view())) return *kept;
//     const db::Unchanged rows = ...;  // made of this tx, with the keys that each change of the rows touches
//     copies.keep(user.view(), rows, settings);
//
// What is found is as of now: changes by this transaction, and by those before it in the same commit, have raised a stamp
// (unchanged.hpp). So whoever changes such a row touches its key before anything else runs in the transaction. Nothing is
// found on PostgreSQL or with a cache size of 0: answers must not depend on it.
//
// A fixed number of places, one for each key's hash: who comes later takes the place. Some MiB at most for values without
// long lists; the rows of a larger network are read again.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/db/unchanged.hpp"

namespace grover::db {

template <class Value>
class WriteCopies {
public:
    // Both are valid until the next keep().
    const Value* find(const Write& tx, std::string_view key) const {
        const auto& kept = places_[place_of(key)];
        return kept && kept->key == key && kept->rows.in(tx) ? &kept->value : nullptr;
    }

    const Value& keep(std::string_view key, const Unchanged& rows, Value value) {
        auto& kept = places_[place_of(key)];
        kept = std::make_unique<Kept>(std::string(key), rows, std::move(value));
        return kept->value;
    }

private:
    static constexpr std::size_t kPlaces = 4'096;

    struct Kept {
        Kept(std::string its_key, const Unchanged& its_rows, Value&& its_value)
            : key(std::move(its_key)), rows(its_rows), value(std::move(its_value)) {}
        std::string key;
        Unchanged rows;
        Value value;
    };

    // The low bits choose the stamp.
    static std::size_t place_of(std::string_view key) { return (Stamps::hash(key) >> 18) % kPlaces; }

    std::vector<std::unique_ptr<Kept>> places_ = std::vector<std::unique_ptr<Kept>>(kPlaces);
};

}  // namespace grover::db
