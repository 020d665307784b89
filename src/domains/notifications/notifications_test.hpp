// The world of a notifications test: an empty database, a stopped clock, and the events of the domains below, as they publish
// them. (How those come about is tested there, and everything together in tests/contract.)
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "domains/comments/comments.hpp"
#include "domains/notifications/notifications_api.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/api.hpp"
#include "platform/base/error.hpp"
#include "platform/jobs/background.hpp"
#include "platform/wire/json_in.hpp"
#include "testing/database.hpp"

namespace grover::notifications::test {

class StoppedClock final : public Clock {
public:
    Time now() const override { return Time{now_.load()}; }
    template <class Duration>
    void advance(Duration by) {
        now_ += std::chrono::duration_cast<std::chrono::microseconds>(by).count();
    }

private:
    std::atomic<std::int64_t> now_{1'769'249'472'345'000};  // 2026-01-24T10:11:12.345Z, a Saturday
};

// A parsed answer that reads like the JSON it is.
class Json {
public:
    explicit Json(std::string text) : text_(std::move(text)), document_(*wire::JsonDocument::parse(text_)) {}
    wire::JsonView operator[](std::string_view key) const { return document_.root().find(key); }
    std::int64_t number(std::string_view key) const { return (*this)[key].integer().value_or(-1); }
    wire::JsonView root() const { return document_.root(); }
    const std::string& raw() const { return text_; }

private:
    std::string text_;
    wire::JsonDocument document_;
};

// Every session lives, but those that ended here.
class AllSessions final : public LivingSessions {
public:
    std::vector<SessionId> living(db::Read&, std::span<const SessionId> sessions) override {
        std::vector<SessionId> out(sessions.begin(), sessions.end());
        std::erase_if(out,
                      [&](const SessionId& one) { return std::ranges::find(ended, one) != ended.end(); });
        return out;
    }
    std::vector<SessionId> ended;
};

struct KnownFacts final : CauseFacts {
    std::string community_name(db::Read&, const CommunityId&) override { return "Gardeners"; }
    std::vector<UserId> voters_after(db::Read&, const PostId&, const UserId& after, int limit) override {
        std::vector<UserId> page;
        for (const auto& voter : voters) {
            if (voter > after && page.size() < static_cast<std::size_t>(limit)) page.push_back(voter);
        }
        return page;
    }
    std::vector<UserId> with_unread(db::Read&, const std::string&, std::span<const UserId> members) override {
        std::vector<UserId> left;
        std::ranges::copy_if(members, std::back_inserter(left), [&](const UserId& one) {
            return std::ranges::find(readers, one) == readers.end();
        });
        return left;
    }
    std::vector<UserId> voters;   // ascending
    std::vector<UserId> readers;  // have read everything
};

class World {
public:
    explicit World(bool cached = true, PushProviders providers = {})
        : db_(testing::fresh_database({.cached = cached, .clock = &clock})),
          users(*db_, clock, ids_, {.data_dir = "/nonexistent", .link_secret = "a secret of sixteen bytes"}),
          gate_(users),
          comments_(*db_, clock, users, gate_),
          background_(*db_, {.clock = &clock,
                             .report =
                                 [](const jobs::RunReport& run) {
                                     if (!run.error.empty()) FAIL_CHECK(run.name << ": " << run.error);
                                 }}),
          notifications(*db_, clock, users, gate_, comments_, sessions, providers) {
        notifications.listen(background_.events());
        notifications.add_jobs(background_.jobs());
        run();  // what runs first when it is new to the store
    }

