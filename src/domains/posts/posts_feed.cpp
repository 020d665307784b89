#include "domains/posts/posts_feed.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

#include "platform/base/error.hpp"
#include "platform/base/place.hpp"
#include "platform/base/prefetch.hpp"
#include "platform/base/stable_hash.hpp"
#include "platform/db/prefixed_keys.hpp"
#include "platform/db/together.hpp"
#include "sql/posts_lists.hpp"

namespace grover::posts {
namespace {

// Positions kept of each author at first; doubled when a feed reads past them, up to the last.
constexpr int kAuthorDepth = 32;
constexpr int kMaxAuthorDepth = 1'024;
// Positions kept of each viewer's merged feed, and of explore: some pages.
constexpr int kHeadDepth = 200;
// The same from where a viewer is who has scrolled past those.
constexpr int kFurtherDepth = 100;
// Of so many sources who posted since, the new lists are put into what is kept; of more, all are merged anew.
constexpr std::size_t kMostRenewed = 64;

// A FeedPost whose author is known by where it stands.
struct Listed : Position {
    Visibility visibility = Visibility::public_;
    std::uint32_t author = 0;
    std::uint64_t content = 0;
};

struct AuthorPosts {
    std::vector<Listed> newest;
    bool complete = false;  // the author has no others
};
using AuthorPostsPtr = std::shared_ptr<const AuthorPosts>;

// The first positions of a list. `complete`: the list ends here.
template <class T>
struct Head {
    std::vector<T> positions;
    bool complete = false;
    std::uint64_t seen = 0;  // good while kAnyPostKey is not stamped higher

    bool is_current(const db::Read& tx) const {
        static const auto key = db::Stamps::hash(kAnyPostKey);
        return tx.stamps().is_current(key, seen);
    }
};

// A part of a viewer's feed: what comes after `from`.
struct FeedPart : Head<Listed> {
    std::shared_ptr<const users::Relations> relations;  // what it was merged for; `author` counts its sources
    Position from{};
    // Hashes of author_posts_key() of each source.
    std::shared_ptr<const std::vector<std::uint64_t>> source_keys;

