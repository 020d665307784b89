// Copies of rows in memory, one set for each thread, never older than the last commit that its reader could
// know of (stamps.hpp). Bounded in bytes, all caches of a thread together; what was not used lately goes
// first.
//
//     thread_local db::RowCache<PostCard> cache{"posts"};
//     if (const PostCard* card = cache.find(tx, id.view())) ...      // valid until the next put() of this
//     thread cache.put(id.view(), std::move(card), bytes, tx.snapshot());
//
// A hit costs some 30 ns. Nothing is found inside a write, or with a budget of 0: answers must not depend on it.
// On PostgreSQL a statement suspends the fiber and others put(): what find() returned is good until then only. Keys are those given to Write::touch(); a copy made of several rows is right only if each
// change of one of them touches this key. One cache object belongs to the thread that made it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/db/db.hpp"
#include "platform/db/expect.hpp"
#include "platform/db/stamps.hpp"

namespace grover::db {

// Bytes that the caches of each thread may hold together: the whole setting divided by the number of threads.
// Takes effect with the next put(). Any thread. Before the first call: 16 MiB.
void set_row_cache_budget(std::size_t bytes_of_each_thread);

// For metrics: of all threads together, since the start. Any thread.
struct RowCacheTotals {
    std::string name;
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
};
std::vector<RowCacheTotals> row_cache_totals();

// What all caches share whatever they hold: the table, the counts, and the place in the thread's common
// eviction order.
class RowCacheBase {
public:
    RowCacheBase(const RowCacheBase&) = delete;
    RowCacheBase& operator=(const RowCacheBase&) = delete;

    std::size_t size() const { return used_; }
    void clear();

    CachePlace place_of(std::string_view key) const { return {this, Stamps::hash(key)}; }

protected:
    struct Entry {
        virtual ~Entry() = default;

        RowCacheBase* owner = nullptr;
        Entry* next = nullptr;  // ring of all entries of this thread
        Entry* previous = nullptr;
        std::uint64_t hash = 0;
        std::uint64_t seen = 0;
        std::size_t bytes = 0;
        bool used_lately = false;

        std::string_view key() const {
            return long_key.empty() ? std::string_view(short_key, key_size) : long_key;
        }
        void set_key(std::string_view key);

    private:
        // An id fits in here, one cache line less to fetch than a string elsewhere.
        char short_key[kMaxIdLength];
        std::uint8_t key_size = 0;
        std::string long_key;
    };

    static constexpr std::size_t kTogether = 32;

    explicit RowCacheBase(std::string_view name);
    ~RowCacheBase();

    Entry* find_entry(const Read& tx, std::string_view key);
    // At most kTogether.
    void find_entries(const Read& tx, std::span<const std::string_view> keys, std::span<Entry*> out);
    // Takes the entry, in place of another with its key, unless it fits nowhere; then makes room.
    void put_entry(std::unique_ptr<Entry> entry, std::string_view key);

private:
    friend class RowCacheShelf;
    friend void expect(const Read& tx, std::initializer_list<CachePlace> places);

    // Written by one thread, read by those that show metrics.
    struct Counts {
        std::string name;
        std::atomic<std::uint64_t> hits{0}, misses{0}, evictions{0}, entries{0}, bytes{0};
    };
    friend std::vector<RowCacheTotals> row_cache_totals();
    struct AllCounts;
    static AllCounts& all_counts();

    struct Slot {
        std::uint64_t hash = 0;
        Entry* entry = nullptr;
    };

    static void add(std::atomic<std::uint64_t>& count, std::uint64_t by) {
        count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    std::size_t home_of(std::uint64_t hash) const { return (hash >> 18) & mask_; }
    std::size_t position_of(std::uint64_t hash, std::string_view key) const;
    Entry* current_entry(const Read& tx, std::uint64_t hash, std::string_view key);
    // The two steps in which memory is waited for.
    void prefetch_slot(const Read& tx, std::uint64_t hash) const;
    void prefetch_entry(std::uint64_t hash) const;
    void grow();
    void remove(Entry* entry);

    std::vector<Slot> slots_;
    std::size_t mask_;
    std::size_t used_ = 0;
    std::shared_ptr<Counts> counts_;
};

template <class Value>
class RowCache : private RowCacheBase {
public:
    // `name` appears in metrics; caches of one name on several threads are one there.
    explicit RowCache(std::string_view name) : RowCacheBase(name) {}

    // The copy, if it is as new as the last commit. nullptr otherwise.
    const Value* find(const Read& tx, std::string_view key) {
        Entry* const entry = find_entry(tx, key);
        return entry != nullptr ? &static_cast<Held*>(entry)->value : nullptr;
    }

    // find() of each key, and `found(i, value)`, which must not put(), for those that are there, in order. What lies in many
    // places comes from memory together, instead of one after the other.
    template <class F>
    void find_each(const Read& tx, std::span<const std::string_view> keys, F&& found) {
        std::array<Entry*, kTogether> entries;
        for (std::size_t from = 0; from < keys.size(); from += kTogether) {
            const auto some = keys.subspan(from, std::min(kTogether, keys.size() - from));
            find_entries(tx, some, entries);
            for (std::size_t i = 0; i < some.size(); ++i) {
                if (entries[i] != nullptr)
                    found(from + i, std::as_const(static_cast<Held*>(entries[i])->value));
            }
        }
    }

    // `bytes` is what the value holds besides its own size; `snapshot` is Read::snapshot() of the transaction
    // that read the row, and 0 keeps nothing.
    void put(std::string_view key, Value value, std::size_t bytes, std::uint64_t snapshot) {
        if (snapshot == 0) return;
        auto entry = std::make_unique<Held>(std::move(value));
        entry->seen = snapshot;
        entry->bytes = bytes + sizeof(Held);
        put_entry(std::move(entry), key);
    }

    using RowCacheBase::clear;
    using RowCacheBase::place_of;
    using RowCacheBase::size;

private:
    struct Held final : Entry {
        explicit Held(Value&& held) : value(std::move(held)) {}
        Value value;
    };
};

}  // namespace grover::db
