// What a request will look up in several caches (row_cache.hpp), asked from memory together: one after the other, each look
// waits twice for it, some 200 ns.
//
//     db::expect(tx, {a_cache().place_of(key), other_cache().place_of(key)});
#pragma once

#include <cstdint>
#include <initializer_list>

namespace grover::db {

class Read;
class RowCacheBase;

// Where a copy may be, on the thread that asked for it.
struct CachePlace {
    const RowCacheBase* cache;
    std::uint64_t hash;
};

void expect(const Read& tx, std::initializer_list<CachePlace> places);

}  // namespace grover::db
