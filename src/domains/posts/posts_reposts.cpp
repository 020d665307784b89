// Reposts: posts.md §4.6.
#include "sql/posts.hpp"
#include "domains/posts/posts_service.hpp"
#include "domains/posts/posts_text.hpp"

namespace grover::posts {

RepostAnswer PostsService::repost(const Caller& me, const PostRepost& in) {
    const auto comment = clean_optional(in.repost_comment);
    RepostAnswer answer;
    db_.write([&](db::Write& tx) {
        const auto named = gate_.get_visible(tx, me, in.post_id, "Original post not found");
        const auto root = named.original_post_id
                              ? gate_.get_visible(tx, me, *named.original_post_id, "Original post not found")
                              : named;
        if (named.is_repost && !named.original_post_id) throw not_found("Original post not found");
        const bool is_open = root.community_id ? !gate_.community(tx, me.id, *root.community_id).is_private
                                               : root.visibility == Visibility::public_;
        if (!is_open || users_.card(tx, root.user_id, me.base_url)->is_private) throw not_authorized();

        const auto now = clock_.now();
        const auto id = IdSource::next_at<PostId>(now);
        if (!tx.exists(sql::posts::insert_repost{.post_id = id,
                                                 .user_id = me.id,
                                                 .original_post_id = root.post_id,
                                                 .repost_comment = comment,
                                                 .created_at = now})) {
            throw validation_error("You have already reposted this");
        }
        answer.repost_id = id;
        answer.repost_count =
            tx.value<std::int64_t>(sql::posts::add_reposts{.delta = 1, .post_id = root.post_id});
        users_.add_posts_count(tx, me.id, 1);
        tx.touch(root.post_id);
        tx.touch(marks_key(me.id));
        touch_lists_of(tx, me.id);
        const PostFacts repost{
            .post_id = id, .user_id = me.id, .is_repost = true, .original_post_id = root.post_id};
        tx.publish(PostReposted{.repost_id = id,
                                .post_id = root.post_id,
                                .author_id = root.user_id,
                                .user_id = me.id,
                                .author_lost_sight = gate_.sight_of(tx, root.user_id, repost) != Sight::seen,
                                .community_id = root.community_id});
        tx.publish(PostCreated{.post_id = id, .user_id = me.id, .post_type = "repost", .created_at = now});
    });
    answer.post = {view(me, answer.repost_id)};
    return answer;
}

UnrepostAnswer PostsService::unrepost(const Caller& me, const PostId& post_id) {
    return db_.write([&](db::Write& tx) {
        const auto named = tx.find<PostFacts>(sql::posts::get_facts{.post_id = post_id});
        if (!named) throw not_found("Repost not found");
        // The id may be the root's or the repost's own.
        const auto root = named->content_id();
        const auto own =
            named->is_repost && named->user_id == me.id
                ? std::optional(post_id)
                : tx.find<PostId>(sql::posts::find_repost{.user_id = me.id, .original_post_id = root});
        if (!own) throw not_found("Repost not found");
        const auto repost = *tx.find<PostFacts>(sql::posts::get_facts{.post_id = *own});
        writer_.erase(tx, repost);
        const auto count =
            repost.original_post_id
                ? tx.find<std::int64_t>(sql::posts::get_repost_count{.post_id = *repost.original_post_id})
                : std::nullopt;
        return UnrepostAnswer{.repost_count = count.value_or(0)};
    });
}

}  // namespace grover::posts
