// The world of a search test: an empty database, a stopped clock, and an index that catches up when it is asked.
#pragma once

#include <doctest/doctest.h>

#include <unistd.h>

#include <concepts>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "domains/discovery/hashtags.hpp"
#include "domains/discovery/search.hpp"
#include "domains/media/media.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/wire/json_in.hpp"
#include "testing/database.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::discovery::test {

// A post as a test writes it: behind the back of its domain.
struct Written {
    std::string content;
    std::vector<std::string> tags{};
    posts::Visibility visibility = posts::Visibility::public_;
    std::int64_t likes = 0, comments = 0, reposts = 0;
    std::string location{}, category{}, media_type{};
    std::string poll_question{};
    std::vector<std::string> poll_options{};
};

class World {
public:
    World()
        : db_(testing::fresh_database({.cached = false, .clock = &clock})),
          users(*db_, clock, ids_, {.data_dir = "/nonexistent", .link_secret = "a secret of sixteen bytes"}),
          media_(*db_, users, clock, workers_, {.root = root_, .url_secret = "another secret of sixteen"}),
          cards_(media_, users, clock),
          gate_(users),
          views_(cards_, users, clock, gate_),
          index(*db_, clock, {}),
          search(*db_, clock, users, views_, gate_, index),
          hashtags(index, search) {}

    ~World() { std::filesystem::remove_all(root_); }

    db::Database& db() { return *db_; }
    posts::PostViews& views() { return views_; }
    posts::PostGate& gate() { return gate_; }

    // Named "Ada" for "ada".
    Caller user(const std::string& username, const std::string& bio = "") {
        std::string name = username;
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
        Caller caller;
        caller.id = db_->write([&](db::Write& tx) {
            return users.create(tx,
                                {.email = username + "@secret.example", .name = name, .username = username});
        });
        if (!bio.empty()) set(caller, "bio = '" + bio + "'");
        caller.base_url = "http://localhost:8001";
        clock.advance(std::chrono::milliseconds{1});
        index.user_changed(caller.id);
        return caller;
    }
    // "is_private = 1"
    void set(const Caller& user, const std::string& values) {
        execute("UPDATE users SET " + values + " WHERE user_id = '" + user.id.str() + "'");
        index.user_changed(user.id);
    }
    void follow(const Caller& a, const Caller& b) {
        db_->write([&](db::Write& tx) { users.add_follow(tx, a.id, b.id, clock.now()); });
        index.user_counted(b.id);
    }
    void block(const Caller& a, const Caller& b) {
        execute("INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" + a.id.str() + "', '" +
                b.id.str() + "', 1)");
    }
    void mute(const Caller& a, const Caller& b) {
        execute("INSERT INTO mutes (muter_id, muted_id, scope, created_at) VALUES ('" + a.id.str() + "', '" +
                b.id.str() + "', 'all', 1)");
    }
    PostId post(const Caller& author, const Written& in) {
        const auto id = IdSource::next_at<PostId>(clock.now());
        const auto text = [](const std::string& value) {
            std::string quoted = "'";
            for (const char c : value) quoted += c == '\'' ? "''" : std::string(1, c);
            return quoted + "'";
        };
        const auto or_null = [&](const std::string& value) { return value.empty() ? "NULL" : text(value); };
        execute(
            "INSERT INTO posts (post_id, user_id, content, tags, visibility, likes_count, comments_count, "
            "repost_count, "
            "location, category, media_type, has_poll, created_at) VALUES (" +
            text(id.str()) + "," + text(author.id.str()) + "," + text(in.content) + "," +
            text(wire::to_json(in.tags)) + "," + std::to_string(static_cast<int>(in.visibility)) + "," +
            std::to_string(in.likes) + "," + std::to_string(in.comments) + "," + std::to_string(in.reposts) +
            "," + or_null(in.location) + "," + or_null(in.category) + "," + or_null(in.media_type) + "," +
            (in.poll_question.empty() ? "0" : "1") + "," + std::to_string(clock.now().us) + ")");
        if (!in.poll_question.empty())
            execute("INSERT INTO polls (post_id, question, options, expires_at) VALUES (" + text(id.str()) +
                    "," + text(in.poll_question) + "," + text(wire::to_json(in.poll_options)) + ",1)");
        clock.advance(std::chrono::milliseconds{1});
        index.post_changed(id);
        return id;
    }
    PostId repost(const Caller& author, const PostId& root, const std::string& comment) {
        const auto id = post(author, Written{});
        set(id, "is_repost = 1, original_post_id = '" + root.str() + "', repost_comment = '" + comment + "'");
        return id;
    }
    // A template, so that braces mean the other one.
    template <std::convertible_to<std::string> Text>
    PostId post(const Caller& author, const Text& content) {
        return post(author, Written{.content = content});
    }
    void set(const PostId& post, const std::string& values) {
        execute("UPDATE posts SET " + values + " WHERE post_id = '" + post.str() + "'");
        index.post_changed(post);
    }
    void remove(const PostId& post) { execute("DELETE FROM posts WHERE post_id = '" + post.str() + "'"); }

    void execute(const std::string& sql) { testing::execute(*db_, sql); }

    testing::StoppedClock clock;

private:
    IdSource ids_{clock};
    std::unique_ptr<db::Database> db_;
    std::filesystem::path root_ =
        std::filesystem::temp_directory_path() / ("search_test." + std::to_string(::getpid()));
    runtime::WorkerPool workers_{1, 8};

public:
    users::UsersService users;

private:
    media::MediaService media_;
    posts::PostCards cards_;
    posts::PostGate gate_;
    posts::PostViews views_;

public:
    SearchIndex index;
    SearchService search;
    HashtagsService hashtags;
};

// A parsed answer.
class Answer {
public:
    explicit Answer(std::string json)
        : json_(std::move(json)), document_(*wire::JsonDocument::parse(json_)) {}

    wire::JsonView root() const { return document_.root(); }
    std::int64_t total(std::string_view kind) const {
        return root().find("total").find(kind).integer().value_or(-1);
    }
    std::string text(std::string_view key) const { return std::string(root().find(key).string()); }
    bool is_null(std::string_view key) const { return root().find(key).is_null(); }
    // The named member of each entry of a list, with blanks between.
    static std::string all(const wire::JsonView& list, std::string_view member) {
        std::string out;
        for (std::size_t i = 0; i < list.size(); ++i)
            out += (i == 0 ? "" : " ") + std::string(list.at(i).find(member).string());
        return out;
    }
    std::string posts() const { return all(root().find("posts"), "content"); }
    std::string users() const { return all(root().find("users"), "username"); }
    std::string hashtags() const { return all(root().find("hashtags"), "tag"); }
    const std::string& raw() const { return json_; }

private:
    std::string json_;
    wire::JsonDocument document_;
};

inline Answer search(World& w, const Caller& me, const std::string& q, SearchAll in = {}) {
    in.q = q;
    w.index.catch_up();
    return Answer(w.search.all(me, in).json);
}

// The call throws an Error of that kind and sentence (any, when empty).
template <class F>
void refuses(ErrorKind kind, std::string_view sentence, F&& call) {
    try {
        call();
        FAIL_CHECK("expected an error: " << sentence);
    } catch (const Error& error) {
        CHECK(error.kind == kind);
        if (!sentence.empty()) CHECK(error.detail == sentence);
    }
}

}  // namespace grover::discovery::test
