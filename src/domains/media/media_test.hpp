// The world of a media test: an empty database, a stopped clock, a directory for files, and the endpoints as clients see them.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "domains/media/image_samples_test.hpp"
#include "domains/media/media_parts.hpp"
#include "platform/api/dispatcher.hpp"
#include "platform/http/memory_exchange.hpp"
#include "platform/http/multipart.hpp"
#include "platform/jobs/background.hpp"
#include "testing/database.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::media {

using testing::StoppedClock;

// "Bearer <user_id>" is that user.
struct Names final : api::Authenticator {
    bool authenticate(const http::RequestHead& request, const api::Route&, api::Caller& caller) override {
        const auto header = request.header("authorization");
        if (!header.starts_with("Bearer user_")) return false;
        caller.id = UserId(header.substr(7));
        return true;
    }
};

struct NoKeys final : api::IdempotencyStore {
    Outcome begin(const UserId&, std::string_view, std::string_view, std::string_view,
                  std::string_view) override {
        return Fresh{};
    }
};

// One answer, the bytes of a file included.
struct Answer {
    int status = 0;
    std::string body;
    std::string type;
    std::string headers;

    bool has(std::string_view text) const { return body.find(text) != std::string::npos; }
    std::string header(std::string_view name) const;
    // The text value of a member anywhere in the JSON; "" for null.
    std::string text(std::string_view member) const;
};

inline constexpr std::string_view kBase = "http://localhost:8001";

class World {
public:
    World();

    UserId user(const std::string& username);
    Caller caller(const UserId& user) const;

    // As a form with one file part.
    Answer upload(const UserId& user, const std::string& file_bytes,
                  const std::string& declared_type = "image", const std::string& more_fields = {});
    Answer send(http::Method method, const std::string& target, const UserId& user = {},
                std::string body = {}, std::vector<http::Header> headers = {});
    Answer get(const std::string& target, std::vector<http::Header> headers = {}) {
        return send(http::Method::get, target, {}, {}, std::move(headers));
    }
    // What follows the host of one of our URLs.
    static std::string target_of(const std::string& url);

    // The service itself, for what other domains do with it.
    MediaId uploaded(const UserId& user, const std::string& file_bytes, const Use& use = kPostUse);
    void attach(const UserId& user, const MediaId& medium, const Reference& by, Access access);
    void release(const Reference& by);
    MediaInfo info(const MediaId& medium, const View& view = {.base_url = kBase});

    std::int64_t rows(const std::string& table) { return testing::count_rows(*db, table); }
    std::string query(const std::string& sql) { return testing::query_text(*db, sql); }
    void run_jobs() { background->run_due(); }
    // Files below the media root: of media, and in the making.
    std::size_t stored_files() const;
    std::size_t temporary_files() const;

    samples::Directory dir;
    StoppedClock clock;
    IdSource ids{clock};
    std::unique_ptr<db::Database> db;
    runtime::WorkerPool workers{2, 64};
    std::unique_ptr<users::UsersService> users;
    std::unique_ptr<MediaService> media;
    std::unique_ptr<jobs::Background> background;

private:
    Names names_;
    NoKeys keys_;
    Api api_;
    std::unique_ptr<api::Dispatcher> dispatcher_;
};

// Small files of each kind, made once.
const std::string& a_photo();  // JPEG, 640 x 480, with EXIF
const std::string& a_video();  // MP4, 2 s, 320 x 240
const std::string& a_sound();  // MP3, 2 s

}  // namespace grover::media
