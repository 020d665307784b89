#include "domains/discovery/seen.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/wishes.hpp"

namespace grover::discovery {
namespace {

constexpr std::size_t kMostLoops = 256;
constexpr std::size_t kMostSeen = 2'500;
constexpr std::chrono::hours kRemembered{48};
constexpr std::chrono::steady_clock::duration kStoreAfter = std::chrono::seconds{10};
// Readers whose record waits in one thread; more are not noted until these are stored.
constexpr std::size_t kMostPending = 20'000;
constexpr int kWidth = 16;  // hexadecimal digits of a pair: eight of the hash, eight of the second

using ListPtr = std::shared_ptr<const SeenList>;

std::uint32_t second_of(Time time) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.us / 1'000'000, 0, UINT32_MAX));
}
std::uint32_t short_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

std::uint64_t pair_of(std::uint32_t post, std::uint32_t second) { return std::uint64_t{second} << 32 | post; }

SeenList parse(std::string_view text) {
    SeenList out(text.size() / kWidth);
    for (; text.size() >= kWidth; text.remove_prefix(kWidth)) {
        std::uint64_t pair = 0;
        std::from_chars(text.data(), text.data() + kWidth, pair, 16);
        out.see(static_cast<std::uint32_t>(pair >> 32), static_cast<std::uint32_t>(pair & 0xFFFFFFFF));
    }
    return out;
}

// The latest of them.
std::string to_text(const SeenList& list, std::uint32_t oldest) {
    std::vector<std::uint64_t> pairs;
    pairs.reserve(list.size());
    list.each([&](std::uint32_t post, std::uint32_t second) {
        if (second >= oldest) pairs.push_back(pair_of(post, second));
    });
    if (pairs.size() > kMostSeen) {
        std::ranges::nth_element(pairs, pairs.begin() + kMostSeen, std::greater{});
        pairs.resize(kMostSeen);
    }
    std::string out(pairs.size() * kWidth, '0');
    char* digit = out.data();
    for (const auto pair : pairs) {
        const auto stored = pair << 32 | pair >> 32;
        for (int shift = 60; shift >= 0; shift -= 4) *digit++ = "0123456789abcdef"[stored >> shift & 15];
    }
    return out;
}

db::RowCache<ListPtr>& cache() {
    thread_local db::RowCache<ListPtr> kept{"seen_posts"};
    return kept;
}

}  // namespace

SeenList::SeenList(std::size_t expected) : slots_(std::bit_ceil(expected + expected / 3 + 1)) {}

std::size_t SeenList::place_of(std::uint32_t post) const {
    const auto mask = slots_.size() - 1;
    auto place = post & mask;
    for (auto pair = slots_[place].get(); pair != 0 && static_cast<std::uint32_t>(pair) != post;
         pair = slots_[place].get())
        place = (place + 1) & mask;
    return place;
}

std::uint32_t SeenList::last_seen(std::uint32_t post) const {
    return static_cast<std::uint32_t>(slots_[place_of(post)].get() >> 32);
}

void SeenList::see(std::uint32_t post, std::uint32_t second) {
    if (second == 0) return;
    auto& slot = slots_[place_of(post)];
    const bool is_new = slot.get() == 0;
    slot.set(pair_of(post, second));
    if (!is_new || ++size_ * 4 <= slots_.size() * 3) return;
    SeenList larger(2 * size_);
    each([&](std::uint32_t its_post, std::uint32_t its_second) { larger.see(its_post, its_second); });
    *this = std::move(larger);
}

std::string seen_key(const UserId& reader) { return "seen:" + reader.str(); }

SeenView::SeenView(ListPtr stored, ListPtr pending, Time from, Time until)
    : stored_(std::move(stored)),
      pending_(std::move(pending)),
      from_(second_of(from)),
      until_(second_of(until)) {}

bool SeenView::contains(std::uint64_t post_hash) const {
    const auto post = short_of(post_hash);
    const auto holds = [&](const ListPtr& list) {
        if (!list) return false;
        const auto second = list->last_seen(post);
        return second != 0 && second >= from_ && second < until_;
    };
    return holds(stored_) || holds(pending_);
}

void SeenView::prefetch(std::uint64_t post_hash) const {
    for (const auto& list : {stored_.get(), pending_.get()}) {
        if (list != nullptr) list->prefetch(short_of(post_hash));
    }
}

SeenPosts::SeenPosts(db::Database& db, const Clock& clock) : db_(db), clock_(clock), waiting_(kMostLoops) {}
SeenPosts::~SeenPosts() = default;

SeenPosts::Shard& SeenPosts::shard_of(const UserId& reader) {
    return pending_[std::hash<UserId>{}(reader) % pending_.size()];
}

