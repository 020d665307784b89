// How a copy of a row in memory is known to be as new as the last commit, without a lock.
//
// Every commit has a number. When the writer changes a row, it raises the row's stamp to the number of the commit to
// come; after the commit it publishes the number; only then do the callers hear of it. A copy remembers the
// number that was published when its snapshot began, and is good while no stamp of its row is higher. So a
// copy read from an older snapshot dies before anybody can know of the newer one, and a rolled-back commit
// only costs a miss.
//
// Rows share stamps by hash: a collision costs a miss, never a stale answer. Reading is one
// relaxed-to-acquire load.
//
// On SQLite the writer raises them. On PostgreSQL, where any node commits, each loop has its own, and raises them by what
// it reads in the store before each read (postgres_touched.hpp): the numbers are those of its looks.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "platform/base/prefetch.hpp"

namespace grover::db {

class Stamps {
public:
    // `enabled` false: nothing is ever current (a cache size of 0).
    explicit Stamps(bool enabled);

    bool enabled() const { return enabled_; }

    // The number of the last commit that may be known to anybody. Read it before a snapshot begins. Never 0.
    std::uint64_t published() const { return published_.load(std::memory_order_acquire); }

    static std::uint64_t hash(std::string_view key);

    // Whether a copy whose snapshot began at `seen` still equals the row. Never for 0, or a number of another
    // store.
    bool is_current(std::uint64_t key_hash, std::uint64_t seen) const {
        return seen >> kCommitBits == store_ && enabled_ &&
               slots_[key_hash & kMask].load(std::memory_order_acquire) <= seen;
    }

    // Begins to fetch what is_current() will look at.
    void prefetch(std::uint64_t key_hash) const {
        if (enabled_) grover::prefetch(&slots_[key_hash & kMask], sizeof slots_[0]);
    }

    // One thread at a time. raise() before the commit, publish() after it.
    std::uint64_t next_commit() { return ++next_; }
    void raise(std::uint64_t key_hash, std::uint64_t commit) {
        slots_[key_hash & kMask].store(commit, std::memory_order_release);
    }
    // Every row may have changed.
    void raise_all(std::uint64_t commit);
    void publish(std::uint64_t commit) { published_.store(commit, std::memory_order_release); }

private:
    static constexpr std::uint64_t kMask = (std::uint64_t{1} << 18) - 1;  // 2 MiB of stamps
    // The upper bits of a number say which store of this process it belongs to: tests have many, and copies
    // of all of them in one thread's memory.
    static constexpr int kCommitBits = 40;

    bool enabled_;
    std::uint64_t store_;
    std::uint64_t next_;
    std::atomic<std::uint64_t> published_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> slots_;
};

}  // namespace grover::db