    // Old enough not to count as new.
    Caller user(const std::string& username) {
        Caller caller;
        caller.id = db_->write([&](db::Write& tx) {
            return users.create(tx,
                                {.email = username + "@example.com", .name = username, .username = username});
        });
        execute("UPDATE users SET created_at = created_at - 86400000000 WHERE user_id = '" + caller.id.str() +
                "'");
        caller.session_id = IdSource::next_at<SessionId>(clock.now());
        caller.base_url = "http://localhost:8001";
        pass();
        return caller;
    }
    // Each does what its domain does: rows where this domain looks for some, and the event.
    void follow(const Caller& a, const Caller& b, bool notifies = true) {
        publish(users::Followed{a.id, b.id, clock.now(), notifies});
    }
    void unfollow(const Caller& a, const Caller& b) { publish(users::Unfollowed{a.id, b.id}); }
    void block(const Caller& a, const Caller& b) {
        execute("INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" + a.id.str() + "', '" +
                b.id.str() + "', 1)");
        touch(a);
        touch(b);
        publish(users::UserBlocked{a.id, b.id, clock.now()});
    }
    void mute(const Caller& a, const Caller& b, const std::string& scope) {
        execute("INSERT INTO mutes (muter_id, muted_id, scope, created_at) VALUES ('" + a.id.str() + "', '" +
                b.id.str() + "', '" + scope + "', 1)");
        touch(a);
    }
    void settings(const Caller& a, const std::string& assignments) {
        execute("UPDATE notification_settings SET " + assignments + " WHERE user_id = '" + a.id.str() + "'");
        touch(a);
    }
    void rename(const Caller& a, const std::string& name) {
        execute("UPDATE users SET name = '" + name + "' WHERE user_id = '" + a.id.str() + "'");
        touch(a);
    }
    // What is kept in memory of the user: users.hpp.
    void touch(const Caller& a) {
        db_->write([&](db::Write& tx) {
            tx.touch(a.id);
            for (const std::string prefix : {"profile:", "rel:"}) tx.touch(prefix + a.id.str());
        });
    }
    PostId post(const Caller& author, const std::string& content = "hello") {
        const auto id = IdSource::next_at<PostId>(clock.now());
        execute("INSERT INTO posts (post_id, user_id, content, visibility, created_at) VALUES ('" + id.str() +
                "', '" + author.id.str() + "', '" + content + "', 0, " + std::to_string(clock.now().us) +
                ")");
        pass();
        return id;
    }
    void mention(const Caller& by, const Caller& whom, const PostId& post) {
        publish(posts::PostCreated{.post_id = post,
                                   .user_id = by.id,
                                   .post_type = "standard",
                                   .mentioned_users = {whom.id},
                                   .created_at = clock.now()});
    }
    void react(const Caller& me, const Caller& author, const PostId& post, const std::string& type = "like") {
        publish(posts::PostReacted{.post_id = post, .author_id = author.id, .user_id = me.id, .added = type});
    }
    void unreact(const Caller& me, const Caller& author, const PostId& post) {
        publish(
            posts::PostReacted{.post_id = post, .author_id = author.id, .user_id = me.id, .removed = true});
    }
    void share(const Caller& me, const Caller& author, const PostId& post) {
        publish(posts::PostShared{.post_id = post, .author_id = author.id, .user_id = me.id});
    }
    PostId repost(const Caller& me, const Caller& author, const PostId& post) {
        const auto id = IdSource::next_at<PostId>(clock.now());
        publish(
            posts::PostReposted{.repost_id = id, .post_id = post, .author_id = author.id, .user_id = me.id});
        return id;
    }
    // On the author's post, or in answer to somebody, or mentioning somebody.
    CommentId comment(const Caller& me, const PostId& post, const std::optional<UserId>& author,
                      const std::string& content = "hi", const std::optional<UserId>& answered = {},
                      std::vector<UserId> mentioned = {}) {
        const auto id = IdSource::next_at<CommentId>(clock.now());
        execute("INSERT INTO comments (comment_id, post_id, user_id, content, created_at) VALUES ('" +
                id.str() + "', '" + post.str() + "', '" + me.id.str() + "', '" + content + "', 1)");
        publish(comments::CommentCreated{.comment_id = id,
                                         .post_id = post,
                                         .parent_comment_id = {},
                                         .user_id = me.id,
                                         .replied_to = answered,
                                         .commented_to = author,
                                         .mentioned_users = std::move(mentioned),
                                         .created_at = clock.now()});
        return id;
    }
    void like_comment(const Caller& me, const Caller& author, const PostId& post, const CommentId& comment,
                      bool liked = true) {
        publish(comments::CommentLiked{.comment_id = comment,
                                       .post_id = post,
                                       .author_id = author.id,
                                       .user_id = me.id,
                                       .liked = liked});
    }

    Json list(const Caller& me, NotificationList in = {}) {
        http::Response response;
        return Json(list(me, in, response));
    }
    std::string list(const Caller& me, const NotificationList& in, http::Response& response,
                     std::string_view if_none_match = {}) {
        http::RequestHead head;
        const http::Header condition{"if-none-match", if_none_match};
        if (!if_none_match.empty()) head.headers = {&condition, 1};
        api::Reply reply(response, head, &cursors_, "GET /notifications");
        return notifications.list(me, in, reply);
    }
    // "type: content" of the caller's notifications, newest first, one on each line.
    std::string told(const Caller& me, NotificationList in = {}) {
        const auto answer = list(me, in);
        const auto rows = answer["notifications"];
        std::string out;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (i > 0) out += '\n';
            out += std::string(rows.at(i).find("type").string()) + ": " +
                   std::string(rows.at(i).find("content").string());
        }
        return out;
    }
    // The newest one.
    std::string member(const Caller& me, std::string_view key) {
        const auto answer = list(me);
        return std::string(answer["notifications"].at(0).find(key).string());
    }

    // Tells the events and runs what is due, a millisecond later.
    void run() {
        background_.run_due();
        pass();
    }
    template <class Duration>
    void wait(Duration time) {
        clock.advance(time);
        run();
    }
    template <class E>
    void publish(const E& event) {
        db_->write([&](db::Write& tx) { tx.publish(event); });
        run();
    }

    void execute(const std::string& sql) { testing::execute(*db_, sql); }
    std::int64_t rows(const std::string& table) { return testing::count_rows(*db_, table); }
    std::int64_t number(const std::string& sql) { return testing::query_number(*db_, sql); }
    std::string text(const std::string& sql) { return testing::query_text(*db_, sql); }
    // Users and types whose counters are not what their rows say.
    std::int64_t drifted() {
        return number(
            "SELECT count(*) FROM notification_counts c WHERE total <> (SELECT count(*) FROM notifications n "
            "WHERE n.user_id = c.user_id AND n.type = c.type) OR unread <> (SELECT count(*) FROM "
            "notifications n WHERE n.user_id = c.user_id AND n.type = c.type AND read_at IS NULL)");
    }
    db::Database& db() { return *db_; }
    jobs::Background& background() { return background_; }

    StoppedClock clock;
    const Time begun = clock.now();
    AllSessions sessions;

private:
    void pass() { clock.advance(std::chrono::milliseconds{1}); }

    IdSource ids_{clock};
    api::CursorCodec cursors_{"a secret of sixteen bytes"};
    std::unique_ptr<db::Database> db_;

public:
    users::UsersService users;

private:
    posts::PostGate gate_;
    comments::CommentsService comments_;
    jobs::Background background_;

public:
    NotificationsService notifications;
};

// Calls f(i) on `count` threads at once.
template <class F>
void at_once(int count, F&& f) {
    std::latch start(count);
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            f(i);
        });
    }
}

}  // namespace grover::notifications::test