bool SeenPosts::record(const UserId& reader, std::span<const std::uint64_t> posts, const SeenView* known) {
    const auto now = clock_.now();
    const auto is_noted = [&, since = second_of(now - kNotedFor)](std::uint64_t hash) {
        const auto is_in = [&](const ListPtr& list) {
            return list && list->last_seen(short_of(hash)) >= since;
        };
        return known && (is_in(known->stored_) || is_in(known->pending_));
    };
    if (std::ranges::all_of(posts, is_noted)) return false;
    const auto note = [&, second = second_of(now)](SeenList& list) {
        for (const auto hash : posts) list.see(short_of(hash), second);
    };
    const auto loop = static_cast<std::size_t>(runtime::this_loop());
    if (loop >= kMostLoops || !runtime::in_fiber()) {
        SeenList fresh;
        note(fresh);
        store(reader, fresh);
        return true;
    }
    Waiting& waiting = waiting_[loop];
    {
        auto& shard = shard_of(reader);
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.readers.find(reader);
        if (found == shard.readers.end() && waiting.readers.size() >= kMostPending) return false;
        Pending& pending = found == shard.readers.end() ? shard.readers[reader] : found->second;
        if (!pending.list) waiting.readers.push_back(reader);
        if (!pending.list || pending.list->size() > kMostSeen) {
            pending.list = std::make_shared<SeenList>(posts.size());
        } else if (!pending.list->has_room(posts.size())) {
            auto larger = std::make_shared<SeenList>(2 * (pending.list->size() + posts.size()));
            pending.list->each([&](std::uint32_t post, std::uint32_t second) { larger->see(post, second); });
            pending.list = std::move(larger);
        }
        note(*pending.list);
        ++pending.changes;
    }
    if (waiting.are_stored || waiting.readers.empty()) return true;
    waiting.are_stored = true;
    runtime::spawn([this, &waiting] {
        while (!waiting.readers.empty()) store_all(waiting);
        waiting.are_stored = false;
    });
    return true;
}

// One reader after the other, over all that time: SQLite's writer takes its time from the same processors.
void SeenPosts::store_all(Waiting& waiting) {
    const auto readers = std::exchange(waiting.readers, {});
    for (const auto& reader : readers) {
        runtime::sleep_for(kStoreAfter / readers.size());
        auto& shard = shard_of(reader);
        const auto pending = [&] {
            const std::lock_guard lock(shard.mutex);
            return shard.readers.at(reader);
        }();
        try {
            store(reader, *pending.list);
        } catch (const db::MissingReference&) {
            // The reader is gone.
        } catch (const Error&) {
            // What was seen is not worth a retry when the store is away.
        }
        // It is pending until it is stored, so that no moment knows nothing of it.
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.readers.find(reader);
        if (found->second.changes == pending.changes) {
            shard.readers.erase(found);
        } else {
            waiting.readers.push_back(reader);
        }
    }
}

void SeenPosts::store(const UserId& reader, const SeenList& fresh) {
    const auto oldest = second_of(clock_.now() - kRemembered);
    db_.write([&](db::Write& tx) {
        auto all =
            parse(tx.find<std::string>(sql::wishes::seen_of{.user_id = reader}).value_or(std::string{}));
        fresh.each([&](std::uint32_t post, std::uint32_t second) { all.see(post, second); });
        tx.exec(sql::wishes::set_seen{.user_id = reader, .posts = to_text(all, oldest), .now = clock_.now()});
        tx.touch(seen_key(reader));
    });
}

db::CachePlace SeenPosts::place_of(const UserId& reader) { return cache().place_of(seen_key(reader)); }

void SeenPosts::ask(db::Read& tx, db::Together& ask, Asked& out, const UserId& reader) {
    out.reader = reader;
    if (const auto* kept = cache().find(tx, seen_key(reader))) {
        out.stored = *kept;
        out.is_kept = true;
        return;
    }
    ask.add(sql::wishes::seen_of{.user_id = out.reader}, [&out](const db::Row& row) {
        out.stored = std::make_shared<const SeenList>(parse(row.text(0)));
    });
}

SeenView SeenPosts::take(db::Read& tx, Asked& asked, Time until) {
    const auto& stored = asked.stored;
    if (!asked.is_kept)
        cache().put(seen_key(asked.reader), stored, stored ? stored->bytes() : 0, tx.snapshot());
    ListPtr pending;
    {
        auto& shard = shard_of(asked.reader);
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.readers.find(asked.reader);
        if (found != shard.readers.end()) pending = found->second.list;
    }
    return SeenView(stored, std::move(pending), clock_.now() - kRemembered, until);
}

SeenView SeenPosts::before(db::Read& tx, const UserId& reader, Time until) {
    Asked asked;
    db::Together one;
    ask(tx, one, asked, reader);
    one.run(tx);
    return take(tx, asked, until);
}

void SeenPosts::sweep() {
    while (true) {
        const auto readers = db_.read([&](db::Read& tx) {
            return tx.list<UserId>(
                sql::wishes::some_past_readers{.before = clock_.now() - kRemembered, .limit = 200});
        });
        db_.write([&](db::Write& tx) {
            for (const auto& reader : readers) tx.exec(sql::wishes::forget_reader{.user_id = reader});
        });
        if (readers.size() < 200) return;
    }
}

}  // namespace grover::discovery
