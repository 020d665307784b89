// Statements about comments and their likes.
#include "domains/comments/comments_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <tuple>

#include "domains/comments/comments_memory.hpp"
#include "platform/base/error.hpp"
#include "platform/wire/json_in.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/comments.hpp"

namespace grover::comments {
namespace {

constexpr std::array<std::string_view, 4> kListNames = {"newest", "oldest", "top", "replies"};
std::string_view name_of(CommentOrder order) { return kListNames[static_cast<std::size_t>(order)]; }

bool starts_with_oldest(CommentOrder order) {
    return order == CommentOrder::oldest || order == CommentOrder::replies;
}

CommentPosition start_of(CommentOrder order) {
    if (starts_with_oldest(order))
        return {.likes = 0, .at = Time{std::numeric_limits<std::int64_t>::min()}, .id = {}};
    constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
    return {.likes = kEnd, .at = Time{kEnd}, .id = {}};
}

bool is_before(CommentOrder order, const CommentRow& a, const CommentRow& b) {
    if (starts_with_oldest(order))
        return std::tie(a.created_at, a.comment_id) < std::tie(b.created_at, b.comment_id);
    if (order == CommentOrder::newest)
        return std::tie(b.created_at, b.comment_id) < std::tie(a.created_at, a.comment_id);
    return std::tie(b.likes_count, b.created_at, b.comment_id) <
           std::tie(a.likes_count, a.created_at, a.comment_id);
}

// Takes the text up to the next dot off `rest`.
std::string_view take_part(std::string_view& rest) {
    const auto dot = rest.find('.');
    const auto part = rest.substr(0, dot);
    rest.remove_prefix(dot == rest.npos ? rest.size() : dot + 1);
    return part;
}

std::int64_t take_number(std::string_view& rest) {
    const auto part = take_part(rest);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size()) throw validation_error("Invalid cursor");
    return value;
}

}  // namespace

std::string to_text(CommentOrder order, const CommentPosition& last) {
    return std::string(name_of(order)) + '.' + std::to_string(last.likes) + '.' + std::to_string(last.at.us) +
           '.' + last.id;
}

CommentPosition position_after(CommentOrder order, std::string_view text) {
    if (text.empty()) return start_of(order);
    if (take_part(text) != name_of(order)) throw validation_error("Invalid cursor");
    CommentPosition position;
    position.likes = take_number(text);
    position.at = Time{take_number(text)};
    position.id = text;
    return position;
}

std::vector<CommentRow> list_comments(db::Read& tx, const UserId& viewer, const CommentSlice& slice) {
    // Those without likes follow the last that has one: then they begin with their newest.
    const auto newest = start_of(CommentOrder::newest);
    const auto& unliked = slice.after.likes > 0 ? newest : slice.after;
    auto rows = tx.list<CommentRow>(sql::comments::load{.list = name_of(slice.order),
                                                        .of = slice.of,
                                                        .at = slice.after.at,
                                                        .id = slice.after.id,
                                                        .cut_off = slice.cut_off,
                                                        .limit = slice.limit,
                                                        .skip = slice.skip,
                                                        .likes = slice.after.likes,
                                                        .unliked_at = unliked.at,
                                                        .unliked_id = unliked.id,
                                                        .viewer = viewer});
    std::ranges::sort(rows,
                      [&](const CommentRow& a, const CommentRow& b) { return is_before(slice.order, a, b); });
    return rows;
}

std::optional<CommentRow> find_comment(db::Read& tx, const UserId& viewer, const CommentId& comment_id) {
    const std::vector<std::string_view> nobody;
    return tx.find<CommentRow>(sql::comments::load{.list = "one",
                                                   .of = comment_id,
                                                   .at = Time{},
                                                   .id = "",
                                                   .cut_off = nobody,
                                                   .limit = 1,
                                                   .skip = 0,
                                                   .likes = 0,
                                                   .unliked_at = Time{},
                                                   .unliked_id = "",
                                                   .viewer = viewer});
}

std::optional<CommentFacts> find_facts(db::Read& tx, const CommentId& comment_id) {
    return tx.find<CommentFacts>(sql::comments::find_facts{.comment_id = comment_id});
}

std::size_t ask_facts(db::Together& ask, std::optional<CommentFacts>& out, const CommentId& comment_id) {
    return ask.add(sql::comments::find_facts{.comment_id = comment_id},
                   [&out](const db::Row& row) { out = db::read_row<CommentFacts>(row); });
}

std::string text_of(db::Read& tx, const CommentId& comment_id) {
    return tx.find<std::string>(sql::comments::get_text{.comment_id = comment_id}).value_or("");
}

