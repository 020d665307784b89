#include "platform/db/row_cache.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "platform/base/prefetch.hpp"

namespace grover::db {
namespace {

std::atomic<std::size_t> budget{std::size_t{16} << 20};

}  // namespace

// The entries of all caches of one thread in one ring, and the hand that goes around it (CLOCK): an entry
// that was used since the hand came by last is spared once.
class RowCacheShelf {
public:
    using Entry = RowCacheBase::Entry;

    static RowCacheShelf& of_this_thread() {
        thread_local RowCacheShelf shelf;
        return shelf;
    }

    void add(Entry* entry) {
        bytes_ += entry->bytes;
        if (hand_ == nullptr) {
            hand_ = entry->next = entry->previous = entry;
            return;
        }
        // Just behind the hand: the last to be looked at.
        entry->next = hand_;
        entry->previous = hand_->previous;
        entry->previous->next = entry->next->previous = entry;
    }

    void remove(Entry* entry) {
        bytes_ -= entry->bytes;
        if (hand_ == entry) hand_ = entry->next == entry ? nullptr : entry->next;
        entry->previous->next = entry->next;
        entry->next->previous = entry->previous;
    }

    void make_room(std::size_t limit) {
        while (bytes_ > limit && hand_ != nullptr) {
            Entry* const entry = hand_;
            if (entry->used_lately) {
                entry->used_lately = false;
                hand_ = entry->next;
            } else {
                RowCacheBase::add(entry->owner->counts_->evictions, 1);
                entry->owner->remove(entry);
            }
        }
    }

private:
    Entry* hand_ = nullptr;
    std::size_t bytes_ = 0;
};

void set_row_cache_budget(std::size_t bytes_of_each_thread) {
    budget.store(bytes_of_each_thread, std::memory_order_relaxed);
}

struct RowCacheBase::AllCounts {
    std::mutex mutex;
    std::vector<std::shared_ptr<const Counts>> of_caches;
};

RowCacheBase::AllCounts& RowCacheBase::all_counts() {
    static auto* const all = new AllCounts;  // threads may end after static destruction began
    return *all;
}

void RowCacheBase::Entry::set_key(std::string_view key) {
    if (key.size() > sizeof short_key) {
        long_key = key;
    } else {
        key_size = static_cast<std::uint8_t>(key.copy(short_key, sizeof short_key));
    }
}

RowCacheBase::RowCacheBase(std::string_view name)
    : slots_(256), mask_(slots_.size() - 1), counts_(std::make_shared<Counts>()) {
    counts_->name = name;
    RowCacheShelf::of_this_thread();  // so that it is destroyed after this
    const std::scoped_lock lock(all_counts().mutex);
    all_counts().of_caches.push_back(counts_);
}

RowCacheBase::~RowCacheBase() { clear(); }

void RowCacheBase::clear() {
    for (std::size_t i = 0; i < slots_.size();) {
        // remove() may move another entry into this slot.
        if (slots_[i].entry != nullptr) {
            remove(slots_[i].entry);
        } else {
            ++i;
        }
    }
}

std::size_t RowCacheBase::position_of(std::uint64_t hash, std::string_view key) const {
    std::size_t i = home_of(hash);
    while (slots_[i].entry != nullptr && (slots_[i].hash != hash || slots_[i].entry->key() != key))
        i = (i + 1) & mask_;
    return i;
}

RowCacheBase::Entry* RowCacheBase::find_entry(const Read& tx, std::string_view key) {
    return tx.snapshot() == 0 ? nullptr : current_entry(tx, Stamps::hash(key), key);
}

void RowCacheBase::find_entries(const Read& tx, std::span<const std::string_view> keys,
                                std::span<Entry*> out) {
    std::ranges::fill(out, nullptr);
    if (tx.snapshot() == 0) return;
    std::array<std::uint64_t, kTogether> hashes;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        hashes[i] = Stamps::hash(keys[i]);
        prefetch_slot(tx, hashes[i]);
    }
    for (std::size_t i = 0; i < keys.size(); ++i) prefetch_entry(hashes[i]);
    for (std::size_t i = 0; i < keys.size(); ++i) out[i] = current_entry(tx, hashes[i], keys[i]);
}

