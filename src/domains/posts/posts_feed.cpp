#include "domains/posts/posts_feed.hpp"

#include <algorithm>
#include <charconv>

#include "sql/posts_lists.hpp"

namespace grover::posts {
namespace {

// Positions kept of each author at first; doubled when a feed reads past them, up to the last.
constexpr int kAuthorDepth = 32;
constexpr int kMaxAuthorDepth = 1'024;
// Positions kept of each viewer's merged feed, and of explore: some pages.
constexpr int kHeadDepth = 200;

struct AuthorPosts {
    std::vector<Position> newest;
    bool complete = false;  // the author has no others
};
using AuthorPostsPtr = std::shared_ptr<const AuthorPosts>;

// The first positions of a list. `complete`: the list ends here.
struct Head {
    std::vector<Position> positions;
    bool complete = false;
    std::uint64_t seen = 0;                             // good while kAnyPostKey is not stamped higher
    std::shared_ptr<const users::Relations> relations;  // what it was merged for

    bool is_current(const db::Read& tx) const {
        static const auto key = db::Stamps::hash(kAnyPostKey);
        return tx.stamps().is_current(key, seen);
    }
};

db::RowCache<AuthorPostsPtr>& author_cache() {
    thread_local db::RowCache<AuthorPostsPtr> cache{"author_posts"};
    return cache;
}

// Feeds of viewers, valid while nobody posted (key kAnyPostKey) and the viewer follows the same people.
db::RowCache<Head>& head_cache() {
    thread_local db::RowCache<Head> cache{"feed_heads"};
    return cache;
}

std::size_t bytes_of(const std::vector<Position>& positions) {
    return 64 + positions.capacity() * sizeof(Position);
}

// What comes after `after`, at most `limit`; whether the answer is sure, that is not cut by the end of what is kept.
bool take_after(const std::vector<Position>& positions, bool complete, const Position& after, int limit,
                std::vector<Position>& out) {
    const auto start = std::ranges::partition_point(
        positions, [&](const Position& p) { return p == after || comes_before(p, after); });
    const auto left = positions.end() - start;
    if (left < limit && !complete) return false;
    out.assign(start, start + std::min<std::ptrdiff_t>(left, limit));
    return true;
}

class Merge {
    struct Cursor {
        std::size_t author;
        std::size_t index;
    };

    // The heap's top is what comes first in the list.
    auto later() {
        return [this](const Cursor& a, const Cursor& b) {
            return comes_before(posts_[b.author]->newest[b.index], posts_[a.author]->newest[a.index]);
        };
    }

public:
    Merge(db::Read& tx, std::vector<UserId> authors)
        : tx_(tx), authors_(std::move(authors)), posts_(authors_.size()) {
        load(kAuthorDepth, all());
    }

    // The next `limit` positions after `after`; nothing when some author's list would have to be longer than is kept.
    bool next(const Position& after, int limit, std::vector<Position>& out) {
        std::vector<Cursor> heap;
        for (std::size_t a = 0; a < authors_.size(); ++a) {
            const auto& newest = posts_[a]->newest;
            const auto start = std::ranges::partition_point(
                newest, [&](const Position& p) { return p == after || comes_before(p, after); });
            if (!place({a, static_cast<std::size_t>(start - newest.begin())}, heap, false)) return false;
        }
        std::ranges::make_heap(heap, later(), {});
        while (static_cast<int>(out.size()) < limit && !heap.empty()) {
            std::ranges::pop_heap(heap, later(), {});
            auto cursor = heap.back();
            heap.pop_back();
            out.push_back(posts_[cursor.author]->newest[cursor.index]);
            ++cursor.index;
            if (!place(cursor, heap, true)) return false;
        }
        return true;
    }

private:
    std::vector<std::size_t> all() const {
        std::vector<std::size_t> indexes(authors_.size());
        for (std::size_t i = 0; i < indexes.size(); ++i) indexes[i] = i;
        return indexes;
    }

    // Puts the cursor into the heap, with a longer list when it stands at the end of what is kept. False: too deep.
    bool place(Cursor cursor, std::vector<Cursor>& heap, bool heaped) {
        while (cursor.index >= posts_[cursor.author]->newest.size()) {
            const auto& posts = *posts_[cursor.author];
            if (posts.complete) return true;
            const int depth = static_cast<int>(posts.newest.size()) * 2;
            if (depth > kMaxAuthorDepth) return false;
            load(depth, {cursor.author});
        }
        heap.push_back(cursor);
        if (heaped) std::ranges::push_heap(heap, later(), {});
        return true;
    }

