// The world of a posts test: an empty database, a stopped clock, recorded effects.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "domains/posts/posts_service.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/wire/json_in.hpp"
#include "testing/database.hpp"
#include "testing/keeps_events.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::posts::test {

using testing::KeepsEvents;
using testing::StoppedClock;

// A parsed answer that reads like the JSON it is.
class Json {
public:
    explicit Json(std::string text) : text_(std::move(text)), document_(*wire::JsonDocument::parse(text_)) {}

    std::string text(std::string_view key) const { return std::string(document_.root().find(key).string()); }
    std::int64_t number(std::string_view key) const {
        return document_.root().find(key).integer().value_or(-1);
    }
    bool flag(std::string_view key) const { return document_.root().find(key).boolean(); }
    bool is_null(std::string_view key) const {
        return document_.root().find(key).present() && document_.root().find(key).is_null();
    }
    bool has(std::string_view key) const { return document_.root().find(key).present(); }
    wire::JsonView root() const { return document_.root(); }
    const std::string& raw() const { return text_; }

private:
    std::string text_;
    wire::JsonDocument document_;
};

inline std::vector<std::string> ids_of(const PostPage& page) {
    const auto document = wire::JsonDocument::parse(page.json);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < document->root().size(); ++i)
        out.emplace_back(document->root().at(i).find("post_id").string());
    return out;
}

class World {
public:
    explicit World(bool cached = true)
        : db_(testing::fresh_database({.cached = cached, .clock = &clock})),
          root_(std::filesystem::temp_directory_path() /
                ("posts_test." + std::to_string(::getpid()) + "." + std::to_string(++made_))),
          users_(*db_, clock, ids_, {.data_dir = root_.string(), .link_secret = "a secret of sixteen bytes"}),
          media_(*db_, users_, clock, workers_,
                 {.root = root_ / "media", .url_secret = "another secret of sixteen"}),
          posts(*db_, clock, users_, media_) {
        db_->attach(&events_);
        users_.plug({.engagement = &posts});
    }
    ~World() {
        db_->attach(nullptr);
        std::filesystem::remove_all(root_);
    }

    Caller user(const std::string& username) {
        Caller caller;
        caller.id = db_->write([&](db::Write& tx) {
            return users_.create(
                tx, {.email = username + "@example.com", .name = username, .username = username});
        });
        caller.base_url = "http://localhost:8001";
        clock.advance(std::chrono::milliseconds{1});
        return caller;
    }
    void follow(const Caller& a, const Caller& b) {
        db_->write([&](db::Write& tx) { users_.add_follow(tx, a.id, b.id, clock.now()); });
    }
    void block(const Caller& a, const Caller& b) {
        testing::execute(*db_, "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" +
                                   a.id.str() + "', '" + b.id.str() + "', 1)");
        forget("rel:" + a.id.str(), "rel:" + b.id.str());
    }
    void make_private(const Caller& a) {
        testing::execute(*db_, "UPDATE users SET is_private = 1 WHERE user_id = '" + a.id.str() + "'");
        forget(a.id.str(), "profile:" + a.id.str());
    }
    PostId post(const Caller& author, const std::string& content = "Hello",
                Visibility visibility = Visibility::public_) {
        PostCreate in;
        in.content = content;
        in.visibility = visibility;
        const auto id = posts.create(author, in).post_id;
        clock.advance(std::chrono::milliseconds{1});
        return id;
    }
    PostId poll(const Caller& author, std::vector<std::string> options = {"Yes", "No"}) {
        PostCreate in;
        in.poll_question = "Well?";
        in.poll_options = std::move(options);
        return posts.create(author, in).post_id;
    }
    Json get(const Caller& me, const PostId& id) { return Json(posts.get(me, id).json); }

    std::int64_t rows(const std::string& table) { return testing::count_rows(*db_, table); }
    std::int64_t number(const std::string& sql) { return testing::query_number(*db_, sql); }
    // Names of the events stored so far, and forgets them.
    std::string effects() {
        const std::string table = testing::events_table();
        auto names = testing::query_text(*db_, "SELECT name FROM " + table + " ORDER BY name");
        testing::execute(*db_, "DELETE FROM " + table);
        return names;
    }
    // What the events of that name said since the last effects().
    std::string told(const std::string& event) {
        return testing::query_text(
            *db_, "SELECT payload FROM " + testing::events_table() + " WHERE name = '" + event + "'");
    }
    // After a change behind the services' backs.
    template <class... Keys>
    void forget(const Keys&... keys) {
        db_->write([&](db::Write& tx) { (tx.touch(std::string_view(keys)), ...); });
    }

    StoppedClock clock;

protected:
    static inline int made_ = 0;
    IdSource ids_{clock};
    KeepsEvents events_;
    std::unique_ptr<db::Database> db_;
    std::filesystem::path root_;
    runtime::WorkerPool workers_{1, 8};
    users::UsersService users_;
    media::MediaService media_;

public:
    PostsService posts;
    db::Database& db() { return *db_; }
    users::UsersService& users() { return users_; }
};

// The call throws an Error of that kind and sentence (any, when empty).
template <class F>
void refuses(ErrorKind kind, std::string_view sentence, F&& call) {
    try {
        call();
        FAIL_CHECK("expected an error: " << sentence);
    } catch (const Error& error) {
        CHECK(code_of(error.kind) == code_of(kind));
        if (!sentence.empty()) CHECK(error.detail == sentence);
    }
}

}  // namespace grover::posts::test
