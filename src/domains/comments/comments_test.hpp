// The world of a comments test: an empty database, a stopped clock, recorded effects.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "domains/comments/comments_api.hpp"
#include "platform/base/error.hpp"
#include "platform/wire/json_in.hpp"
#include "testing/at_once.hpp"
#include "testing/database.hpp"
#include "testing/keeps_events.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::comments {

using testing::KeepsEvents;
using testing::StoppedClock;

class CountsStatements final : public db::StatementObserver {
public:
    void ran(const db::Statement&, std::chrono::nanoseconds, std::int64_t) override { ++count; }
    std::atomic<int> count{0};
};

using testing::at_once;
using testing::refusal;

inline constexpr std::string_view kBase = "http://localhost:8001";

// A comment as it stands in a page.
struct SeenComment : CommentBody {
    users::UserSummary user;
    std::string user_name;
    bool liked = false, is_liked = false, is_owner = false, can_delete = false;
    static constexpr auto fields =
        join(CommentBody::fields,
             Pack{field("user", &SeenComment::user), field("user_name", &SeenComment::user_name),
                  field("liked", &SeenComment::liked), field("is_liked", &SeenComment::is_liked),
                  field("is_owner", &SeenComment::is_owner), field("can_delete", &SeenComment::can_delete)});
};
inline std::vector<SeenComment> seen_in(const CommentPage& page) {
    return wire::read<std::vector<SeenComment>>(page.json);
}

class World {
public:
    // Follows, blocks and settings are written behind the back of their domain here, so nothing may be kept in memory
    // where a test uses them.
    explicit World(bool cached = false)
        : db_(testing::fresh_database({.cached = cached, .clock = &clock, .observer = &statements})),
          users(*db_, clock, ids_, {.data_dir = "/nonexistent", .link_secret = "a secret of sixteen bytes"}),
          gate(users),
          comments(*db_, clock, users, gate) {
        db_->attach(&events_);
    }
    ~World() { db_->attach(nullptr); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    db::Database& db() { return *db_; }

    // Named "Ada" for "ada", ada@example.com.
    Caller user(const std::string& username) {
        std::string name = username;
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
        Caller caller;
        caller.id = db_->write([&](db::Write& tx) {
            return users.create(tx, {.email = username + "@example.com", .name = name, .username = username});
        });
        caller.base_url = kBase;
        pass();
        forget_effects();
        return caller;
    }
    PostId post(const Caller& author, posts::Visibility visibility = posts::Visibility::public_) {
        const auto id = IdSource::next_at<PostId>(clock.now());
        execute("INSERT INTO posts (post_id, user_id, content, visibility, created_at) VALUES ('" + id.str() +
                "', '" + author.id.str() + "', 'hello', " + std::to_string(static_cast<int>(visibility)) +
                ", " + std::to_string(clock.now().us) + ")");
        pass();
        return id;
    }
    CommentId comment(const Caller& me, const PostId& post_id, const std::string& content = "hi") {
        return write(me, {.post_id = post_id, .content = content}).comment_id;
    }
    CommentId reply(const Caller& me, const PostId& post_id, const CommentId& parent,
                    const std::string& content = "hi") {
        return write(me, {.post_id = post_id, .content = content, .parent_comment_id = parent}).comment_id;
    }
    CommentCreateResponse write(const Caller& me, const CommentCreate& in) {
        auto answer = comments.create(me, in);
        pass();
        return answer;
    }
    CommentLikeResponse like(const Caller& me, const CommentId& id, LikeChange change = LikeChange::toggle) {
        auto answer = comments.like(me, id, change);
        pass();
        return answer;
    }
    CommentDeleteResponse remove(const Caller& me, const CommentId& id) {
        return comments.remove(me, {.comment_id = id});
    }
    Comment get(const Caller& me, const CommentId& id) { return comments.get(me, {.comment_id = id}); }

    void follow(const Caller& a, const Caller& b) {
        db_->write([&](db::Write& tx) { users.add_follow(tx, a.id, b.id, clock.now()); });
    }
    void block(const Caller& a, const Caller& b) {
        execute("INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" + a.id.str() + "', '" +
                b.id.str() + "', 1)");
    }
    // Where memory is on, after a change behind the back of users.
    void forget_relations(const Caller& a, const Caller& b) {
        db_->write([&](db::Write& tx) {
            tx.touch("rel:" + a.id.str());
            tx.touch("rel:" + b.id.str());
        });
    }
    void make_private(const Caller& a) {
        execute("UPDATE users SET is_private = 1 WHERE user_id = '" + a.id.str() + "'");
    }
    void suspend(const Caller& a) {
        execute("UPDATE users SET suspended_at = 1 WHERE user_id = '" + a.id.str() + "'");
    }

    void execute(const std::string& sql) { testing::execute(*db_, sql); }
    std::int64_t rows(const std::string& table) { return testing::count_rows(*db_, table); }
    std::string query(const std::string& sql) { return testing::query_text(*db_, sql); }

    // Names of the events since forget_effects(), one on each line.
    std::string effects() { return query("SELECT name FROM " + testing::events_table() + " ORDER BY 1"); }
    std::string payload(const std::string& event) {
        return query("SELECT payload FROM " + testing::events_table() + " WHERE name = '" + event + "'");
    }
    void forget_effects() { execute("DELETE FROM " + testing::events_table()); }

    // comments_count and comments_total_count as stored, with the rows counted: "1 2 = 1 2".
    std::string counts(const PostId& post_id) {
        return query(
            "SELECT comments_count || ' ' || comments_total_count || ' = ' || "
            "(SELECT count(*) FROM comments c WHERE c.post_id = p.post_id AND c.depth = 0) || ' ' || "
            "(SELECT count(*) FROM comments c WHERE c.post_id = p.post_id) FROM posts p WHERE post_id = '" +
            post_id.str() + "'");
    }
    // Comments whose likes_count or replies_count is not the number of rows.
    std::int64_t drifted() {
        return testing::query_number(
            *db_,
            "SELECT count(*) FROM comments c WHERE likes_count <> (SELECT count(*) FROM comment_likes l "
            "WHERE l.comment_id = c.comment_id) OR replies_count <> (SELECT count(*) FROM comments r "
            "WHERE r.parent_comment_id = c.comment_id)");
    }

    StoppedClock clock;
    CountsStatements statements;

private:
    void pass() { clock.advance(std::chrono::milliseconds{1}); }

    IdSource ids_{clock};
    KeepsEvents events_;
    std::unique_ptr<db::Database> db_;

public:
    users::UsersService users;
    posts::PostGate gate;
    CommentsService comments;
};

}  // namespace grover::comments