    // Fills posts_ of the given authors with at least `depth` positions each: from memory, the rest in one statement.
    void load(int depth, const std::vector<std::size_t>& wanted) {
        std::vector<std::size_t> missing;
        for (const auto a : wanted) {
            const auto* kept = author_cache().find(tx_, author_posts_key(authors_[a]));
            if (kept && ((*kept)->complete || static_cast<int>((*kept)->newest.size()) >= depth)) {
                posts_[a] = *kept;
            } else {
                missing.push_back(a);
            }
        }
        if (missing.empty()) return;
        std::vector<std::string_view> ids;
        std::vector<std::shared_ptr<AuthorPosts>> made;
        for (const auto a : missing) {
            ids.push_back(authors_[a].view());
            made.push_back(std::make_shared<AuthorPosts>());
        }
        std::size_t at = 0;
        tx_.each(sql::posts_lists::newest_of_authors{.authors = ids, .limit = depth},
                 [&](const db::Row& row) {
                     // Rows come grouped by author, in any order of authors.
                     const auto author = row.text(0);
                     if (ids[at] != author)
                         at = static_cast<std::size_t>(std::ranges::find(ids, author) - ids.begin());
                     made[at]->newest.push_back({Time{row.integer(1)}, PostId(row.text(2))});
                 });
        for (std::size_t i = 0; i < missing.size(); ++i) {
            made[i]->complete = static_cast<int>(made[i]->newest.size()) < depth;
            made[i]->newest.shrink_to_fit();
            posts_[missing[i]] = made[i];
            author_cache().put(author_posts_key(authors_[missing[i]]), AuthorPostsPtr(made[i]),
                               bytes_of(made[i]->newest), tx_.snapshot());
        }
    }

    db::Read& tx_;
    std::vector<UserId> authors_;
    std::vector<AuthorPostsPtr> posts_;
};

std::vector<UserId> sources_of(const users::Relations& relations) {
    auto authors = relations.following();
    authors.push_back(relations.viewer());
    return authors;
}

std::vector<Position> from_store(db::Read& tx, const std::vector<UserId>& authors, const Position& after,
                                 int limit) {
    const auto ids = db::ids_of(authors);
    return tx.list<Position>(
        sql::posts_lists::feed{.authors = ids, .at = after.at, .id = after.id, .limit = limit});
}

}  // namespace

std::string author_posts_key(const UserId& author) { return "posts:" + author.str(); }

std::string to_text(const Position& position) {
    return std::to_string(position.at.us) + "." + position.id.str();
}

Position position_of(std::string_view text) {
    Position out;
    const auto dot = text.find('.');
    const auto parsed = std::from_chars(text.data(), text.data() + std::min(dot, text.size()), out.at.us);
    if (dot == std::string_view::npos || parsed.ec != std::errc{} || !is_well_formed_id(text.substr(dot + 1)))
        throw validation_error("Invalid cursor");
    out.id = PostId(text.substr(dot + 1));
    return out;
}

std::vector<Position> PostFeed::after(db::Read& tx, const UserId& viewer, const Position& after, int limit) {
    const auto relations = users_.relations(tx, viewer);
    const std::string key = "feed:" + viewer.str();
    std::vector<Position> out;
    if (tx.snapshot() == 0) return from_store(tx, sources_of(*relations), after, limit);

    const auto* head = head_cache().find(tx, key);
    if (head && head->is_current(tx) && head->relations == relations &&
        take_after(head->positions, head->complete, after, limit, out))
        return out;

    Merge merge(tx, sources_of(*relations));
    const bool from_start = after == Position{};
    if (!from_start) {
        return merge.next(after, limit, out) ? out : from_store(tx, sources_of(*relations), after, limit);
    }
    Head fresh{{}, false, tx.snapshot(), relations};
    if (!merge.next(after, std::max(limit, kHeadDepth), fresh.positions))
        return from_store(tx, sources_of(*relations), after, limit);
    fresh.complete = static_cast<int>(fresh.positions.size()) < kHeadDepth;
    take_after(fresh.positions, fresh.complete, after, limit, out);
    const auto bytes = bytes_of(fresh.positions);
    head_cache().put(key, std::move(fresh), bytes, tx.snapshot());
    return out;
}

std::vector<Position> PostFeed::newest(db::Read& tx, const Position& after, int limit) {
    std::vector<Position> out;
    const auto* head = head_cache().find(tx, "explore");
    if (head && !head->is_current(tx)) head = nullptr;
    if (head && take_after(head->positions, head->complete, after, limit, out)) return out;
    const auto read = [&](const Position& from, int count) {
        return tx.list<Position>(sql::posts_lists::newest{.at = from.at, .id = from.id, .limit = count});
    };
    if (tx.snapshot() == 0 || head || after != Position{}) return read(after, limit);
    Head fresh{read({}, kHeadDepth), false, tx.snapshot(), nullptr};
    fresh.complete = static_cast<int>(fresh.positions.size()) < kHeadDepth;
    take_after(fresh.positions, fresh.complete, after, limit, out);
    const auto bytes = bytes_of(fresh.positions);
    head_cache().put("explore", std::move(fresh), bytes, tx.snapshot());
    return out;
}

}  // namespace grover::posts