    bool begins_before(const Position& after) const {
        return from == Position{} || from == after || comes_before(from, after);
    }
    // Whether a position behind `from` is in the part, if it is in the feed at all.
    bool reaches(const Position& at) const {
        return complete ||
               (!positions.empty() && (positions.back() == at || comes_before(at, positions.back())));
    }
};

db::RowCache<AuthorPostsPtr>& author_cache() {
    thread_local db::RowCache<AuthorPostsPtr> cache{"author_posts"};
    return cache;
}

// The beginning of each viewer's feed and the part read last: as they are while nobody posted (key kAnyPostKey), renewed
// while the viewer follows the same people.
db::RowCache<FeedPart>& feed_cache() {
    thread_local db::RowCache<FeedPart> cache{"feed_parts"};
    return cache;
}

constexpr std::string_view kAuthorPosts = "posts:";
constexpr std::string_view kTop = "feed:", kFurther = "feed+:";
std::string key_of(std::string_view part, const UserId& viewer) {
    return std::string(part).append(viewer.view());
}

db::RowCache<Head<Position>>& explore_cache() {
    thread_local db::RowCache<Head<Position>> cache{"explore_head"};
    return cache;
}

template <class T>
std::size_t bytes_of(const std::vector<T>& positions) {
    return 64 + positions.capacity() * sizeof(T);
}

template <class T>
auto first_after(const std::vector<T>& positions, const Position& after) {
    if (after == Position{}) return positions.begin();
    return std::ranges::partition_point(
        positions, [&](const Position& p) { return p == after || comes_before(p, after); });
}

// What comes after `after`, at most `limit`; whether the answer is sure, that is not cut by the end of what is kept.
template <class T>
bool take_after(const Head<T>& head, const Position& after, int limit, std::vector<T>& out) {
    const auto start = first_after(head.positions, after);
    const auto left = head.positions.end() - start;
    if (left < limit && !head.complete) return false;
    out.assign(start, start + std::min<std::ptrdiff_t>(left, limit));
    return true;
}

// Whose posts a feed shows: Listed::author is a place in this list.
std::vector<UserId> sources_of(const users::Relations& relations) {
    auto authors = relations.following();
    authors.push_back(relations.viewer());
    return authors;
}

const UserId& source(const users::Relations& relations, std::uint32_t author) {
    return author < relations.following().size() ? relations.following()[author] : relations.viewer();
}

std::uint64_t content_of(const PostId& post, const std::optional<PostId>& root) {
    return stable_hash(root ? root->view() : post.view());
}

// Of author_posts_key() of each.
std::vector<std::uint64_t> hashes_of_keys(const std::vector<UserId>& authors) {
    const db::PrefixedKeys keys(kAuthorPosts, authors);
    std::vector<std::uint64_t> out;
    out.reserve(authors.size());
    for (const auto key : keys.keys()) out.push_back(db::Stamps::hash(key));
    return out;
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
    bool next(const Position& after, int limit, std::vector<Listed>& out) {
        std::vector<Cursor> heap;
        for (std::size_t a = 0; a < authors_.size(); ++a) {
            const auto& newest = posts_[a]->newest;
            const auto start = first_after(newest, after);
            if (!place({a, static_cast<std::size_t>(start - newest.begin())}, after, heap, false))
                return false;
        }
        std::ranges::make_heap(heap, later(), {});
        while (static_cast<int>(out.size()) < limit && !heap.empty()) {
            std::ranges::pop_heap(heap, later(), {});
            auto cursor = heap.back();
            heap.pop_back();
            out.push_back(posts_[cursor.author]->newest[cursor.index]);
            out.back().author = static_cast<std::uint32_t>(cursor.author);
            ++cursor.index;
            if (!place(cursor, out.back(), heap, true)) return false;
        }
        return true;
    }

    // `part` as it is now, where only the posts of these authors are others: they stand at `changed`, ascending, among its
    // sources. It ends where what is kept of one of them does.
    FeedPart renewed(FeedPart part, const std::vector<std::uint32_t>& changed) {
        const auto in_order = [](const Position& a, const Position& b) { return comes_before(a, b); };
        std::vector<Listed> news;
        std::optional<Position> end;
        for (std::size_t a = 0; a < changed.size(); ++a) {
            const auto& posts = *posts_[a];
            auto post = first_after(posts.newest, part.from);
            for (; post != posts.newest.end() && part.reaches(*post); ++post) {
                news.push_back(*post);
                news.back().author = changed[a];
            }
            if (post != posts.newest.end() || posts.complete) continue;
            const Position& last = posts.newest.back();
            if (!end || comes_before(last, *end)) end = last;
        }
        auto& positions = part.positions;
        const auto most = std::max<std::size_t>(kHeadDepth, positions.size());
        std::erase_if(positions,
                      [&](const Listed& post) { return std::ranges::binary_search(changed, post.author); });
        const auto kept = static_cast<std::ptrdiff_t>(positions.size());
        std::ranges::sort(news, in_order);
        positions.reserve(positions.size() + news.size());
        positions.insert(positions.end(), news.begin(), news.end());
        std::ranges::inplace_merge(positions, positions.begin() + kept, in_order);
        const auto reach = end ? std::ranges::upper_bound(positions, *end, in_order) : positions.end();
        const auto size = std::min(most, static_cast<std::size_t>(reach - positions.begin()));
        part.complete = part.complete && !end && size == positions.size();
        positions.resize(size);
        part.seen = tx_.snapshot();
        return part;
    }

private:
    std::vector<std::size_t> all() const {
        std::vector<std::size_t> indexes(authors_.size());
        for (std::size_t i = 0; i < indexes.size(); ++i) indexes[i] = i;
        return indexes;
    }

    // Puts the cursor, which stands on what comes after `after`, into the heap, with a longer list when it stands at the end
    // of what is kept. False: too deep.
    bool place(Cursor cursor, const Position& after, std::vector<Cursor>& heap, bool heaped) {
        while (cursor.index >= posts_[cursor.author]->newest.size()) {
            const auto& posts = *posts_[cursor.author];
            if (posts.complete) return true;
            const int depth = static_cast<int>(posts.newest.size()) * 2;
            if (depth > kMaxAuthorDepth) return false;
            load(depth, {cursor.author});
            // More of it may come before `after`, and it may be of a later moment.
            const auto& longer = posts_[cursor.author]->newest;
            cursor.index = static_cast<std::size_t>(first_after(longer, after) - longer.begin());
        }
        heap.push_back(cursor);
        if (heaped) std::ranges::push_heap(heap, later(), {});
        return true;
    }

    // Fills posts_ of the given authors with at least `depth` positions each: from memory, the rest in one statement.
    void load(int depth, const std::vector<std::size_t>& wanted) {
        const auto id_of = [&](std::size_t a) -> const UserId& { return authors_[a]; };
        const db::PrefixedKeys keys(kAuthorPosts, std::views::transform(wanted, id_of));
        author_cache().find_each(tx_, keys.keys(), [&](std::size_t i, const AuthorPostsPtr& kept) {
            prefetch(kept.get(), sizeof(AuthorPosts));
            posts_[wanted[i]] = kept;
        });
        std::vector<std::size_t> missing;
        for (const auto a : wanted) {
            const auto* posts = posts_[a].get();
            if (posts && (posts->complete || static_cast<int>(posts->newest.size()) >= depth)) {
                prefetch(posts->newest.data(), sizeof(Listed));
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
                     auto& post = made[at]->newest.emplace_back();
                     post.at = row.get<Time>(1);
                     post.id = row.get<PostId>(2);
                     post.visibility = row.get<Visibility>(3);
                     post.content = content_of(post.id, row.get<std::optional<PostId>>(4));
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

std::vector<Position> from_store(db::Read& tx, const std::vector<UserId>& authors, const Position& after,
                                 int limit) {
    const auto ids = db::ids_of(authors);
    return tx.list<Position>(
        sql::posts_lists::feed{.authors = ids, .at = after.at, .id = after.id, .limit = limit});
}

void keep(db::Read& tx, std::string_view key, FeedPart part) {
    const auto bytes = bytes_of(part.positions) + sizeof(std::uint64_t) * part.source_keys->size();
    feed_cache().put(key, std::move(part), bytes, tx.snapshot());
}

// The part with what its sources posted, changed and deleted since: mostly few of them did. Nothing when all are to be merged.
std::optional<FeedPart> renew(db::Read& tx, const FeedPart& part) {
    std::vector<std::uint32_t> changed;
    std::vector<UserId> authors;
    for (std::uint32_t a = 0; a < part.source_keys->size(); ++a) {
        if (tx.stamps().is_current((*part.source_keys)[a], part.seen)) continue;
        if (changed.size() == kMostRenewed) return {};
        changed.push_back(a);
        authors.push_back(source(*part.relations, a));
    }
    FeedPart copy = part;  // other fibers may take the place of `part` while the lists are read
    return Merge(tx, std::move(authors)).renewed(std::move(copy), changed);
}

// The next posts of the viewer's feed from memory. False: memory does not reach so far, or there is none.
bool from_memory(db::Read& tx, const std::shared_ptr<const users::Relations>& viewer, const Position& after,
                 int limit, std::vector<Listed>& out) {
    if (tx.snapshot() == 0) return false;
    for (const auto which : {kTop, kFurther}) {
        const auto key = key_of(which, viewer->viewer());
        const auto* part = feed_cache().find(tx, key);
        if (!part || part->relations != viewer || !part->begins_before(after) || !part->reaches(after))
            continue;
        if (part->is_current(tx)) {
            if (take_after(*part, after, limit, out)) return true;
        } else if (auto renewed = renew(tx, *part)) {
            const bool is_enough = take_after(*renewed, after, limit, out);
            keep(tx, key, *std::move(renewed));
            if (is_enough) return true;
        }
    }

    const auto sources = sources_of(*viewer);
    auto keys = std::make_shared<const std::vector<std::uint64_t>>(hashes_of_keys(sources));
    Merge merge(tx, sources);
    const bool at_top = after == Position{};
    const int depth = std::max(limit, at_top ? kHeadDepth : kFurtherDepth);
    FeedPart fresh{{{}, false, tx.snapshot()}, viewer, after, std::move(keys)};
    if (!merge.next(after, depth, fresh.positions)) return merge.next(after, limit, out);
    fresh.complete = static_cast<int>(fresh.positions.size()) < depth;
    take_after(fresh, after, limit, out);
    keep(tx, key_of(at_top ? kTop : kFurther, viewer->viewer()), std::move(fresh));
    return true;
}

}  // namespace

std::string author_posts_key(const UserId& author) { return std::string(kAuthorPosts).append(author.view()); }

std::string to_text(const Position& position) { return place_text(position.at, position.id.view()); }

Position position_of(std::string_view text) {
    const auto place = place_of(text);
    if (!is_well_formed_id(place.id)) throw validation_error("Invalid cursor");
    return {place.at, PostId(place.id)};
}

db::CachePlace PostFeed::place_of_head(const UserId& viewer) {
    return feed_cache().place_of(key_of(kTop, viewer));
}

std::vector<Position> PostFeed::after(db::Read& tx, const UserId& viewer, const Position& after, int limit) {
    const auto relations = users_.relations(tx, viewer);
    std::vector<Listed> listed;
    if (!from_memory(tx, relations, after, limit, listed))
        return from_store(tx, sources_of(*relations), after, limit);
    return {listed.begin(), listed.end()};
}

std::vector<FeedPost> PostFeed::posts_after(db::Read& tx,
                                            const std::shared_ptr<const users::Relations>& viewer,
                                            const Position& after, int limit) {
    std::vector<Listed> listed;
    if (!from_memory(tx, viewer, after, limit, listed)) {
        Asked asked;
        asked.after = after;
        db::Together one;
        ask(one, asked, *viewer, limit);
        one.run(tx);
        return asked.take();
    }
    std::vector<FeedPost> out;
    out.reserve(listed.size());
    for (const auto& post : listed)
        out.push_back({static_cast<const Position&>(post), post.visibility, post.content,
                       source(*viewer, post.author)});
    return out;
}

std::vector<FeedPost> PostFeed::Asked::take() {
    std::ranges::sort(posts, [](const auto& a, const auto& b) { return comes_before(a, b); });
    return std::move(posts);
}

void PostFeed::ask(db::Together& ask, Asked& out, const users::Relations& viewer, int limit) {
    out.authors = sources_of(viewer);
    out.ids = db::ids_of(out.authors);
    ask.add(
        sql::posts_lists::feed_posts{
            .authors = out.ids, .at = out.after.at, .id = out.after.id, .limit = limit},
        [&out](const db::Row& row) {
            auto& post = out.posts.emplace_back();
            post.at = row.get<Time>(0);
            post.id = row.get<PostId>(1);
            post.user_id = row.get<UserId>(2);
            post.visibility = row.get<Visibility>(3);
            post.content = content_of(post.id, row.get<std::optional<PostId>>(4));
        });
}

std::vector<Position> PostFeed::newest(db::Read& tx, const Position& after, int limit) {
    std::vector<Position> out;
    const auto* head = explore_cache().find(tx, "explore");
    if (head && !head->is_current(tx)) head = nullptr;
    if (head && take_after(*head, after, limit, out)) return out;
    const auto read = [&](const Position& from, int count) {
        return tx.list<Position>(sql::posts_lists::newest{.at = from.at, .id = from.id, .limit = count});
    };
    if (tx.snapshot() == 0 || head || after != Position{}) return read(after, limit);
    Head<Position> fresh{read({}, kHeadDepth), false, tx.snapshot()};
    fresh.complete = static_cast<int>(fresh.positions.size()) < kHeadDepth;
    take_after(fresh, after, limit, out);
    const auto bytes = bytes_of(fresh.positions);
    explore_cache().put("explore", std::move(fresh), bytes, tx.snapshot());
    return out;
}

std::vector<Position> PostFeed::everything(db::Read& tx, const UserId& viewer, const Position& after,
                                           int limit) {
    std::vector<Position> out;
    const sql::posts_lists::private_of_author own{
        .user_id = viewer, .at = after.at, .id = after.id, .limit = limit};
    if (tx.snapshot() == 0) {
        // Nothing is in memory: both in one round trip.
        const auto add = [&](const db::Row& row) { out.push_back(db::read_row<Position>(row)); };
        db::Together both;
        both.add(sql::posts_lists::newest{.at = after.at, .id = after.id, .limit = limit}, add);
        both.add(own, add);
        both.run(tx);
    } else {
        out = newest(tx, after, limit);
        const auto shared = out.size();
        for (auto& position : tx.list<Position>(own)) out.push_back(std::move(position));
        if (out.size() == shared) return out;
    }
    std::ranges::sort(out, [](const Position& a, const Position& b) { return comes_before(a, b); });
    if (std::ssize(out) > limit) out.resize(static_cast<std::size_t>(limit));
    return out;
}

}  // namespace grover::posts