void expect(const Read& tx, std::initializer_list<CachePlace> places) {
    if (tx.snapshot() == 0) return;
    for (const auto& [cache, hash] : places) cache->prefetch_slot(tx, hash);
    for (const auto& [cache, hash] : places) cache->prefetch_entry(hash);
}

void RowCacheBase::prefetch_slot(const Read& tx, std::uint64_t hash) const {
    prefetch(&slots_[home_of(hash)], sizeof(Slot));
    tx.stamps().prefetch(hash);
}

// With what the entry begins to hold.
void RowCacheBase::prefetch_entry(std::uint64_t hash) const {
    if (const auto* entry = slots_[home_of(hash)].entry) prefetch(entry, sizeof(Entry) + 1);
}

RowCacheBase::Entry* RowCacheBase::current_entry(const Read& tx, std::uint64_t hash, std::string_view key) {
    Entry* const entry = slots_[position_of(hash, key)].entry;
    if (entry == nullptr || !tx.stamps().is_current(hash, entry->seen)) {
        add(counts_->misses, 1);
        return nullptr;
    }
    if (!entry->used_lately) entry->used_lately = true;  // leaves the cache line clean
    add(counts_->hits, 1);
    return entry;
}

void RowCacheBase::put_entry(std::unique_ptr<Entry> entry, std::string_view key) {
    const std::uint64_t hash = Stamps::hash(key);
    if (Entry* const old = slots_[position_of(hash, key)].entry) {
        // A reader with an older snapshot may come last; its copy must not take the place of a newer one.
        if (old->seen > entry->seen && old->seen >> 40 == entry->seen >> 40) return;
        remove(old);
    }
    const std::size_t limit = budget.load(std::memory_order_relaxed);
    entry->bytes += key.size() + sizeof(Slot) * 2;
    if (entry->bytes > limit / 8) return;  // one row for which an eighth of all others would have to go
    RowCacheShelf& shelf = RowCacheShelf::of_this_thread();
    shelf.make_room(limit - entry->bytes);
    entry->owner = this;
    entry->hash = hash;
    entry->set_key(key);
    if ((used_ + 1) * 2 > slots_.size()) grow();
    slots_[position_of(hash, key)] = {hash, entry.get()};
    ++used_;
    add(counts_->entries, 1);
    add(counts_->bytes, entry->bytes);
    shelf.add(entry.release());
}

void RowCacheBase::grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.entry != nullptr) slots_[position_of(slot.hash, slot.entry->key())] = slot;
    }
}

void RowCacheBase::remove(Entry* entry) {
    RowCacheShelf::of_this_thread().remove(entry);
    std::size_t hole = position_of(entry->hash, entry->key());
    // What follows in the same run moves up, so that no search ends at the hole too early.
    for (std::size_t i = (hole + 1) & mask_; slots_[i].entry != nullptr; i = (i + 1) & mask_) {
        const std::size_t home = home_of(slots_[i].hash);
        if (((i - home) & mask_) < ((i - hole) & mask_)) continue;
        slots_[hole] = slots_[i];
        hole = i;
    }
    slots_[hole] = {};
    --used_;
    add(counts_->entries, std::uint64_t(0) - 1);
    add(counts_->bytes, std::uint64_t(0) - entry->bytes);
    delete entry;
}

std::vector<RowCacheTotals> row_cache_totals() {
    std::map<std::string, RowCacheTotals> by_name;
    const std::scoped_lock lock(RowCacheBase::all_counts().mutex);
    for (const auto& counts : RowCacheBase::all_counts().of_caches) {
        RowCacheTotals& total = by_name[counts->name];
        total.name = counts->name;
        total.hits += counts->hits.load(std::memory_order_relaxed);
        total.misses += counts->misses.load(std::memory_order_relaxed);
        total.evictions += counts->evictions.load(std::memory_order_relaxed);
        total.entries += counts->entries.load(std::memory_order_relaxed);
        total.bytes += counts->bytes.load(std::memory_order_relaxed);
    }
    std::vector<RowCacheTotals> out;
    for (auto& [name, total] : by_name) out.push_back(std::move(total));
    return out;
}

}  // namespace grover::db
