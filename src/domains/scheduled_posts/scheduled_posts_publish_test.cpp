// Publishing: on time, once, in order; processes that die and clocks that move.
#include <stdexcept>

#include "domains/scheduled_posts/scheduled_posts_test.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/wire/json_in.hpp"

using namespace grover;
using namespace grover::scheduled_posts;

TEST_CASE("a post is published at its time, not before, with everything that was planned, and told once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    PostSchedule in;
    in.content = "Hello @bob #news";
    in.tagged_users = {"@bob"};
    in.location = "Porto";
    in.category = "tech";
    in.poll_question = "Well?";
    in.poll_options = {"Yes", "No"};
    in.poll_duration_hours = 2;
    in.media_id = w.recording(ada);
    in.scheduled_time = w.clock.now() + 1h;
    const auto plan = w.scheduled.schedule(ada, in).scheduled_post;

    w.pass(1h - 1ms);
    CHECK(w.rows("posts") == 0);
    w.pass(1ms);
    CHECK(w.rows("posts") == 1);
    const auto json = w.posts.get(bob, plan.post_id).json;
    const auto document = wire::JsonDocument::parse(json);
    const auto post = document->root();
    CHECK(post.find("post_id").string() == plan.post_id.view());
    CHECK(post.find("content").string() == "Hello @bob #news");
    CHECK(post.find("location").string() == "Porto");
    CHECK(post.find("category").string() == "tech");
    CHECK(post.find("media_type").string() == "audio");
    CHECK(post.find("created_at").string() == "2026-01-24T11:11:12.345Z");
    CHECK(post.find("scheduled_for").string() == "2026-01-24T11:11:12.345Z");
    // The poll begins with the publication.
    CHECK(post.find("poll_expires_at").string() == "2026-01-24T13:11:12.345Z");
    CHECK(post.find("tagged_users").at(0).string() == bob.id.view());
    CHECK(post.find("mentioned_users").at(0).string() == bob.id.view());
    CHECK(post.find("tags").at(0).string() == "news");

    const auto done = w.get(ada, plan.scheduled_post_id);
    CHECK(done.status == Status::published);
    CHECK(done.published_post_id == plan.post_id);
    CHECK(done.published_at == w.clock.now());
    CHECK(done.attempts == 1);
    REQUIRE(w.published.size() == 1);
    CHECK(w.published[0].post_id == plan.post_id);
    CHECK(w.published[0].user_id == ada.id);
    REQUIRE(w.created.size() == 1);
    CHECK(w.created[0].mentioned_users == std::vector{bob.id});
    CHECK(w.query("SELECT kind FROM media_references") == "post");
    CHECK(w.query("SELECT posts_count FROM user_counts WHERE user_id = '" + ada.id.str() + "'") == "1");
    CHECK(w.history(plan.scheduled_post_id) == "created\npublished");
    CHECK(refusal([&] { w.scheduled.cancel(ada, plan.scheduled_post_id); }) == "409 Already published");

    w.pass(24h);
    w.scheduled.run({plan.scheduled_post_id, ada.id});
    CHECK(w.rows("posts") == 1);
    CHECK(w.published.size() == 1);
}

TEST_CASE("people who are gone or blocked by then are not tagged") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    PostSchedule in;
    in.content = "@eve";
    in.tagged_users = {"bob"};
    in.scheduled_time = w.clock.now() + 1h;
    const auto plan = w.scheduled.schedule(ada, in).scheduled_post;
    w.suspend(bob);
    testing::execute(*w.db, "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" +
                                eve.id.str() + "', '" + ada.id.str() + "', 1)");
    w.pass(1h);
    const auto json = w.posts.get(ada, plan.post_id).json;
    CHECK(json.find("\"tagged_users\":[]") != std::string::npos);
    CHECK(json.find("\"mentioned_users\":[]") != std::string::npos);
    CHECK(w.created.at(0).tagged_users.empty());
}

