#include "domains/posts/posts_feed.hpp"
#include "domains/posts/posts_service.hpp"
#include "sql/posts.hpp"

namespace grover::posts {
namespace {

struct RepostRow {
    PostId post_id;
    UserId user_id;
    std::optional<std::string> repost_comment;
    static constexpr auto columns = Pack{
        db::column("post_id", &RepostRow::post_id),
        db::column("user_id", &RepostRow::user_id),
        db::column("repost_comment", &RepostRow::repost_comment),
    };
};

struct Ties {
    std::int64_t likes = 0;
    std::int64_t collections = 0;
    static constexpr auto columns =
        Pack{db::column("likes_count", &Ties::likes), db::column("in_collection_count", &Ties::collections)};
};

}  // namespace

// Everything on the post goes with it by foreign key; what is left to do is what counts elsewhere.
void PostWriter::erase(db::Write& tx, const PostFacts& post, const std::optional<UserId>& removed_by) {
    media_.release(tx, {"post", post.post_id.view()});
    if (watcher_ && !post.is_repost) watcher_->post_erased(tx, post.post_id, post.user_id);
    if (post.original_post_id) {
        tx.exec(sql::posts::add_reposts{.delta = -1, .post_id = *post.original_post_id});
        tx.touch(*post.original_post_id);
        tx.touch(marks_key(post.user_id));
    }
    const auto reposts = tx.list<RepostRow>(sql::posts::reposts_of{.post_id = post.post_id});
    for (const auto& repost : reposts) {
        touch_facts(tx, repost.post_id);
        tx.touch(marks_key(repost.user_id));
        if (repost.repost_comment) continue;
        erase(tx, {.post_id = repost.post_id, .user_id = repost.user_id, .is_repost = true}, {});
    }
    tx.exec(sql::posts::orphan_reposts{.post_id = post.post_id});
    const auto ties = tx.find<Ties>(sql::posts::get_ties{.post_id = post.post_id}).value_or(Ties{});
    if (ties.likes > 0) users_.add_likes_received(tx, post.user_id, -ties.likes);
    if (ties.collections > 0 && holder_) holder_->post_leaves(tx, post.post_id);
    if (tx.exec(sql::posts::delete_post{.post_id = post.post_id}) == 0) throw not_found("Post not found");
    touch_facts(tx, post.post_id);
    if (post.community_id) {
        gate_.posts_removed(tx, *post.community_id, 1);
    } else {
        users_.add_posts_count(tx, post.user_id, -1);
        touch_lists_of(tx, post.user_id);
    }
    tx.publish(PostDeleted{.post_id = post.post_id,
                           .user_id = post.user_id,
                           .community_id = post.community_id,
                           .removed_by = removed_by});
}

bool PostWriter::erase_some_of(db::Write& tx, const CommunityId& community, int batch) {
    const auto posts =
        tx.list<PostFacts>(sql::posts::some_of_community{.community_id = community, .limit = batch});
    for (const auto& post : posts) erase(tx, post);
    return posts.empty();
}

bool PostWriter::set_pinned(db::Write& tx, const CommunityId& community, const PostId& post, bool is_pinned) {
    touch_facts(tx, post);
    return tx.exec(sql::posts::pin_in_community{
               .is_pinned = is_pinned, .post_id = post, .community_id = community}) > 0;
}

std::vector<PostId> PostWriter::pinned_of(db::Read& tx, const CommunityId& community) const {
    return tx.list<PostId>(sql::posts::pinned_of_community{.community_id = community});
}

Message PostsService::remove(const Caller& me, const PostId& post_id) {
    db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, post_id);
        if (!gate_.may_moderate(tx, me.id, post)) throw not_authorized();
        writer_.erase(tx, post, post.user_id == me.id ? std::nullopt : std::optional(me.id));
    });
    return {"Post deleted"};
}

}  // namespace grover::posts