void insert(db::Write& tx, const CommentRow& comment) {
    if (comment.user_id) tx.touch(posts::marks_key(*comment.user_id));
    if (comment.depth == 0) tx.touch(list_key(comment.post_id));
    tx.exec_soon(sql::comments::insert_comment{.comment_id = comment.comment_id,
                                               .post_id = comment.post_id,
                                               .user_id = comment.user_id,
                                               .content = comment.content,
                                               .parent_comment_id = comment.parent_comment_id,
                                               .root_comment_id = comment.root_comment_id,
                                               .depth = comment.depth,
                                               .tagged_users = comment.tagged_users,
                                               .mentioned_users = comment.mentioned_users,
                                               .created_at = comment.created_at});
}

bool add_replies(db::Write& tx, const CommentId& comment_id, int delta) {
    tx.touch(comment_id);
    return tx.exec(sql::comments::add_replies{.delta = delta, .comment_id = comment_id}) == 1;
}

bool update_content(db::Write& tx, const CommentId& comment_id, std::string_view content,
                    const std::vector<UserId>& mentioned_users, Time now) {
    tx.touch(comment_id);
    return tx.exec(sql::comments::update_content{.content = content,
                                                 .mentioned_users = to_json(mentioned_users),
                                                 .now = now,
                                                 .comment_id = comment_id}) == 1;
}

std::vector<CommentId> delete_subtree(db::Write& tx, const CommentFacts& comment) {
    auto gone = tx.list<CommentId>(sql::comments::delete_subtree{.comment_id = comment.comment_id});
    if (comment.depth == 0) tx.touch(list_key(comment.post_id));
    for (const auto& id : gone) tx.touch(id);
    if (comment.user_id) tx.touch(posts::marks_key(*comment.user_id));
    return gone;
}

bool lock(db::Write& tx, const CommentId& comment_id) {
    return tx.exists(sql::comments::lock_comment{.comment_id = comment_id});
}

bool insert_like(db::Write& tx, const UserId& user_id, const CommentId& comment_id, Time now) {
    if (!tx.exists(sql::comments::insert_like{.user_id = user_id, .comment_id = comment_id, .now = now}))
        return false;
    tx.exec_soon(sql::comments::add_likes{.delta = 1, .comment_id = comment_id});
    tx.touch(comment_id);
    tx.touch(likes_key(user_id));
    return true;
}

bool delete_like(db::Write& tx, const UserId& user_id, const CommentId& comment_id) {
    if (tx.exec(sql::comments::delete_like{.user_id = user_id, .comment_id = comment_id}) == 0) return false;
    tx.exec_soon(sql::comments::add_likes{.delta = -1, .comment_id = comment_id});
    tx.touch(comment_id);
    tx.touch(likes_key(user_id));
    return true;
}

std::int64_t likes_count(db::Read& tx, const CommentId& comment_id) {
    return tx.value<std::int64_t>(sql::comments::get_likes_count{.comment_id = comment_id});
}

std::vector<OwnComment> own_comments_after(db::Read& tx, const UserId& user, const CommentId& after,
                                           int limit) {
    return tx.list<OwnComment>(sql::comments::texts_of_user{.user_id = user, .after = after, .limit = limit});
}

std::vector<OwnLike> own_likes_after(db::Read& tx, const UserId& user, const CommentId& after, int limit) {
    return tx.list<OwnLike>(sql::comments::likes_of_user{.user_id = user, .after = after, .limit = limit});
}

std::vector<CommentId> some_liked_by(db::Read& tx, const UserId& user, int limit) {
    return tx.list<CommentId>(sql::comments::some_likes_of_user{.user_id = user, .limit = limit});
}

std::vector<CommentFacts> some_comments_of(db::Read& tx, const UserId& user, int limit) {
    return tx.list<CommentFacts>(sql::comments::some_comments_of_user{.user_id = user, .limit = limit});
}

bool has_replies(db::Read& tx, const CommentId& comment_id) {
    return tx.exists(sql::comments::has_replies{.comment_id = comment_id});
}

void leave_tombstone(db::Write& tx, const CommentId& comment_id) {
    tx.touch(comment_id);
    tx.exec(sql::comments::leave_tombstone{.comment_id = comment_id});
}

std::string to_json(const std::vector<UserId>& users) { return wire::to_json(users); }

std::vector<UserId> users_in(std::string_view json) {
    std::vector<UserId> users;
    if (json == "[]") return users;
    const auto document = wire::JsonDocument::parse(json);
    if (document) wire::read_into(document->root(), users);
    return users;
}

void AskedCommented::ask(db::Together& ask, const UserId& author, Time since, int limit) {
    author_ = author;
    low_ = IdSource::next_at<CommentId>(since);
    ask.add(sql::comments::commented_posts{.author = author_, .low = low_, .limit = limit},
            [this](const db::Row& row) { posts.push_back(row.get<PostId>(0)); });
}

}  // namespace grover::comments