TEST_CASE("however many workers there are, each post is published once and each author's in order") {
    World w;
    std::vector<Caller> authors;
    for (int i = 0; i < 4; ++i) authors.push_back(w.user("author" + std::to_string(i)));
    std::vector<PublishScheduled> jobs;
    // All at one moment: then the order of scheduling counts.
    const auto due = w.clock.now() + 1h;
    for (int i = 0; i < 40; ++i) {
        const auto& author = authors[static_cast<std::size_t>(i % 4)];
        w.clock.advance(1ms);
        const auto plan = w.schedule(author, due - w.clock.now(), std::to_string(i));
        jobs.push_back({plan.scheduled_post_id, author.id});
    }
    w.clock.advance(1h);
    at_once(8, [&](int thread) {
        for (std::size_t i = 0; i < jobs.size(); ++i)
            w.scheduled.run(jobs[(i + static_cast<std::size_t>(thread) * 5) % jobs.size()]);
    });
    w.background.run_due();
    CHECK(w.rows("posts") == 40);
    CHECK(w.published.size() == 40);
    CHECK(w.query("SELECT count(*) FROM scheduled_posts WHERE status = 2 AND attempts = 1") == "40");
    // Told in the order of commits: of each author, in the order of scheduling.
    for (const auto& author : authors) {
        std::vector<PostId> told;
        for (const auto& event : w.published)
            if (event.user_id == author.id) told.push_back(event.post_id);
        CHECK(told.size() == 10);
        std::string expected, found;
        for (const auto& id : told)
            found += w.query("SELECT content FROM posts WHERE post_id = '" + id.str() + "'") + " ";
        for (std::size_t i = 0; i < 40; ++i)
            if (authors[i % 4].id == author.id) expected += std::to_string(i) + " ";
        CHECK(found == expected);
    }
}

TEST_CASE("cancelling against the worker: either it is cancelled or it is published, never both") {
    World w;
    const auto ada = w.user("ada");
    for (int round = 0; round < 20; ++round) {
        const auto plan = w.schedule(ada, 1h);
        w.clock.advance(1h);
        std::atomic<bool> cancelled{false};
        at_once(2, [&](int i) {
            if (i == 0) {
                w.scheduled.run({plan.scheduled_post_id, ada.id});
            } else {
                cancelled = refusal([&] { w.scheduled.cancel(ada, plan.scheduled_post_id); }).empty();
            }
        });
        w.background.run_due();
        CHECK(w.rows("posts") == (cancelled ? 0 : 1));
        CHECK(w.get(ada, plan.scheduled_post_id).status ==
              (cancelled ? Status::cancelled : Status::published));
        testing::execute(*w.db, "DELETE FROM posts");
    }
}

TEST_CASE("a planned post can be moved; it appears at the new time alone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto plan = w.schedule(ada, 1h);
    ScheduledMove in{.scheduled_post_id = plan.scheduled_post_id};
    CHECK(refusal([&] { w.scheduled.reschedule(ada, in); }).starts_with("422"));
    in.scheduled_at = w.clock.now() - 1s;
    CHECK(refusal([&] { w.scheduled.reschedule(ada, in); }) == "400 Scheduled time must be in the future");
    in.scheduled_at = w.clock.now() + 3h;
    CHECK(refusal([&] { w.scheduled.reschedule(bob, in); }) == "404 Scheduled post not found");
    const auto moved = w.scheduled.reschedule(ada, in).scheduled_post;
    CHECK(moved.scheduled_time == *in.scheduled_at);
    CHECK(moved.revision == 2);
    w.pass(2h);
    CHECK(w.rows("posts") == 0);
    w.pass(1h);
    CHECK(w.rows("posts") == 1);
    w.pass(1h);
    CHECK(w.published.size() == 1);
    in.scheduled_at = w.clock.now() + 1h;
    CHECK(refusal([&] { w.scheduled.reschedule(ada, in); }) == "409 Already published");
    const auto shown = w.scheduled.get(ada, plan.scheduled_post_id);
    CHECK(shown.status == Status::published);
    REQUIRE(shown.history.size() == 3);
    CHECK(shown.history[1].event == "rescheduled");
    CHECK(refusal([&] { w.scheduled.get(bob, plan.scheduled_post_id); }) == "404 Scheduled post not found");
}

