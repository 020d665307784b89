// The world of a test of scheduled posts: an empty database, a stopped clock, jobs that run when told.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "domains/posts/posts_service.hpp"
#include "domains/scheduled_posts/scheduled_posts_api.hpp"
#include "platform/http/multipart.hpp"
#include "platform/jobs/background.hpp"
#include "platform/runtime/runtime.hpp"
#include "testing/at_once.hpp"
#include "testing/database.hpp"
#include "testing/stopped_clock.hpp"
#include "testing/wave.hpp"

namespace grover::scheduled_posts {

using namespace std::chrono_literals;

using testing::at_once;
using testing::refusal;

class World {
public:
    World()
        : db(testing::fresh_database({.cached = false, .clock = &clock})),
          root_(std::filesystem::temp_directory_path() /
                ("scheduled_posts_test." + std::to_string(::getpid()) + "." + std::to_string(++made_))),
          users(*db, clock, ids_, {.data_dir = root_.string(), .link_secret = "a secret of sixteen bytes"}),
          media(*db, users, clock, workers_,
                {.root = root_ / "media", .url_secret = "another secret of sixteen"}),
          posts(*db, clock, users, media),
          scheduled(*db, clock, users, media, posts.writer(), posts,
                    {.before_publishing =
                         [this](const ScheduledPostId& id) {
                             if (before_publishing) before_publishing(id);
                         }}),
          background(*db, {.clock = &clock}) {
        scheduled.listen(background.events());
        background.jobs().on<PublishScheduled>([this](const PublishScheduled& job) { scheduled.run(job); });
        background.jobs().on<PublishDue>([this](const PublishDue& job) { scheduled.run(job); });
        background.jobs().on<posts::EndPoll>([this](const posts::EndPoll& job) { posts.run(job); });
        background.events().on<ScheduledPostPublished>(
            "test", [this](const ScheduledPostPublished& event) { published.push_back(event); });
        background.events().on<ScheduledPostFailed>(
            "test", [this](const ScheduledPostFailed& event) { failed.push_back(event); });
        background.events().on<posts::PostCreated>(
            "test", [this](const posts::PostCreated& event) { created.push_back(event); });
    }
    ~World() { std::filesystem::remove_all(root_); }

    Caller user(const std::string& username) {
        Caller caller;
        caller.id = db->write([&](db::Write& tx) {
            return users.create(tx,
                                {.email = username + "@example.com", .name = username, .username = username});
        });
        caller.base_url = "http://localhost:8001";
        return caller;
    }
    void suspend(const Caller& a) {
        testing::execute(*db, "UPDATE users SET suspended_at = 1 WHERE user_id = '" + a.id.str() + "'");
    }
    template <class Duration>
    ScheduledPost schedule(const Caller& me, Duration in, const std::string& content = "later") {
        PostSchedule request;
        request.content = content;
        request.scheduled_time = clock.now() + in;
        return scheduled.schedule(me, request).scheduled_post;
    }
    // Moves the clock and runs what is due then.
    template <class Duration>
    void pass(Duration by) {
        clock.advance(by);
        background.run_due();
    }
    ScheduledPost get(const Caller& me, const ScheduledPostId& id) {
        for (const auto& post : scheduled.list(me, {.status = StatusFilter::all}).items) {
            if (post.scheduled_post_id == id) return post;
        }
        FAIL("no such scheduled post");
        return {};
    }
    // A sound of theirs, with its file.
    MediaId recording(const Caller& owner) {
        http::UploadedFile file;
        const auto bytes = testing::wave();
        file.path = media.upload_directory() + "/in";
        std::ofstream(file.path, std::ios::binary) << bytes;
        file.size = bytes.size();
        return media.upload(owner.id, file, media::kPostUse);
    }
    // The disk loses all that was stored, and has it again.
    void lose_files() { std::filesystem::rename(root_ / "media" / "files", root_ / "lost"); }
    void find_files() { std::filesystem::rename(root_ / "lost", root_ / "media" / "files"); }
    // A picture of theirs, as its row says; there is no file.
    MediaId medium(const Caller& owner) {
        const auto id = IdSource::unguessable<MediaId>();
        testing::execute(*db,
                         "INSERT INTO media (media_id, owner_id, kind, folder, status, width, height, "
                         "renditions, bytes, created_at) "
                         "VALUES ('" +
                             id.str() + "', '" + owner.id.str() +
                             "', 0, 0, 0, 10, 10, 'full jpeg 0123abcd 10 10 100\n', 100, " +
                             std::to_string(clock.now().us) + ")");
        return id;
    }
    std::int64_t rows(const std::string& table) { return testing::count_rows(*db, table); }
    std::string query(const std::string& sql) { return testing::query_text(*db, sql); }
    std::string history(const ScheduledPostId& id) {
        return query("SELECT event FROM scheduled_post_history WHERE scheduled_post_id = '" + id.str() +
                     "' ORDER BY number");
    }

    testing::StoppedClock clock;
    std::function<void(const ScheduledPostId&)> before_publishing;
    std::vector<ScheduledPostPublished> published;
    std::vector<ScheduledPostFailed> failed;
    std::vector<posts::PostCreated> created;

private:
    static inline int made_ = 0;
    IdSource ids_{clock};

public:
    std::unique_ptr<db::Database> db;

private:
    std::filesystem::path root_;
    runtime::WorkerPool workers_{1, 8};

public:
    users::UsersService users;
    media::MediaService media;
    posts::PostsService posts;
    ScheduledPostsService scheduled;
    jobs::Background background;
};

}  // namespace grover::scheduled_posts
