// A user's posts, reactions, saves and votes when the account ends, and in an export (users.md §5).
#include "sql/posts_account.hpp"
#include "domains/posts/posts_service.hpp"
#include "sql/posts.hpp"
#include "sql/posts_marks.hpp"

namespace grover::posts {
namespace {

namespace account = sql::posts_account;
namespace marks = sql::posts_marks;

constexpr int kExportPage = 500;

struct OwnPost {
    PostId post_id;
    std::string content;
    std::optional<std::string> location;
    wire::Raw<std::vector<std::string>> tags;
    Visibility visibility = Visibility::public_;
    bool is_repost = false;
    std::optional<PostId> original_post_id;
    std::optional<std::string> repost_comment;
    std::int64_t likes_count = 0, comments_total_count = 0, repost_count = 0, shares_count = 0;
    Time created_at;
    std::optional<Time> updated_at;
    std::optional<CommunityId> community_id;
    std::optional<MediaId> media_id;  // its file is media/<media_id>.<extension> of the archive
    wire::Raw<std::vector<std::string>> tagged_users;
    std::optional<std::string> category;
    bool is_pinned = false;
    std::optional<std::string> poll_question;
    std::optional<wire::Raw<std::vector<std::string>>> poll_options;
    std::optional<Time> poll_expires_at;

    static constexpr auto fields = Pack{
        field("post_id", &OwnPost::post_id),
        field("content", &OwnPost::content),
        field("location", &OwnPost::location),
        field("tags", &OwnPost::tags),
        field("visibility", &OwnPost::visibility),
        field("is_repost", &OwnPost::is_repost),
        field("original_post_id", &OwnPost::original_post_id),
        field("repost_comment", &OwnPost::repost_comment),
        field("likes_count", &OwnPost::likes_count),
        field("comments_total_count", &OwnPost::comments_total_count),
        field("repost_count", &OwnPost::repost_count),
        field("shares_count", &OwnPost::shares_count),
        field("created_at", &OwnPost::created_at),
        field("updated_at", &OwnPost::updated_at),
        field("community_id", &OwnPost::community_id),
        field("media_id", &OwnPost::media_id),
        field("tagged_users", &OwnPost::tagged_users),
        field("category", &OwnPost::category),
        field("is_pinned", &OwnPost::is_pinned),
        field("poll_question", &OwnPost::poll_question),
        field("poll_options", &OwnPost::poll_options),
        field("poll_expires_at", &OwnPost::poll_expires_at),
    };
};

OwnPost own_post(const db::Row& row) {
    const auto options = row.get<std::optional<std::string>>(20);
    return {row.get<PostId>(0),
            row.get<std::string>(1),
            row.get<std::optional<std::string>>(2),
            {row.get<std::string>(3)},
            row.get<Visibility>(4),
            row.get<bool>(5),
            row.get<std::optional<PostId>>(6),
            row.get<std::optional<std::string>>(7),
            row.integer(8),
            row.integer(9),
            row.integer(10),
            row.integer(11),
            row.get<Time>(12),
            row.get<std::optional<Time>>(13),
            row.get<std::optional<CommunityId>>(14),
            row.get<std::optional<MediaId>>(15),
            {row.get<std::string>(16)},
            row.get<std::optional<std::string>>(17),
            row.get<bool>(18),
            row.get<std::optional<std::string>>(19),
            options ? std::optional(wire::Raw<std::vector<std::string>>{*options}) : std::nullopt,
            row.get<std::optional<Time>>(21)};
}

struct OwnMark {
    PostId post_id;
    std::string value;
    static constexpr auto fields =
        Pack{field("post_id", &OwnMark::post_id), field("reaction_type", &OwnMark::value)};
};

// Writes pages of `next()` as one JSON array until one is empty.
template <class Next>
void write_array(users::ExportWriter& out, std::string_view file, Next&& next) {
    users::ListWriter list(out, file);
    for (auto page = next(); !page.empty(); page = next()) {
        for (const auto& item : page) list.add(wire::to_json(item));
    }
    list.end();
}

}  // namespace

bool PostsService::erase_some(db::Write& tx, const UserId& user, int batch) {
    Caller leaving;
    leaving.id = user;
    const auto facts_of = [&](const PostId& id) {
        return tx.find<PostFacts>(sql::posts::get_facts{.post_id = id});
    };
    const auto stances = tx.list<PostId>(account::some_stances{.user_id = user, .after = "", .limit = batch});
    for (const auto& id : stances) change_stance(tx, leaving, *facts_of(id), standing(tx, user, id), "", "");
    if (!stances.empty()) return false;

    std::vector<std::pair<PostId, int>> votes;
    tx.each(account::some_votes{.user_id = user, .limit = batch},
            [&](const db::Row& row) { votes.emplace_back(row.get<PostId>(0), row.get<int>(1)); });
    for (const auto& [id, option] : votes) {
        tx.exec(account::delete_vote{.user_id = user, .post_id = id});
        tx.exec(marks::add_votes{.delta = -1, .post_id = id, .option_index = option});
        tx.touch(id);
    }
    if (!votes.empty()) return false;

    for (const auto& id : tx.list<PostId>(account::some_saves{.user_id = user, .after = "", .limit = batch}))
        tx.exec(marks::delete_save{.user_id = user, .post_id = id});
    const auto own = tx.list<PostFacts>(account::some_posts{.user_id = user, .limit = batch});
    for (const auto& post : own) {
        // An earlier one of this batch may have taken it along.
        if (const auto left = facts_of(post.post_id)) writer_.erase(tx, *left);
    }
    return own.empty() &&
           tx.list<PostId>(account::some_saves{.user_id = user, .after = "", .limit = 1}).empty();
}

void PostsService::contribute(const UserId& user, users::ExportWriter& out) {
    for (const bool in_community : {false, true}) {
        Position after;
        write_array(out, in_community ? "community_posts.json" : "posts.json", [&] {
            std::vector<OwnPost> page;
            db_.read([&](db::Read& tx) {
                tx.each(account::own_posts_before{.user_id = user,
                                                  .in_community = in_community,
                                                  .at = after.at,
                                                  .id = after.id,
                                                  .limit = kExportPage},
                        [&](const db::Row& row) { page.push_back(own_post(row)); });
            });
            if (!page.empty()) after = {page.back().created_at, page.back().post_id};
            return page;
        });
    }
    PostId last;
    write_array(out, "reactions.json", [&] {
        std::vector<OwnMark> page;
        db_.read([&](db::Read& tx) {
            tx.each(account::some_stances{.user_id = user, .after = last, .limit = kExportPage},
                    [&](const db::Row& row) {
                        page.push_back(
                            {row.get<PostId>(0), row.text(1) == "-" ? "dislike" : row.get<std::string>(1)});
                    });
        });
        if (!page.empty()) last = page.back().post_id;
        return page;
    });
    last = {};
    write_array(out, "saved_posts.json", [&] {
        auto page = db_.read([&](db::Read& tx) {
            return tx.list<PostId>(account::some_saves{.user_id = user, .after = last, .limit = kExportPage});
        });
        if (!page.empty()) last = page.back();
        return page;
    });
}

}  // namespace grover::posts
