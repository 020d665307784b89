// The world of a test of communities: an empty database, a stopped clock, posts and comments beside them.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "domains/communities/communities_members_api.hpp"
#include "domains/posts/posts_service.hpp"
#include "platform/jobs/background.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/wire/json_in.hpp"
#include "testing/at_once.hpp"
#include "testing/database.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::communities {

using namespace std::chrono_literals;

using testing::at_once;
using testing::refusal;

// What a list of posts is read from in a test.
struct SeenPost {
    PostId post_id;
    std::string content;
    std::optional<CommunityId> community_id;
    bool is_pinned = false;
    std::optional<posts::PostCommunity> community;
    static constexpr auto fields = Pack{
        field("post_id", &SeenPost::post_id),           field("content", &SeenPost::content),
        field("community_id", &SeenPost::community_id), field("is_pinned", &SeenPost::is_pinned),
        field("community", &SeenPost::community),
    };
};

class World {
public:
    explicit World(bool cached = true)
        : db(testing::fresh_database({.cached = cached, .clock = &clock})),
          root_(std::filesystem::temp_directory_path() /
                ("communities_test." + std::to_string(::getpid()) + "." + std::to_string(++made_))),
          users(*db, clock, ids_, {.data_dir = root_.string(), .link_secret = "a secret of sixteen bytes"}),
          media(*db, users, clock, workers_,
                {.root = root_ / "media", .url_secret = "another secret of sixteen"}),
          posts(*db, clock, users, media),
          communities(*db, clock, users, media, posts.writer(), posts.views(), posts.lists()),
          background(*db, {.clock = &clock}) {
        posts.gate().plug(communities);
        background.jobs().on<EraseCommunity>([this](const EraseCommunity& job) { communities.run(job); });
        const auto record = [this]<class E>(const E*) {
            background.events().on<E>("test", [this](const E& event) {
                events += std::string(E::name) + ' ' + wire::to_json(event) + '\n';
            });
        };
        record(static_cast<const CommunityRequested*>(nullptr));
        record(static_cast<const CommunityRequestEnded*>(nullptr));
        record(static_cast<const CommunityAccepted*>(nullptr));
        record(static_cast<const CommunityInvited*>(nullptr));
        record(static_cast<const CommunityDeleted*>(nullptr));
        record(static_cast<const CommunityLeft*>(nullptr));
        record(static_cast<const posts::PostCreated*>(nullptr));
        record(static_cast<const posts::PostDeleted*>(nullptr));
        record(static_cast<const posts::PostReacted*>(nullptr));
        record(static_cast<const posts::PostShared*>(nullptr));
    }
    ~World() { std::filesystem::remove_all(root_); }

    Caller user(const std::string& username) {
        Caller caller;
        caller.id = db->write([&](db::Write& tx) {
            return users.create(tx,
                                {.email = username + "@example.com", .name = username, .username = username});
        });
        caller.base_url = "http://localhost:8001";
        clock.advance(1ms);
        return caller;
    }
    CommunityId community(const Caller& owner, bool is_private = false, const std::string& name = "Bread") {
        CommunityCreate in{.name = name, .description = "All about it", .is_private = is_private};
        const auto id = communities.create(owner, in).community_id;
        clock.advance(1ms);
        return id;
    }
    void join(const Caller& me, const CommunityId& id) {
        communities.join(me, id);
        clock.advance(1ms);
    }
    PostId post(const Caller& me, const CommunityId& id, const std::string& content = "hello") {
        CommunityPostCreate in{.community_id = id, .content = content};
        const auto answer = wire::read<SeenPost>(communities.post(me, in).json);
        clock.advance(1ms);
        return answer.post_id;
    }
    Community get(const Caller& me, const CommunityId& id) { return communities.get(me, id); }
    static std::vector<PostId> ids_of(const posts::PostPage& page) {
        std::vector<PostId> out;
        for (const auto& post : wire::read<std::vector<SeenPost>>(page.json)) out.push_back(post.post_id);
        return out;
    }
    void block(const Caller& a, const Caller& b) {
        testing::execute(*db, "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" +
                                  a.id.str() + "', '" + b.id.str() + "', 1)");
        db->write([&](db::Write& tx) {
            tx.touch("rel:" + a.id.str());
            tx.touch("rel:" + b.id.str());
        });
    }
    std::string told() {
        background.run_due();
        return std::exchange(events, {});
    }
    std::int64_t rows(const std::string& table) { return testing::count_rows(*db, table); }
    std::string query(const std::string& sql) { return testing::query_text(*db, sql); }
    // Communities whose counters are not the number of rows.
    std::string drifted() {
        return query(
            "SELECT count(*) FROM communities c WHERE member_count <> (SELECT count(*) FROM "
            "community_members m "
            "WHERE m.community_id = c.community_id) OR post_count <> (SELECT count(*) FROM posts p "
            "WHERE p.community_id = c.community_id)");
    }

    testing::StoppedClock clock;
    std::string events;

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
    CommunitiesService communities;
    jobs::Background background;
};

}  // namespace grover::communities
