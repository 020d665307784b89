#include "domains/discovery/seen.hpp"

#include <algorithm>
#include <charconv>

#include "platform/base/error.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/wishes.hpp"

namespace grover::discovery {
namespace {

constexpr std::size_t kMostLoops = 256;
constexpr std::size_t kMostSeen = 1'000;
constexpr std::chrono::hours kRemembered{48};
constexpr std::chrono::seconds kStoreAfter{10};
// Readers whose record waits in one thread; more are not noted until these are stored.
constexpr std::size_t kMostPending = 20'000;
constexpr int kWidth = 16;  // hexadecimal digits of a pair: eight of the hash, eight of the second

using Fresh = std::unordered_map<std::uint32_t, std::uint32_t>;
using ListPtr = std::shared_ptr<const SeenList>;

std::uint32_t second_of(Time time) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.us / 1'000'000, 0, UINT32_MAX));
}
std::uint32_t short_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

SeenList parse(std::string_view text) {
    SeenList out;
    for (; text.size() >= kWidth; text.remove_prefix(kWidth)) {
        std::uint64_t pair = 0;
        std::from_chars(text.data(), text.data() + kWidth, pair, 16);
        out.push_back(pair);
    }
    std::ranges::sort(out);
    return out;
}

std::string to_text(const SeenList& list) {
    std::string out;
    out.reserve(list.size() * kWidth);
    for (const auto pair : list) {
        char digits[kWidth + 1];
        std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(pair));
        out += digits;
    }
    return out;
}

db::RowCache<ListPtr>& cache() {
    thread_local db::RowCache<ListPtr> kept{"seen_posts"};
    return kept;
}

}  // namespace

std::string seen_key(const UserId& reader) { return "seen:" + reader.str(); }

SeenView::SeenView(std::shared_ptr<const SeenList> stored, std::shared_ptr<const Fresh> pending, Time from,
                   Time until)
    : stored_(std::move(stored)),
      pending_(std::move(pending)),
      from_(second_of(from)),
      until_(second_of(until)) {}

bool SeenView::contains(std::uint64_t post_hash) const {
    const auto hash = short_of(post_hash);
    const auto holds = [&](std::uint32_t second) { return second >= from_ && second < until_; };
    if (stored_) {
        const auto found = std::ranges::lower_bound(*stored_, std::uint64_t{hash} << 32);
        if (found != stored_->end() && *found >> 32 == hash &&
            holds(static_cast<std::uint32_t>(*found & 0xFFFFFFFF)))
            return true;
    }
    if (!pending_) return false;
    const auto found = pending_->find(hash);
    return found != pending_->end() && holds(found->second);
}

struct SeenPosts::Pending {
    std::unordered_map<UserId, std::shared_ptr<Fresh>> readers;
    bool is_storing = false;
};

SeenPosts::SeenPosts(db::Database& db, const Clock& clock) : db_(db), clock_(clock), pending_(kMostLoops) {}
SeenPosts::~SeenPosts() = default;

void SeenPosts::record(const UserId& reader, std::span<const std::uint64_t> posts) {
    if (posts.empty()) return;
    const auto second = second_of(clock_.now());
    const auto loop = static_cast<std::size_t>(runtime::this_loop());
    if (loop >= kMostLoops || !runtime::in_fiber()) {
        Fresh fresh;
        for (const auto post : posts) fresh[short_of(post)] = second;
        return store(reader, fresh);
    }
    if (!pending_[loop]) pending_[loop] = std::make_unique<Pending>();
    Pending& pending = *pending_[loop];
    if (pending.readers.size() >= kMostPending && !pending.readers.contains(reader)) return;
    auto& fresh = pending.readers[reader];
    if (!fresh || fresh->size() > kMostSeen) fresh = std::make_shared<Fresh>();
    for (const auto post : posts) (*fresh)[short_of(post)] = second;
    if (pending.is_storing) return;
    pending.is_storing = true;
    runtime::spawn([this, &pending] {
        runtime::sleep_for(kStoreAfter);
        store_all(pending);
        pending.is_storing = false;
    });
}

void SeenPosts::store_all(Pending& pending) {
    while (!pending.readers.empty()) {
        const auto [reader, fresh] = *pending.readers.begin();
        pending.readers.erase(reader);
        try {
            store(reader, *fresh);
        } catch (const db::MissingReference&) {
            // The reader is gone.
        } catch (const Error&) {
            // What was seen is not worth a retry when the store is away.
        }
    }
}

void SeenPosts::store(const UserId& reader, const Fresh& fresh) {
    const auto oldest = second_of(clock_.now() - kRemembered);
    db_.write([&](db::Write& tx) {
        Fresh all;
        const auto stored =
            tx.find<std::string>(sql::wishes::seen_of{.user_id = reader}).value_or(std::string{});
        for (const auto pair : parse(stored))
            all[static_cast<std::uint32_t>(pair >> 32)] = static_cast<std::uint32_t>(pair & 0xFFFFFFFF);
        for (const auto& [post, second] : fresh) all[post] = second;
        SeenList list;
        for (const auto& [post, second] : all) {
            if (second >= oldest) list.push_back(std::uint64_t{second} << 32 | post);
        }
        std::ranges::sort(list, std::greater{});  // the latest first
        if (list.size() > kMostSeen) list.resize(kMostSeen);
        for (auto& pair : list) pair = pair << 32 | pair >> 32;
        tx.exec(sql::wishes::set_seen{.user_id = reader, .posts = to_text(list), .now = clock_.now()});
        tx.touch(seen_key(reader));
    });
}

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
        cache().put(seen_key(asked.reader), stored, stored ? stored->size() * sizeof(std::uint64_t) : 0,
                    tx.snapshot());
    const auto loop = static_cast<std::size_t>(runtime::this_loop());
    std::shared_ptr<const Fresh> pending;
    if (loop < kMostLoops && pending_[loop]) {
        const auto found = pending_[loop]->readers.find(asked.reader);
        if (found != pending_[loop]->readers.end()) pending = found->second;
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
