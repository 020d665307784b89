// What one reader did among things whose ids sort by time, in memory for one range of ids: a page's ids lie close together, so
// that one statement answers for all of them. Whoever reads here and there has one range around all of it, until that
// would hold too much; then the last page's.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>

#include "platform/db/row_cache.hpp"

namespace grover::db {

template <class Id, class Value>
class KnownRanges {
public:
    using ValuePtr = std::shared_ptr<const Value>;

    explicit KnownRanges(std::string_view name) : cache_(name) {}

    CachePlace place_of(std::string_view key) const { return cache_.place_of(key); }

    // What is known of a range that holds `low` to `high`: from memory, or by read(from, to), which gives null when that is
    // too much to keep. Null: so are these alone. `key` and `bytes` as for RowCache.
    template <class ReadRange, class Bytes>
    ValuePtr find_or_read(Read& tx, std::string_view key, const Id& low, const Id& high, ReadRange&& read,
                          Bytes&& bytes) {
        Known range{low, high};
        if (const Known* const kept = cache_.find(tx, key)) {
            if (kept->low <= low && high <= kept->high) return kept->value;
            range.may_grow = kept->may_grow;
            if (range.may_grow) {
                range.low = std::min(low, kept->low);
                range.high = std::max(high, kept->high);
            }
        }
        range.value = read(range.low, range.high);
        if (!range.value && (range.low < low || high < range.high))
            range = {low, high, read(low, high), false};
        if (range.value) cache_.put(key, Known(range), bytes(*range.value), tx.snapshot());
        return range.value;
    }

private:
    struct Known {
        Id low, high;
        ValuePtr value{};
        bool may_grow = true;
    };

    RowCache<Known> cache_;
};

}  // namespace grover::db
