// The world of a users test: an empty database, a stopped clock, recorded effects, and stand-ins for what app plugs in.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "domains/users/users_service.hpp"
#include "platform/base/error.hpp"
#include "testing/database.hpp"
#include "testing/keeps_events.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::users {

using testing::KeepsEvents;
using testing::StoppedClock;

class FakeGuard final : public AccountGuard {
public:
    void confirm_owner(const Caller&, const std::optional<std::string>& password) override {
        if (password != "secret") throw validation_error("Current password is incorrect");
    }
    void end_sessions(db::Write&, const UserId& user) override { ended.push_back(user.str()); }

    std::vector<std::string> ended;
};

class FakePictures final : public PictureStore {
public:
    std::string store(const UserId&, http::UploadedFile& file) override {
        if (file.size > 10) throw file_upload_error("File too large. Maximum size: 10MB");
        return "grover/profiles/media_" + std::to_string(++stored) + "/full.jpg";
    }
    std::string store_text(const UserId&, std::string_view text) override {
        return "grover/profiles/" + std::string(text) + "/full.jpg";
    }
    std::optional<std::string> key_of(db::Read&, const UserId&, std::string_view url) override {
        const auto at = url.find("/api/media/image/upload/");
        return at == url.npos ? std::nullopt : std::optional(std::string(url.substr(at + 24)));
    }
    void keep(db::Write&, const UserId&, std::string_view key) override { kept.emplace_back(key); }
    void release(db::Write&, const UserId&, std::string_view key) override {
        std::erase(kept, std::string(key));
    }
    std::string url(std::string_view key, std::string_view base_url) const override {
        return std::string(base_url) + "/api/media/image/upload/" + std::string(key);
    }

    int stored = 0;
    std::vector<std::string> kept;
};

inline constexpr std::string_view kBase = "http://localhost:8001";

class World {
public:
    explicit World(bool cached = true, std::chrono::days monetization_min_account_age = {})
        : db_(testing::fresh_database({.cached = cached, .clock = &clock})) {
        db_->attach(&events_);
        data_dir = std::filesystem::temp_directory_path() / ("users_test." + std::to_string(::getpid()));
        users_ = std::make_unique<UsersService>(
            *db_, clock, ids_,
            Options{.monetization_min_account_age = monetization_min_account_age,
                    .data_dir = data_dir,
                    .link_secret = "a secret of sixteen bytes",
                    .base_url = "https://grover.example"});
        users_->plug(plugs());
    }
    ~World() {
        db_->attach(nullptr);
        std::filesystem::remove_all(data_dir);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Plugs plugs() {
        Plugs out;
        out.guard = &guard;
        out.pictures = &pictures;
        return out;
    }
    UsersService& users() { return *users_; }
    UsersService::Parts& parts() { return users_->parts(); }
    db::Database& db() { return *db_; }

    // Named "Ada" for "ada", ada@example.com.
    Caller user(const std::string& username) {
        std::string name = username;
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
        const auto id = db_->write([&](db::Write& tx) {
            return users_->create(tx,
                                  {.email = username + "@example.com", .name = name, .username = username});
        });
        Caller caller;
        caller.id = id;
        caller.base_url = kBase;
        clock.advance(std::chrono::milliseconds{1});
        return caller;
    }
    Caller private_user(const std::string& username) {
        auto caller = user(username);
        parts().profiles.update_privacy(caller, {.is_private = true});
        forget_effects();
        return caller;
    }

    FollowAnswer follow(const Caller& a, const Caller& b) { return parts().follows.set(a, b.id); }
    FollowAnswer toggle(const Caller& a, const Caller& b) { return parts().follows.toggle(a, b.id); }
    BlockAnswer block(const Caller& a, const Caller& b) { return parts().blocks.block(a, b.id); }
    std::string profile(const Caller& viewer, const Caller& of) {
        return parts().profiles.get(viewer, of.id).json;
    }
    Me me(const Caller& caller) {
        return db_->read([&](db::Read& tx) { return users_->me(tx, caller.id, kBase); });
    }
    Sight sight(const Caller& viewer, const Caller& of) {
        return db_->read([&](db::Read& tx) {
            return UsersService::sight(*users_->relations(tx, viewer.id), *users_->card(tx, of.id, kBase));
        });
    }

    std::int64_t rows(const std::string& table) { return testing::count_rows(*db_, table); }
    std::string query(const std::string& sql) { return testing::query_text(*db_, sql); }
    // "name payload" lines of events and orders since forget_effects().
    std::string effects() {
        const auto events =
            query("SELECT name FROM " + testing::events_table() + " ORDER BY " + testing::events_order());
        const auto jobs = query("SELECT name FROM jobs ORDER BY job_id");
        return events + (events.empty() || jobs.empty() ? "" : "\n") + jobs;
    }
    std::string payload(std::string_view event) {
        return query("SELECT payload FROM " + testing::events_table() + " WHERE name = '" +
                     std::string(event) + "' ORDER BY " + testing::events_order());
    }
    void forget_effects() {
        testing::execute(*db_, "DELETE FROM " + testing::events_table());
        testing::execute(*db_, "DELETE FROM jobs");
    }
    // followers_count and following_count as stored, with those counted: "1 0 = 1 0".
    std::string counts(const Caller& user) {
        const auto id = "'" + user.id.str() + "'";
        return query(
            "SELECT followers_count || ' ' || following_count || ' = ' ||"
            " (SELECT count(*) FROM follows WHERE following_id = " +
            id +
            ") || ' ' ||"
            " (SELECT count(*) FROM follows WHERE follower_id = " +
            id +
            ")"
            " FROM user_counts WHERE user_id = " +
            id);
    }

    StoppedClock clock;
    FakeGuard guard;
    FakePictures pictures;
    std::filesystem::path data_dir;

private:
    IdSource ids_{clock};
    KeepsEvents events_;
    std::unique_ptr<db::Database> db_;
    std::unique_ptr<UsersService> users_;
};

// Runs `f` and returns "<status> <sentence>", or "" when it succeeds.
template <class F>
std::string refusal(F&& f) {
    try {
        f();
    } catch (const Error& error) {
        std::string out = std::to_string(error.status) + ' ' + error.detail;
        for (const auto& field : error.fields) out += " [" + field.loc.back() + ": " + field.msg + ']';
        return out;
    }
    return {};
}

inline bool has(const std::string& json, std::string_view part) {
    return json.find(part) != std::string::npos;
}

}  // namespace grover::users
