// Rules that several decisions about comments share.
#include "domains/comments/comments_rules.hpp"

#include <algorithm>

#include "domains/comments/comments_api.hpp"
#include "platform/base/error.hpp"
#include "platform/text/mentions.hpp"

namespace grover::comments {

std::vector<std::string> tag_names(std::span<const std::string> tokens) {
    std::vector<std::string> names;
    for (std::string_view token : tokens) {
        if (token.starts_with('@')) token.remove_prefix(1);
        std::string name(token);
        std::ranges::transform(name, name.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
        if (names.size() > kMaxTagged) {
            throw invalid_input({"body", "tagged_users"}, "At most 20 users can be tagged", "too_long");
        }
    }
    return names;
}

std::vector<UserId> mentioned_in(db::Read& tx, users::UsersService& users, const UserId& author,
                                 std::string_view content) {
    const auto names = text::extract_mentions(content);
    if (names.empty()) return {};
    auto people = users.addressed(tx, author, names, users::Address::mention);
    if (people.size() > kMaxTagged) people.resize(kMaxTagged);
    return people;
}

std::vector<UserId> who_may_hear(db::Read& tx, const posts::PostGate& posts, const posts::PostFacts& post,
                                 std::span<const UserId> people, std::span<const UserId> except) {
    std::vector<UserId> out;
    for (const auto& user : people) {
        const bool is_known =
            std::ranges::find(except, user) != except.end() || std::ranges::find(out, user) != out.end();
        if (!is_known && posts.sight_of(tx, user, post) == posts::Sight::seen) out.push_back(user);
    }
    return out;
}

Found get_visible(db::Read& tx, users::UsersService& users, const posts::PostGate& posts, const Caller& me,
                  const CommentId& comment_id) {
    auto comment = find_facts(tx, comment_id);
    if (!comment) throw not_found("Comment not found");
    auto post = posts.get_visible(tx, me, comment->post_id);
    if (comment->user_id && users.bond(tx, me.id, *comment->user_id).is_cut())
        throw not_found("Comment not found");
    return {std::move(*comment), std::move(post)};
}

posts::PostGate::Opened open(db::Read& tx, users::UsersService& users, const posts::PostGate& posts,
                             const Caller& me, const CommentId& comment_id) {
    if (tx.snapshot() != 0)
        return {get_visible(tx, users, posts, me, comment_id).post, users.relations(tx, me.id)};
    std::optional<CommentFacts> comment;
    posts::PostGate::Asked post;
    db::Together one;
    const auto facts = ask_facts(one, comment, comment_id);
    posts.ask(tx, one, post, me, db::Together::Column{facts, "post_id"});
    one.run(tx);
    if (!comment) throw not_found("Comment not found");
    auto opened = posts.take(tx, post, me, comment->post_id);
    if (comment->user_id && opened.reader->is_cut_off_from(*comment->user_id))
        throw not_found("Comment not found");
    return opened;
}

std::int64_t remove_subtree(db::Write& tx, const posts::PostGate& posts, const CommentFacts& comment) {
    // A change of nothing holds the post (see CommentsService::create), so that no reply slips in below.
    posts.change_comment_counts(tx, comment.post_id, 0, 0);
    const auto gone = delete_subtree(tx, comment);
    if (gone.empty()) return 0;
    const int top_level = comment.parent_comment_id ? 0 : 1;
    posts.change_comment_counts(tx, comment.post_id, -top_level, -static_cast<int>(gone.size()));
    if (comment.parent_comment_id) add_replies(tx, *comment.parent_comment_id, -1);
    tx.publish(CommentDeleted{.comment_id = comment.comment_id,
                              .post_id = comment.post_id,
                              .parent_comment_id = comment.parent_comment_id,
                              .comment_ids = gone});
    return static_cast<std::int64_t>(gone.size());
}

}  // namespace grover::comments
