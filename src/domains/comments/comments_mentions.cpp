// Who finds a comment among their mentions.
#include <algorithm>

#include "domains/comments/comments.hpp"
#include "domains/comments/comments_store.hpp"
#include "sql/comments.hpp"

namespace grover::comments {

void store_mentions(db::Write& tx, const CommentId& comment_id, Time created_at, const UserId& author,
                    std::span<const UserId> tagged, std::span<const UserId> mentioned) {
    std::vector<UserId> people(tagged.begin(), tagged.end());
    people.insert(people.end(), mentioned.begin(), mentioned.end());
    std::ranges::sort(people);
    const auto repeated = std::ranges::unique(people);
    people.erase(repeated.begin(), repeated.end());
    std::erase(people, author);
    for (const auto& user : people)
        tx.exec(sql::comments::insert_mention{
            .user_id = user, .created_at = created_at, .comment_id = comment_id});
}

void forget_mentions(db::Write& tx, const CommentId& comment_id) {
    tx.exec(sql::comments::delete_mentions{.comment_id = comment_id});
}

std::vector<CommentMention> CommentsService::mentions_of(db::Read& tx, const UserId& reader,
                                                         const CommentMention& after, int limit) const {
    const auto relations = users_.relations(tx, reader);
    auto cut_off = db::ids_of(relations->blocked());
    for (const auto& user : relations->blocked_by()) cut_off.push_back(user.view());
    return tx.list<CommentMention>(sql::comments::mentions_of{.user_id = reader,
                                                              .at = after.created_at,
                                                              .id = after.comment_id,
                                                              .cut_off = cut_off,
                                                              .limit = limit});
}

}  // namespace grover::comments
