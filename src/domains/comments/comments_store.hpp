// Rows of comments and their likes. Private to domains/comments; decides nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"
#include "platform/db/together.hpp"
#include "platform/wire/fields.hpp"

namespace grover::comments {

// What never changes in a comment while it lives, but for the author, whose account may end.
struct CommentFacts {
    CommentId comment_id;
    PostId post_id;
    std::optional<UserId> user_id;
    std::optional<CommentId> parent_comment_id;
    std::optional<CommentId> root_comment_id;
    int depth = 0;

    const CommentId& root() const { return root_comment_id ? *root_comment_id : comment_id; }

    static constexpr auto columns = Pack{
        db::column("comment_id", &CommentFacts::comment_id),
        db::column("post_id", &CommentFacts::post_id),
        db::column("user_id", &CommentFacts::user_id),
        db::column("parent_comment_id", &CommentFacts::parent_comment_id),
        db::column("root_comment_id", &CommentFacts::root_comment_id),
        db::column("depth", &CommentFacts::depth),
    };
};

struct CommentRow {
    CommentId comment_id;
    PostId post_id;
    std::optional<UserId> user_id;
    std::string content;
    std::optional<CommentId> parent_comment_id;
    std::optional<CommentId> root_comment_id;
    int depth = 0;
    std::int64_t likes_count = 0;
    std::int64_t replies_count = 0;
    std::string tagged_users = "[]";  // JSON arrays
    std::string mentioned_users = "[]";
    Time created_at;
    std::optional<Time> updated_at;
    bool liked = false;  // by the viewer

    static constexpr auto columns = Pack{
        db::column("comment_id", &CommentRow::comment_id),
        db::column("post_id", &CommentRow::post_id),
        db::column("user_id", &CommentRow::user_id),
        db::column("content", &CommentRow::content),
        db::column("parent_comment_id", &CommentRow::parent_comment_id),
        db::column("root_comment_id", &CommentRow::root_comment_id),
        db::column("depth", &CommentRow::depth),
        db::column("likes_count", &CommentRow::likes_count),
        db::column("replies_count", &CommentRow::replies_count),
        db::column("tagged_users", &CommentRow::tagged_users),
        db::column("mentioned_users", &CommentRow::mentioned_users),
        db::column("created_at", &CommentRow::created_at),
        db::column("updated_at", &CommentRow::updated_at),
        db::column("liked", &CommentRow::liked),
    };
};

enum class CommentOrder : std::uint8_t { newest, oldest, top, replies };

// A place in a list: the page starts after it. The text of a cursor is "<order>.<likes>.<created_at>.<id>".
struct CommentPosition {
    std::int64_t likes = 0;
    Time at;
    std::string id;
};
std::string to_text(CommentOrder order, const CommentPosition& last);
// Throws 400 "Invalid cursor" for a position in a list of another order.
CommentPosition position_after(CommentOrder order, std::string_view text);

struct CommentSlice {
    CommentOrder order;
    std::string_view of;  // the post; for replies the parent
    CommentPosition after;
    int limit;
    std::int64_t skip;
    std::vector<std::string_view> cut_off;  // authors to leave out
};

// One statement each.
std::vector<CommentRow> list_comments(db::Read& tx, const UserId& viewer, const CommentSlice& slice);
std::optional<CommentRow> find_comment(db::Read& tx, const UserId& viewer, const CommentId& comment_id);
std::optional<CommentFacts> find_facts(db::Read& tx, const CommentId& comment_id);
// The same as a part of one statement; its number.
std::size_t ask_facts(db::Together& ask, std::optional<CommentFacts>& out, const CommentId& comment_id);
std::string text_of(db::Read& tx, const CommentId& comment_id);

void insert(db::Write& tx, const CommentRow& comment);
// Everybody but its author finds it among their mentions.
void store_mentions(db::Write& tx, const CommentId& comment_id, Time created_at, const UserId& author,
                    std::span<const UserId> tagged, std::span<const UserId> mentioned);
void forget_mentions(db::Write& tx, const CommentId& comment_id);
// False when there is no such comment.
bool add_replies(db::Write& tx, const CommentId& comment_id, int delta);
bool update_content(db::Write& tx, const CommentId& comment_id, std::string_view content,
                    const std::vector<UserId>& mentioned_users, Time now);
// The ids that went: the comment and all below it. Empty when it was gone.
std::vector<CommentId> delete_subtree(db::Write& tx, const CommentFacts& comment);

// Until the transaction ends nobody else changes the likes of this comment. False when there is no such
// comment.
bool lock(db::Write& tx, const CommentId& comment_id);
// Whether a row came or went; the counter follows.
bool insert_like(db::Write& tx, const UserId& user_id, const CommentId& comment_id, Time now);
bool delete_like(db::Write& tx, const UserId& user_id, const CommentId& comment_id);
std::int64_t likes_count(db::Read& tx, const CommentId& comment_id);

// ---- when the account ends, and for its export
struct OwnComment {
    CommentId comment_id;
    PostId post_id;
    std::string content;
    std::optional<CommentId> parent_comment_id;
    Time created_at;
    std::optional<Time> updated_at;

    static constexpr auto columns = Pack{
        db::column("comment_id", &OwnComment::comment_id),
        db::column("post_id", &OwnComment::post_id),
        db::column("content", &OwnComment::content),
        db::column("parent_comment_id", &OwnComment::parent_comment_id),
        db::column("created_at", &OwnComment::created_at),
        db::column("updated_at", &OwnComment::updated_at),
    };
    static constexpr auto fields = Pack{
        wire::field("comment_id", &OwnComment::comment_id),
        wire::field("post_id", &OwnComment::post_id),
        wire::field("content", &OwnComment::content),
        wire::field("parent_comment_id", &OwnComment::parent_comment_id),
        wire::field("created_at", &OwnComment::created_at),
        wire::field("updated_at", &OwnComment::updated_at),
    };
};
// Oldest first.
std::vector<OwnComment> own_comments_after(db::Read& tx, const UserId& user, const CommentId& after,
                                           int limit);
struct OwnLike {
    CommentId comment_id;
    Time created_at;

    static constexpr auto columns = Pack{
        db::column("comment_id", &OwnLike::comment_id),
        db::column("created_at", &OwnLike::created_at),
    };
    static constexpr auto fields = Pack{
        wire::field("comment_id", &OwnLike::comment_id),
        wire::field("created_at", &OwnLike::created_at),
    };
};
// By comment.
std::vector<OwnLike> own_likes_after(db::Read& tx, const UserId& user, const CommentId& after, int limit);
std::vector<CommentId> some_liked_by(db::Read& tx, const UserId& user, int limit);
// The newest of them.
std::vector<CommentFacts> some_comments_of(db::Read& tx, const UserId& user, int limit);
bool has_replies(db::Read& tx, const CommentId& comment_id);
void leave_tombstone(db::Write& tx, const CommentId& comment_id);

// JSON arrays of ids, as rows hold them.
std::string to_json(const std::vector<UserId>& users);
std::vector<UserId> users_in(std::string_view json);

}  // namespace grover::comments
