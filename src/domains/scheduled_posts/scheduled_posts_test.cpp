// Making, listing and cancelling scheduled posts.
#include "domains/scheduled_posts/scheduled_posts_test.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/scheduled_posts.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::scheduled_posts;

TEST_CASE("a post is scheduled: stored, shown to its owner, and nothing is published or told") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    PostSchedule in;
    in.content = " Tomorrow #soon @bob ";
    in.tagged_users = {"bob"};
    in.location = "Lisbon";
    in.visibility = posts::Visibility::followers;
    in.poll_question = "Well?";
    in.poll_options = {"Yes", "No"};
    in.poll_duration_hours = 48;
    in.scheduled_at = w.clock.now() + 24h;
    in.timezone = "Europe/Lisbon";
    const auto answer = w.scheduled.schedule(ada, in);
    CHECK(answer.message == "Post scheduled");
    const auto& post = answer.scheduled_post;
    CHECK(post.scheduled_post_id.view().starts_with("scheduled_"));
    CHECK(post.post_id.view().starts_with("post_"));
    CHECK(post.content == "Tomorrow #soon @bob");
    CHECK(post.tags == std::vector<std::string>{"soon"});
    CHECK(post.tagged_users.json == "[\"" + bob.id.str() + "\"]");
    CHECK(post.location == "Lisbon");
    CHECK(post.visibility == posts::Visibility::followers);
    CHECK(post.poll_options == std::vector<std::string>{"Yes", "No"});
    CHECK(post.poll_duration_hours == 48);
    CHECK(post.timezone == "Europe/Lisbon");
    CHECK(post.status == Status::scheduled);
    CHECK(post.attempts == 0);
    CHECK_FALSE(post.published_post_id);
    CHECK_FALSE(post.next_attempt_at);
    const auto json = wire::to_json(answer);
    for (const auto* key :
         {"\"scheduled_time\":\"2026-01-25T10:11:12.345Z\"", "\"scheduled_at\":\"2026-01-25T10:11:12.345Z\""})
        CHECK(json.find(key) != std::string::npos);
    w.background.run_due();
    CHECK(w.rows("posts") == 0);
    CHECK(w.created.empty());
    CHECK(refusal([&] { w.posts.get(ada, post.post_id); }) == "404 Post not found");
    CHECK(w.scheduled.list(ada, {}).items.size() == 1);
    CHECK(w.scheduled.list(bob, {}).items.empty());
}

