#include "domains/posts/posts_lists.hpp"

#include <algorithm>

#include "sql/posts_lists.hpp"

namespace grover::posts {
namespace {

// Read at once beyond what a page needs, because some will not be for this reader.
constexpr int kSpare = 4;
// Positions looked at for one page: a reader who may see almost nothing gets what was found until then, and a cursor on.
constexpr int kMaxLookedAt = 5'000;
constexpr int kMaxAtOnce = 300;

namespace lists = sql::posts_lists;

}  // namespace

PostPage PostLists::page(db::Read& tx, const Caller& me, const PageRequest& page, Muted muted,
                         Source source) {
    PostPage out{"[", {}};
    Position after = page.after.empty() ? Position{} : position_of(page.after);
    std::int64_t skip = page.after.empty() ? page.skip : 0;
    int left = page.limit;
    Position last;
    for (std::int64_t looked_at = 0; skip <= kMaxSkip;) {
        const int wanted = static_cast<int>(std::min<std::int64_t>(skip + left + 1 + kSpare, kMaxAtOnce));
        const auto positions = source(after, wanted);
        looked_at += static_cast<std::int64_t>(positions.size());
        std::vector<PostId> ids;
        ids.reserve(positions.size());
        for (const auto& position : positions) ids.push_back(position.id);
        const auto written = views_.write(tx, me, ids, muted, static_cast<int>(skip), left, out.json);
        skip -= written.skipped;
        left -= written.count;
        if (written.count > 0) last = positions[written.last];
        if (written.more) {
            out.next = to_text(last);
            break;
        }
        if (static_cast<int>(positions.size()) < wanted) break;
        after = positions.back();
        if (looked_at > kMaxLookedAt + kMaxSkip) {
            out.next = to_text(after);
            break;
        }
    }
    out.json += ']';
    return out;
}

PostPage PostLists::everything(db::Read& tx, const Caller& me, const PageRequest& page) {
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        return feed_.everything(tx, me.id, after, limit);
    });
}

PostPage PostLists::explore(db::Read& tx, const Caller& me, const PageRequest& page) {
    db::expect(tx, {users::UsersService::place_of_relations(me.id), PostCards::place_of_marks(me.id)});
    return this->page(tx, me, page, Muted::left_out,
                      [&](const Position& after, int limit) { return feed_.newest(tx, after, limit); });
}

PostPage PostLists::feed(db::Read& tx, const Caller& me, const PageRequest& page) {
    db::expect(tx, {users::UsersService::place_of_relations(me.id), PostFeed::place_of_head(me.id),
                    PostCards::place_of_marks(me.id)});
    return this->page(tx, me, page, Muted::left_out,
                      [&](const Position& after, int limit) { return feed_.after(tx, me.id, after, limit); });
}

PostPage PostLists::of_author(db::Read& tx, const Caller& me, const UserId& author, const PageRequest& page) {
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        return tx.list<Position>(
            lists::of_author{.user_id = author, .at = after.at, .id = after.id, .limit = limit});
    });
}

PostPage PostLists::media_of(db::Read& tx, const Caller& me, const UserId& author,
                             std::string_view media_type, const PageRequest& page) {
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        if (media_type.empty())
            return tx.list<Position>(lists::any_media_of_author{
                .user_id = author, .at = after.at, .id = after.id, .limit = limit});
        return tx.list<Position>(lists::media_of_author{
            .user_id = author, .media_type = media_type, .at = after.at, .id = after.id, .limit = limit});
    });
}

PostPage PostLists::saved(db::Read& tx, const Caller& me, const PageRequest& page) {
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        return tx.list<Position>(
            lists::saved{.user_id = me.id, .at = after.at, .id = after.id, .limit = limit});
    });
}

PostPage PostLists::mentions(db::Read& tx, const Caller& me, const PageRequest& page) {
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        return tx.list<Position>(
            lists::mentions{.user_id = me.id, .at = after.at, .id = after.id, .limit = limit});
    });
}

PostPage PostLists::of_community(db::Read& tx, const Caller& me, const CommunityId& community,
                                 const PageRequest& page) {
    // Pinned posts stand at the end of time, so that they come before all others and a cursor may point between them.
    constexpr int kMaxPinned = 3;
    constexpr Time kEndOfTime{INT64_MAX - 1};
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        std::vector<Position> positions;
        if (after.at >= kEndOfTime) {
            for (auto pinned : tx.list<Position>(
                     lists::pinned_of_community{.community_id = community, .limit = kMaxPinned})) {
                pinned.at = kEndOfTime;
                if (comes_before(after, pinned)) positions.push_back(pinned);
            }
        }
        const auto rest =
            tx.list<Position>(lists::of_community{.community_id = community,
                                                  .at = after.at,
                                                  .id = after.id,
                                                  .limit = limit - static_cast<int>(positions.size())});
        positions.insert(positions.end(), rest.begin(), rest.end());
        return positions;
    });
}

PostPage PostLists::top_of_community(db::Read& tx, const Caller& me, const CommunityId& community,
                                     const PageRequest& page) {
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        return tx.list<Position>(lists::top_of_community{
            .community_id = community, .at = after.at, .id = after.id, .limit = limit});
    });
}

PostPage PostLists::of_communities(db::Read& tx, const Caller& me,
                                   const std::vector<CommunityId>& communities, const PageRequest& page) {
    const auto ids = db::ids_of(communities);
    return this->page(tx, me, page, Muted::left_out, [&](const Position& after, int limit) {
        return tx.list<Position>(
            lists::of_communities{.communities = ids, .at = after.at, .id = after.id, .limit = limit});
    });
}

PostPage PostLists::reposts(db::Read& tx, const Caller& me, const PostId& post, const PageRequest& page) {
    return this->page(tx, me, page, Muted::shown, [&](const Position& after, int limit) {
        return tx.list<Position>(
            lists::reposts{.post_id = post, .at = after.at, .id = after.id, .limit = limit});
    });
}

}  // namespace grover::posts
