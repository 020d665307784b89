#include "domains/posts/posts.hpp"
#include "domains/posts/posts_views.hpp"
#include "sql/posts.hpp"

namespace grover::posts {
namespace {

// One author and one viewer, without loading all that the viewer follows: for writes, where nothing is cached.
Sight sight_in_store(db::Read& tx, users::UsersService& users, const UserId& viewer, const PostFacts& post) {
    if (post.user_id == viewer) return Sight::seen;
    auto account = users::Sight::nothing;
    try {
        account = users.require_sight(tx, viewer, post.user_id);
    } catch (const Error& error) {
        if (error.kind != ErrorKind::not_found) throw;
    }
    if (account == users::Sight::nothing || account == users::Sight::blocked) return Sight::hidden;
    if (post.visibility == Visibility::private_) return Sight::hidden;
    if (account == users::Sight::private_account) return Sight::followers_only;
    if (post.visibility == Visibility::public_) return Sight::seen;
    return users.relations(tx, viewer)->follows(post.user_id) ? Sight::seen : Sight::followers_only;
}

}  // namespace

Sight PostGate::sight_of(db::Read& tx, const UserId& viewer, const PostFacts& post) const {
    const auto own = sight_in_store(tx, users_, viewer, post);
    if (own != Sight::seen || !post.original_post_id) return own;
    const auto root = tx.find<PostFacts>(sql::posts::get_facts{.post_id = *post.original_post_id});
    return root ? sight_in_store(tx, users_, viewer, *root) : Sight::hidden;
}

PostFacts PostGate::get_visible(db::Read& tx, const Caller& me, const PostId& post_id,
                                std::string_view not_found_text) const {
    const auto post = tx.find<PostFacts>(sql::posts::get_facts{.post_id = post_id});
    const auto sight = post ? sight_of(tx, me.id, *post) : Sight::hidden;
    if (sight == Sight::hidden) throw not_found(std::string(not_found_text));
    if (sight == Sight::followers_only) throw not_authorized();
    return *post;
}

void PostGate::change_comment_counts(db::Write& tx, const PostId& post_id, int top_level, int total) const {
    if (tx.exec(sql::posts::add_comment_counts{.top_level = top_level, .total = total, .post_id = post_id}) ==
        0)
        throw not_found("Post not found");
    tx.touch(post_id);
}

std::int64_t PostGate::comments_count(db::Read& tx, const PostId& post_id) const {
    return tx.find<std::int64_t>(sql::posts::get_comments_count{.post_id = post_id}).value_or(0);
}

}  // namespace grover::posts
