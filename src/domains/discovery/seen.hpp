// What each reader was shown or opened in the last 48 hours: recommendations put it behind what is new to them. The last 2,500
// posts of each, which is more than are recommended at one time; stored within twenty seconds, and losing some costs nothing but
// a repeat. Private to domains/discovery.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/base/prefetch.hpp"
#include "platform/db/db.hpp"
#include "platform/db/expect.hpp"
#include "platform/db/together.hpp"

namespace grover::discovery {

// Posts, by 32 bits of their stable_hash, and the second each was seen last. Two posts of one hash count as one. A table with open
// addressing, because a page asks some fifty times and a reader's list is cold: each answer costs one cache line, where
// boost's flat map takes two.
class SeenList {
public:
    explicit SeenList(std::size_t expected = 0);

    std::size_t size() const { return size_; }
    std::size_t bytes() const { return sizeof(SeenList) + sizeof(std::uint64_t) * slots_.size(); }
    // Whether so many more fit in: then see() moves nothing, and other threads may ask meanwhile.
    bool has_room(std::size_t more) const { return (size_ + more) * 4 <= slots_.size() * 3; }
    // 0: never.
    std::uint32_t last_seen(std::uint32_t post) const;
    // Begins to fetch what last_seen() will look at.
    void prefetch(std::uint32_t post) const {
        grover::prefetch(&slots_[post & (slots_.size() - 1)], sizeof slots_[0]);
    }
    void see(std::uint32_t post, std::uint32_t second);  // second 0: nothing
    // f(post, second) of each, in no order.
    template <class F>
    void each(F&& f) const {
        for (const auto& slot : slots_) {
            if (const auto pair = slot.get(); pair != 0)
                f(static_cast<std::uint32_t>(pair), static_cast<std::uint32_t>(pair >> 32));
        }
    }

private:
    // second << 32 | post, or 0: free. Read by some threads while one writes.
    class Slot {
    public:
        Slot() = default;
        Slot(const Slot& other) : pair_(other.get()) {}
        Slot& operator=(const Slot& other) {
            set(other.get());
            return *this;
        }
        std::uint64_t get() const { return pair_.load(std::memory_order_relaxed); }
        void set(std::uint64_t pair) { pair_.store(pair, std::memory_order_relaxed); }

    private:
        std::atomic<std::uint64_t> pair_{0};
    };
    std::size_t place_of(std::uint32_t post) const;

    // A quarter of them is free at least. Their number is a power of two.
    std::vector<Slot> slots_;
    std::size_t size_ = 0;
};

// What one reader saw before a moment.
class SeenView {
public:
    SeenView(std::shared_ptr<const SeenList> stored, std::shared_ptr<const SeenList> pending, Time from,
             Time until);
    bool contains(std::uint64_t post_hash) const;
    // Before some contains(): what they look at comes from memory together, instead of one after the other.
    void prefetch(std::uint64_t post_hash) const;

private:
    friend class SeenPosts;

    std::shared_ptr<const SeenList> stored_;
    std::shared_ptr<const SeenList> pending_;  // not stored yet; may grow meanwhile
    std::uint32_t from_, until_;
};

// Stamp key of what one reader saw.
std::string seen_key(const UserId& reader);

class SeenPosts {
public:
    // What is sent to a reader once more within this is not noted anew.
    static constexpr std::chrono::minutes kNotedFor{10};

    SeenPosts(db::Database& db, const Clock& clock);
    ~SeenPosts();

    // Outside transactions. In a loop's fiber it only takes note; elsewhere it stores at once. What is known to have been
    // seen a moment ago (kNotedFor) is not noted again.
    // True: all of them are noted now.
    bool record(const UserId& reader, std::span<const std::uint64_t> posts, const SeenView* known = nullptr);
    // Of the copy of what is stored, on this thread.
    static db::CachePlace place_of(const UserId& reader);
    SeenView before(db::Read& tx, const UserId& reader, Time until);
    // The same from memory, or as a part of `ask`. It outlives the run().
    struct Asked {
        UserId reader;
        std::shared_ptr<const SeenList> stored;
        bool is_kept = false;
    };
    void ask(db::Read& tx, db::Together& ask, Asked& out, const UserId& reader);
    SeenView take(db::Read& tx, Asked& asked, Time until);
    // Periodic: readers who saw nothing for 48 hours.
    void sweep();

private:
    // What is not stored yet: all loops see what one of them records. A lock is held for one look-up, and by the readers of one
    // shard only.
    struct Pending {
        std::shared_ptr<SeenList> list;
        std::uint64_t changes = 0;
    };
    struct alignas(64) Shard {
        std::mutex mutex;
        std::unordered_map<UserId, Pending> readers;
    };
    // Whose record one loop stores, because it began it.
    struct Waiting {
        std::vector<UserId> readers;
        bool are_stored = false;  // a fiber is at it
    };
    Shard& shard_of(const UserId& reader);
    void store(const UserId& reader, const SeenList& fresh);
    void store_all(Waiting& waiting);

    db::Database& db_;
    const Clock& clock_;
    std::array<Shard, 64> pending_;
    std::vector<Waiting> waiting_;  // one for each loop
};

}  // namespace grover::discovery