TEST_CASE("publishing now against the worker and against itself: once") {
    World w;
    const auto ada = w.user("ada");
    for (int round = 0; round < 10; ++round) {
        const auto plan = w.schedule(ada, 1h);
        if (round % 2 == 0) w.clock.advance(1h);
        std::atomic<int> published{0};
        at_once(4, [&](int i) {
            if (i == 0) {
                w.scheduled.run({plan.scheduled_post_id, ada.id});
            } else if (refusal([&] {
                           const auto answer = w.scheduled.publish_now(ada, plan.scheduled_post_id);
                           CHECK(answer.post.json.find(plan.post_id.view()) != std::string::npos);
                       }).empty()) {
                ++published;
            }
        });
        CHECK(published <= 1);
        CHECK(w.get(ada, plan.scheduled_post_id).status == Status::published);
        CHECK(w.rows("posts") == 1);
        testing::execute(*w.db, "DELETE FROM posts");
    }
    const auto cancelled = w.schedule(ada, 1h);
    w.scheduled.cancel(ada, cancelled.scheduled_post_id);
    CHECK(refusal([&] { w.scheduled.publish_now(ada, cancelled.scheduled_post_id); }) ==
          "409 Already cancelled");
    // Trouble: it is tried again by itself.
    const auto plan = w.schedule(ada, 1h);
    w.before_publishing = [](const ScheduledPostId&) { throw std::runtime_error("no"); };
    CHECK(refusal([&] { w.scheduled.publish_now(ada, plan.scheduled_post_id); }) ==
          "409 The post could not be published");
    w.before_publishing = nullptr;
    w.background.run_due();
    w.pass(6s);
    CHECK(w.get(ada, plan.scheduled_post_id).status == Status::published);
}

TEST_CASE("a worker that died leaves a lease: when it ends the post is published, once") {
    World w;
    const auto ada = w.user("ada");
    const auto plan = w.schedule(ada, 1h), next = w.schedule(ada, 1h + 1s, "next");
    w.clock.advance(1h + 1s);
    // As it stands when the process ends between the lease and the publication.
    testing::execute(*w.db, "UPDATE scheduled_posts SET status = 1, next_attempt_at = " +
                                std::to_string((w.clock.now() + 60s).us) + " WHERE scheduled_post_id = '" +
                                plan.scheduled_post_id.str() + "'");
    w.pass(59s);
    CHECK(w.rows("posts") == 0);
    w.pass(2s);
    CHECK(w.rows("posts") == 2);
    const auto done = w.get(ada, plan.scheduled_post_id);
    CHECK(done.status == Status::published);
    CHECK(done.attempts == 2);
    CHECK(w.history(plan.scheduled_post_id) == "created\nattempt_failed\npublished");
    CHECK(w.get(ada, next.scheduled_post_id).status == Status::published);
    CHECK(w.published.at(0).scheduled_post_id == plan.scheduled_post_id);
}

TEST_CASE("a server that starts publishes at once what the last one's jobs still hold") {
    World w;
    const auto ada = w.user("ada");
    const auto plan = w.schedule(ada, 1h);
    // The job is claimed, and its process is gone.
    testing::execute(*w.db, "UPDATE jobs SET due_at = due_at + 30000000, attempts = 1");
    w.pass(1h);
    CHECK(w.rows("posts") == 0);
    w.scheduled.start();
    w.background.run_due();
    CHECK(w.get(ada, plan.scheduled_post_id).status == Status::published);
    w.pass(1min);
    CHECK(w.rows("posts") == 1);
    CHECK(w.published.size() == 1);
}

TEST_CASE("a server that starts on a file waits for no lease of the one that died on it") {
    World w;
    if (w.db->engine() != db::Engine::sqlite) return;  // there, another server may be at it
    const auto ada = w.user("ada");
    const auto plan = w.schedule(ada, 1h);
    w.clock.advance(1h);
    testing::execute(*w.db,
                     "UPDATE scheduled_posts SET status = 1, next_attempt_at = next_attempt_at + 60000000");
    testing::execute(*w.db, "UPDATE jobs SET due_at = due_at + 30000000, attempts = 1");
    w.scheduled.start();
    w.background.run_due();
    CHECK(w.get(ada, plan.scheduled_post_id).status == Status::published);
    CHECK(w.history(plan.scheduled_post_id) == "created\nattempt_failed\npublished");
    w.pass(2min);
    CHECK(w.rows("posts") == 1);
    CHECK(w.published.size() == 1);
}

TEST_CASE("a post that is there already under its id is not made again") {
    World w;
    const auto ada = w.user("ada");
    const auto plan = w.schedule(ada, 1h);
    testing::execute(*w.db, "INSERT INTO posts (post_id, user_id, content, created_at) VALUES ('" +
                                plan.post_id.str() + "', '" + ada.id.str() + "', 'there', 1)");
    w.pass(1h);
    CHECK(w.rows("posts") == 1);
    CHECK(w.query("SELECT content FROM posts") == "there");
    CHECK(w.get(ada, plan.scheduled_post_id).status == Status::published);
}

