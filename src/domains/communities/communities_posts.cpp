// Posts in communities: writing, listing, pinning; and what posts ask of the communities they belong to.
#include <algorithm>

#include "domains/communities/communities_store.hpp"
#include "platform/base/error.hpp"
#include "sql/communities.hpp"
#include "sql/communities_members.hpp"

namespace grover::communities {
namespace {

namespace s = sql::communities;
namespace m = sql::communities_members;

constexpr std::size_t kMaxPinned = 3;
constexpr int kMaxMemberships = 1'000;

struct PostInCommunityTag {
    static constexpr std::string_view prefix = "cpost_", kind = "post_id";
};

struct ViewRow {
    CommunityId community_id;
    std::string name;
    bool is_private = false;
    std::optional<Role> viewer_role;
    bool is_banned = false;
    static constexpr auto columns = Pack{
        db::column("community_id", &ViewRow::community_id), db::column("name", &ViewRow::name),
        db::column("is_private", &ViewRow::is_private),     db::column("viewer_role", &ViewRow::viewer_role),
        db::column("is_banned", &ViewRow::is_banned),
    };
};

}  // namespace

std::vector<posts::CommunityView> CommunitiesService::views(db::Read& tx, const UserId& viewer,
                                                            std::span<const CommunityId> ids) {
    std::vector<posts::CommunityView> out(ids.size());
    const auto texts = db::ids_of(ids);
    for (const auto& row : tx.list<ViewRow>(s::views{.viewer = viewer, .ids = texts})) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (ids[i] != row.community_id) continue;
            out[i] = {
                .may_read = !row.is_banned && (!row.is_private || row.viewer_role),
                .may_moderate = row.viewer_role && *row.viewer_role >= Role::moderator,
                .is_private = row.is_private,
                .json = wire::to_json(posts::PostCommunity{row.community_id, row.name, row.is_private})};
        }
    }
    return out;
}

std::vector<UserId> CommunitiesService::readers_of(db::Read& tx, const CommunityId& community,
                                                   std::span<const UserId> among) {
    const auto ids = db::ids_of(among);
    auto readers = tx.list<UserId>(m::readers_of{.community_id = community, .ids = ids});
    std::ranges::sort(readers);
    std::vector<UserId> out;
    std::ranges::copy_if(among, std::back_inserter(out),
                         [&](const UserId& user) { return std::ranges::binary_search(readers, user); });
    return out;
}

void CommunitiesService::posts_removed(db::Write& tx, const CommunityId& community, std::int64_t count) {
    tx.exec(s::remove_posts{.count = count, .community_id = community});
}

wire::Raw<CommunityPostAnswer> CommunitiesService::post(const Caller& me, CommunityPostCreate& in) {
    posts::PostCreate asked;
    asked.content = std::move(in.content);
    const bool has_media = in.has_media();
    asked.media = std::move(in.media);
    asked.media_text = std::move(in.media_text);
    asked.media_url = std::move(in.media_url);
    auto draft = posts::PostWriter::check(asked);
    const auto require_member = [](const Row& row) {
        if (!row.is_member()) throw not_authorized("Not a member");
    };
    if (has_media) {
        // Nobody's file is kept for a post that they may not make.
        db_.read([&](db::Read& tx) { require_member(communities::get(tx, me.id, in.community_id)); });
        writer_.take_media(me, asked, draft);
    }
    posts::PostWriter::As as;
    posts::PostWriter::Named named;
    db_.write([&](db::Write& tx) {
        require_member(get_for_change(tx, me.id, in.community_id));
        const auto now = clock_.now();
        const PostId id(IdSource::next_at<Id<PostInCommunityTag>>(now).view());
        tx.exec(s::add_post{.now = now, .community_id = in.community_id});
        as = {.id = id, .at = now, .community_id = in.community_id};
        named = writer_.publish(tx, me.id, draft, as);
    });
    auto json = db_.read([&](db::Read& tx) { return post_views_.made(tx, me, {draft, as, named}); });
    json.pop_back();
    json += R"(,"message":"Posted to community"})";
    return {std::move(json)};
}

posts::PostPage CommunitiesService::posts(const Caller& me, const CommunityPosts& in) {
    return db_.read([&](db::Read& tx) {
        get_readable(tx, me.id, in.community_id);
        if (in.sort == PostSort::top) return post_lists_.top_of_community(tx, me, in.community_id, in.page);
        return post_lists_.of_community(tx, me, in.community_id, in.page);
    });
}

posts::PostPage CommunitiesService::feed(const Caller& me, const CommunityFeed& in) {
    return db_.read([&](db::Read& tx) {
        const auto own = tx.list<CommunityId>(m::communities_of{.user_id = me.id, .limit = kMaxMemberships});
        return post_lists_.of_communities(tx, me, own, in.page);
    });
}

Message CommunitiesService::pin(const Caller& me, const CommunityId& id, const PostId& post_id,
                                bool is_pinned) {
    db_.write([&](db::Write& tx) {
        const auto row = get_for_change(tx, me.id, id);
        if (!row.is_moderator()) throw not_authorized();
        const auto pinned = writer_.pinned_of(tx, id);
        const bool is_there = std::ranges::find(pinned, post_id) != pinned.end();
        if (is_pinned && !is_there && pinned.size() >= kMaxPinned)
            throw validation_error("At most 3 posts can be pinned");
        if (!writer_.set_pinned(tx, id, post_id, is_pinned)) throw not_found("Post not found");
    });
    return {is_pinned ? "Post pinned" : "Post unpinned"};
}

}  // namespace grover::communities