TEST_CASE("times in the past, in 1970, in 2400 and none are refused, and nothing is stored") {
    World w;
    const auto ada = w.user("ada");
    const auto schedule = [&](std::optional<Time> time, std::optional<Time> at = {}) {
        PostSchedule in;
        in.content = "x";
        in.scheduled_time = time;
        in.scheduled_at = at;
        return refusal([&] { w.scheduled.schedule(ada, in); });
    };
    const std::string past = "400 Scheduled time must be in the future",
                      far = "400 Scheduled time cannot be more than 365 days in the future";
    CHECK(schedule(w.clock.now()) == past);
    CHECK(schedule(w.clock.now() - 1h) == past);
    CHECK(schedule(Time{0}) == past);
    CHECK(schedule(Time{-1}) == past);
    CHECK(schedule(Time{13'569'465'600'000'000}) == far);  // 2400
    CHECK(schedule(w.clock.now() + 365 * 24h + 1s) == far);
    CHECK(schedule({}).starts_with("422"));
    CHECK(schedule(w.clock.now() + 1h, w.clock.now() + 2h).starts_with("422"));
    CHECK(w.rows("scheduled_posts") == 0);
    CHECK(w.rows("jobs") == 0);
    // The same moment to the millisecond is no contradiction.
    CHECK(schedule(w.clock.now() + 1h, w.clock.now() + 1h + 7us).empty());
    CHECK(schedule(w.clock.now() + 365 * 24h).empty());
}

TEST_CASE("what a post may not be cannot be scheduled either; a file alone is enough") {
    World w;
    const auto ada = w.user("ada"), eve = w.user("eve");
    const auto schedule = [&](PostSchedule& in) {
        in.scheduled_time = w.clock.now() + 1h;
        return refusal([&] { w.scheduled.schedule(ada, in); });
    };
    PostSchedule nothing;
    CHECK(schedule(nothing).starts_with("422"));
    PostSchedule poll;
    poll.poll_question = "?";
    poll.poll_options = {"one"};
    CHECK(schedule(poll).starts_with("422"));
    poll.poll_options = std::vector<std::string>(1'000, "x");
    CHECK(schedule(poll).starts_with("422"));
    PostSchedule zone;
    zone.content = "x";
    zone.timezone = "Mars/Olympus";
    CHECK(schedule(zone).starts_with("422"));
    PostSchedule theirs;
    theirs.media_id = w.medium(eve);
    CHECK(schedule(theirs) == "404 Media not found");
    CHECK(w.rows("scheduled_posts") == 0);
    PostSchedule own;
    own.media_id = w.medium(ada);
    CHECK(schedule(own).empty());
    CHECK(w.query("SELECT kind, access FROM media_references") == "scheduled_post|2");
}

TEST_CASE("the file of an unpublished post is shown to its owner by signed links only") {
    World w;
    const auto ada = w.user("ada");
    PostSchedule in;
    in.media_id = w.medium(ada);
    in.scheduled_time = w.clock.now() + 1h;
    const auto post = w.scheduled.schedule(ada, in).scheduled_post;
    REQUIRE(post.preview_url);
    CHECK(post.preview_url->find("sig=") != std::string::npos);
    CHECK(post.media_type == "image");
    CHECK_FALSE(post.media_url);  // there is no thumbnail
}

TEST_CASE("a published post keeps its little picture, and its file is read as the post's then") {
    World w;
    const auto ada = w.user("ada");
    PostSchedule in;
    in.media_id = w.recording(ada);
    in.scheduled_time = w.clock.now() + 1h;
    const auto id = w.scheduled.schedule(ada, in).scheduled_post_id;
    testing::execute(*w.db, "UPDATE scheduled_posts SET thumbnail = 'a picture'");
    CHECK(w.get(ada, id).media_url == "a picture");
    w.pass(1h);
    const auto is_signed = [&] {
        const auto post = w.get(ada, id);
        CHECK(post.status == Status::published);
        CHECK(post.media_url == "a picture");
        REQUIRE(post.preview_url);
        return post.preview_url->find("sig=") != std::string::npos;
    };
    CHECK_FALSE(is_signed());
    testing::execute(*w.db, "UPDATE users SET is_private = 1");
    CHECK(is_signed());
}

TEST_CASE("a hundred posts may wait, also when many come at once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 95; ++i) w.schedule(ada, 1h);
    std::atomic<int> refused{0};
    at_once(10, [&](int) {
        if (refusal([&] { w.schedule(ada, 2h); }) == "400 You already have 100 posts waiting") ++refused;
    });
    CHECK(refused == 5);
    CHECK(w.rows("scheduled_posts") == 100);
    w.schedule(bob, 1h);
    w.scheduled.cancel(ada, w.scheduled.list(ada, {}).items.front().scheduled_post_id);
    w.schedule(ada, 1h);
}

TEST_CASE("what waits is listed by its time, the rest by its last change, page after page") {
    World w;
    const auto ada = w.user("ada");
    const auto late = w.schedule(ada, 3h), early = w.schedule(ada, 1h), middle = w.schedule(ada, 2h);
    const auto list = [&](StatusFilter status, int limit) {
        std::vector<ScheduledPostId> ids;
        PageRequest page{.limit = limit};
        do {
            const auto answer = w.scheduled.list(ada, {.status = status, .page = page});
            for (const auto& post : answer.items) ids.push_back(post.scheduled_post_id);
            page.after = answer.next;
        } while (!page.after.empty());
        return ids;
    };
    using Ids = std::vector<ScheduledPostId>;
    for (const int limit : {1, 2, 100})
        CHECK(list(StatusFilter::scheduled, limit) ==
              Ids{early.scheduled_post_id, middle.scheduled_post_id, late.scheduled_post_id});
    w.clock.advance(1min);
    w.scheduled.cancel(ada, late.scheduled_post_id);
    w.clock.advance(1min);
    w.scheduled.cancel(ada, early.scheduled_post_id);
    for (const int limit : {1, 100}) {
        CHECK(list(StatusFilter::cancelled, limit) == Ids{early.scheduled_post_id, late.scheduled_post_id});
        CHECK(list(StatusFilter::all, limit) ==
              Ids{early.scheduled_post_id, late.scheduled_post_id, middle.scheduled_post_id});
    }
    CHECK(list(StatusFilter::scheduled, 100) == Ids{middle.scheduled_post_id});
    CHECK(list(StatusFilter::published, 100).empty());
}

TEST_CASE("a cancelled post is never published; its file goes, its history stays 90 days") {
    World w;
    const auto ada = w.user("ada"), eve = w.user("eve");
    PostSchedule in;
    in.media_id = w.medium(ada);
    in.scheduled_time = w.clock.now() + 1h;
    const auto id = w.scheduled.schedule(ada, in).scheduled_post_id;
    CHECK(refusal([&] { w.scheduled.cancel(eve, id); }) == "404 Scheduled post not found");
    CHECK(w.scheduled.cancel(ada, id).message == "Scheduled post cancelled");
    CHECK(refusal([&] { w.scheduled.cancel(ada, id); }) == "404 Scheduled post not found");
    CHECK(w.rows("media_references") == 0);
    w.pass(2h);
    CHECK(w.rows("posts") == 0);
    CHECK(w.published.empty());
    CHECK(w.history(id) == "created\ncancelled");
    w.clock.advance(89 * 24h);
    w.scheduled.sweep();
    CHECK(w.rows("scheduled_post_history") == 2);
    w.clock.advance(2 * 24h);
    w.scheduled.sweep();
    CHECK(w.rows("scheduled_posts") == 0);
    CHECK(w.rows("scheduled_post_history") == 0);
}

TEST_CASE("an account takes its scheduled posts with it, and gets them in its export") {
    struct Archive final : users::ExportWriter {
        void begin(std::string_view file_name) override { all += "== " + std::string(file_name) + '\n'; }
        void text(std::string_view piece) override { all += piece; }
        void file(std::string_view, const std::string&) override {}
        std::string all;
    } archive;
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 5; ++i) w.schedule(ada, 1h, "planned " + std::to_string(i));
    w.schedule(bob, 1h);
    scheduled_posts_export(*w.db)->contribute(ada.id, archive);
    CHECK(archive.all.starts_with("== scheduled_posts.json\n["));
    CHECK(archive.all.find("planned 4") != std::string::npos);
    const auto eraser = scheduled_posts_eraser(w.media);
    int calls = 0;
    for (bool done = false; !done; ++calls) {
        REQUIRE(calls < 10);
        w.db->write([&](db::Write& tx) { done = eraser->erase_some(tx, ada.id, 2); });
    }
    CHECK(calls > 2);
    CHECK(w.rows("scheduled_posts") == 1);
    w.pass(2h);
    CHECK(w.rows("posts") == 1);
}

TEST_CASE("no statement reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::scheduled_posts::all);
}