TEST_CASE("clocks: forward publishes at once, back publishes nothing twice, a day late is missed") {
    World w;
    const auto ada = w.user("ada");
    const auto first = w.schedule(ada, 1h), second = w.schedule(ada, 48h);
    w.pass(23h);
    CHECK(w.get(ada, first.scheduled_post_id).status == Status::published);
    w.pass(-22h);
    CHECK(w.rows("posts") == 1);
    CHECK(w.get(ada, second.scheduled_post_id).status == Status::scheduled);
    w.pass(30min);
    CHECK(w.rows("posts") == 1);
    // 24 h late it is still published, later no more.
    const auto third = w.schedule(ada, 48h + 1min);
    w.pass(w.get(ada, second.scheduled_post_id).scheduled_time - w.clock.now() + 24h + 30s);
    CHECK(w.get(ada, second.scheduled_post_id).status == Status::failed);
    CHECK(w.get(ada, second.scheduled_post_id).last_error_code == "missed");
    CHECK(w.get(ada, third.scheduled_post_id).status == Status::published);
    CHECK(w.failed.size() == 1);
}

TEST_CASE("an administrator's pass publishes what is due and says what became of it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto bad = w.schedule(ada, 1h);
    for (int i = 0; i < 3; ++i) w.schedule(bob, 1h);
    w.schedule(bob, 2h);
    w.before_publishing = [&](const ScheduledPostId& id) {
        if (id == bad.scheduled_post_id) throw std::runtime_error("no");
    };
    CHECK(w.scheduled.process_due().published == 0);
    w.clock.advance(1h);
    const auto answer = w.scheduled.process_due();
    CHECK(answer.published == 3);
    CHECK(answer.retrying == 1);
    CHECK(answer.failed == 0);
    w.before_publishing = nullptr;
    w.background.run_due();
    CHECK(w.rows("posts") == 3);
    static_assert(ProcessScheduled::route.auth == api::Auth::admin);
}

TEST_CASE("the end of a poll is told once, at its time") {
    World w;
    std::vector<posts::PollEnded> ended;
    w.background.events().on<posts::PollEnded>(
        "polls", [&](const posts::PollEnded& event) { ended.push_back(event); });
    const auto ada = w.user("ada"), bob = w.user("bob");
    PostSchedule in;
    in.poll_question = "?";
    in.poll_options = {"a", "b"};
    in.poll_duration_hours = 1;
    in.scheduled_time = w.clock.now() + 1h;
    const auto plan = w.scheduled.schedule(ada, in).scheduled_post;
    w.pass(1h);
    w.posts.vote(bob, {.post_id = plan.post_id, .option_index = 1});
    w.pass(1h - 1ms);
    CHECK(ended.empty());
    w.pass(1ms);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].post_id == plan.post_id);
    CHECK(ended[0].user_id == ada.id);
    w.posts.run(posts::EndPoll{plan.post_id});
    w.background.run_due();
    CHECK(ended.size() == 1);
    const auto voters = w.db->read(
        [&](db::Read& tx) { return w.posts.writer().voters_after(tx, plan.post_id, UserId(), 10); });
    CHECK(voters == std::vector{bob.id});
}

TEST_CASE("what waits is counted, and how late what was due came is measured") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto of_metric = [](const std::string& series) {
        const auto text = metrics::render();
        const auto at = text.find("\ngrover_scheduled_publish_lag_seconds_" + series + ' ');
        REQUIRE(at != std::string::npos);
        return std::stod(text.substr(text.find(' ', at)));
    };
    const auto counted = of_metric("count"), in_time = of_metric("bucket{le=\"0.01\"}"),
               sum = of_metric("sum");
    CHECK(w.scheduled.count_waiting() == 0);
    w.schedule(ada, 1h);
    w.schedule(bob, 1h);
    w.schedule(bob, 2h);
    w.schedule(bob, 3h);
    CHECK(w.scheduled.count_waiting() == 4);
    w.pass(1h);
    CHECK(w.scheduled.count_waiting() == 2);
    w.suspend(bob);
    w.pass(1h);
    testing::execute(*w.db, "UPDATE users SET suspended_at = NULL");
    w.pass(1h + 7s);
    CHECK(w.scheduled.count_waiting() == 0);
    CHECK(w.failed.size() == 1);
    CHECK(of_metric("count") - counted == 3);
    CHECK(of_metric("bucket{le=\"0.01\"}") - in_time == 2);
    CHECK(of_metric("sum") - sum == doctest::Approx(7));
}
