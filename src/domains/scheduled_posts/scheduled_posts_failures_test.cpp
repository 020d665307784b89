// What does not succeed: tried again, or shown to the owner, and nobody else's trouble.
#include <stdexcept>

#include "domains/scheduled_posts/scheduled_posts_test.hpp"

using namespace grover;
using namespace grover::scheduled_posts;

TEST_CASE("a passing trouble is tried again at growing intervals, then shown to the owner, once") {
    World w;
    const auto ada = w.user("ada");
    const auto plan = w.schedule(ada, 1h);
    w.before_publishing = [](const ScheduledPostId&) { throw std::runtime_error("no"); };
    w.pass(1h);
    const std::vector<std::chrono::microseconds> delays{5s, 30s, 2min, 10min, 30min};
    for (std::size_t i = 0; i < delays.size(); ++i) {
        auto now = w.get(ada, plan.scheduled_post_id);
        CHECK(now.status == Status::scheduled);
        CHECK(now.attempts == static_cast<int>(i) + 1);
        CHECK(now.last_error_code == "internal");
        REQUIRE(now.next_attempt_at);
        const auto wait = *now.next_attempt_at - w.clock.now();
        CHECK(wait >= delays[i] * 9 / 10);
        CHECK(wait <= delays[i] * 11 / 10);
        // Still in the default list.
        CHECK(w.scheduled.list(ada, {}).items.size() == 1);
        w.pass(wait - 1ms);
        CHECK(w.get(ada, plan.scheduled_post_id).attempts == static_cast<int>(i) + 1);
        w.pass(1ms);
    }
    const auto done = w.get(ada, plan.scheduled_post_id);
    CHECK(done.status == Status::failed);
    CHECK(done.attempts == 6);
    CHECK(done.last_error == "Something went wrong on our side.");
    REQUIRE(w.failed.size() == 1);
    CHECK(w.failed[0].error_code == "internal");
    w.before_publishing = nullptr;
    w.pass(24h);
    CHECK(w.rows("posts") == 0);
    CHECK(w.failed.size() == 1);
    CHECK(w.history(plan.scheduled_post_id) ==
          "created\nattempt_failed\nattempt_failed\nattempt_failed\nattempt_failed\nattempt_failed\nfailed");
    CHECK(w.scheduled.cancel(ada, plan.scheduled_post_id).message == "Scheduled post cancelled");
}

TEST_CASE("after a passing trouble the post appears, and another one's trouble delays nobody") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto bad = w.schedule(ada, 1h, "bad"), good = w.schedule(ada, 1h, "good"),
               other = w.schedule(bob, 1h, "other");
    w.before_publishing = [&](const ScheduledPostId& id) {
        if (id == bad.scheduled_post_id) throw std::runtime_error("no");
    };
    w.pass(1h);
    CHECK(w.get(ada, good.scheduled_post_id).status == Status::published);
    CHECK(w.get(bob, other.scheduled_post_id).status == Status::published);
    CHECK(w.get(ada, bad.scheduled_post_id).status == Status::scheduled);
    w.before_publishing = nullptr;
    w.pass(6s);
    CHECK(w.get(ada, bad.scheduled_post_id).status == Status::published);
    CHECK(w.rows("posts") == 3);
}

TEST_CASE("what failed can be tried again, at once") {
    World w;
    const auto ada = w.user("ada");
    const auto plan = w.schedule(ada, 1h);
    CHECK(refusal([&] { w.scheduled.retry(ada, plan.scheduled_post_id); }) == "409 The post did not fail");
    w.suspend(ada);
    w.pass(1h);
    CHECK(w.get(ada, plan.scheduled_post_id).status == Status::failed);
    testing::execute(*w.db, "UPDATE users SET suspended_at = NULL");
    // Long after, it is not missed: it was asked for now.
    w.pass(48h);
    const auto again = w.scheduled.retry(ada, plan.scheduled_post_id).scheduled_post;
    CHECK(again.scheduled_time == plan.scheduled_time);
    CHECK_FALSE(again.last_error_code);
    w.background.run_due();
    CHECK(w.get(ada, plan.scheduled_post_id).status == Status::published);
    CHECK(w.rows("posts") == 1);
}

TEST_CASE("one that fails among many that are due together delays and repeats none of the others") {
    World w;
    std::vector<Caller> authors;
    for (int i = 0; i < 9; ++i) authors.push_back(w.user("author" + std::to_string(i)));
    const auto due = w.clock.now() + 1h;
    for (int i = 0; i < 54; ++i)
        w.schedule(authors[static_cast<std::size_t>(i % 9)], due - w.clock.now(), std::to_string(i));
    w.suspend(authors[4]);
    w.pass(1h);
    CHECK(w.rows("posts") == 48);
    CHECK(w.published.size() == 48);
    CHECK(w.failed.size() == 6);
    CHECK(w.query("SELECT count(*) FROM scheduled_posts WHERE status = 2 AND attempts = 1") == "48");
    CHECK(w.query("SELECT count(*) FROM scheduled_post_history WHERE event <> 'created'") == "54");
    CHECK(w.rows("jobs") == 0);
}

TEST_CASE("more missed posts of one author than are taken at once all fail, and the next one appears") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 45; ++i) w.schedule(ada, 1h, std::to_string(i));
    const auto good = w.schedule(ada, 26h, "good");
    w.clock.advance(26h);
    CHECK(w.scheduled.process_due().published == 1);
    CHECK(w.get(ada, good.scheduled_post_id).status == Status::published);
    CHECK(w.query("SELECT count(*) FROM scheduled_posts WHERE last_error_code = 'missed'") == "45");
}

TEST_CASE("who leaves publishes nothing more, and is told of no failure, also after coming back") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto published = w.schedule(ada, 30min);
    w.pass(30min);
    PostSchedule in;
    in.media_id = w.medium(ada);
    in.scheduled_time = w.clock.now() + 1h;
    const auto waits = w.scheduled.schedule(ada, in).scheduled_post, other = w.schedule(ada, 2h),
               of_bob = w.schedule(bob, 1h);
    const auto hide = [&](const Caller& user, bool leaving) {
        w.db->write(
            [&](db::Write& tx) { tx.publish(users::AccountHidden{.user_id = user.id, .leaving = leaving}); });
        w.background.run_due();
    };
    hide(ada, false);
    CHECK(w.scheduled.list(ada, {}).items.size() == 2);
    for (int twice = 0; twice < 2; ++twice) hide(ada, true);
    for (const auto& plan : {waits, other}) {
        CHECK(w.get(ada, plan.scheduled_post_id).status == Status::cancelled);
        CHECK(w.history(plan.scheduled_post_id) == "created\ncancelled");
    }
    CHECK(w.rows("media_references") == 0);
    CHECK(w.get(ada, published.scheduled_post_id).status == Status::published);
    w.pass(3h);
    CHECK(w.get(bob, of_bob.scheduled_post_id).status == Status::published);
    CHECK(w.rows("posts") == 2);
    CHECK(w.failed.empty());
}

TEST_CASE("what is just being published when its author leaves is not published") {
    World w;
    const auto ada = w.user("ada");
    const auto plan = w.schedule(ada, 1h), next = w.schedule(ada, 1h);
    w.before_publishing = [&](const ScheduledPostId&) {
        w.db->write([&](db::Write& tx) { w.scheduled.on_hidden(tx, {.user_id = ada.id, .leaving = true}); });
    };
    w.pass(1h);
    for (const auto& one : {plan, next}) {
        CHECK(w.get(ada, one.scheduled_post_id).status == Status::cancelled);
        CHECK(w.history(one.scheduled_post_id) == "created\ncancelled");
    }
    w.before_publishing = nullptr;
    w.pass(1h);
    CHECK(w.rows("posts") == 0);
    CHECK(w.failed.empty());
}

TEST_CASE("the account is gone: the post fails at once; the file is gone: it is tried again") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto of_suspended = w.schedule(ada, 1h);
    PostSchedule in;
    const auto medium = w.recording(bob);
    in.media_id = medium;
    in.scheduled_time = w.clock.now() + 1h;
    const auto without_file = w.scheduled.schedule(bob, in).scheduled_post;
    w.suspend(ada);
    testing::execute(*w.db, "UPDATE media SET deleted_at = 1 WHERE media_id = '" + medium.str() + "'");
    w.pass(1h);
    CHECK(w.get(ada, of_suspended.scheduled_post_id).status == Status::failed);
    CHECK(w.get(ada, of_suspended.scheduled_post_id).last_error_code == "account_unavailable");
    CHECK(w.get(bob, without_file.scheduled_post_id).status == Status::scheduled);
    CHECK(w.get(bob, without_file.scheduled_post_id).last_error_code == "media_missing");
    CHECK(w.rows("posts") == 0);
    CHECK(w.failed.size() == 1);
    testing::execute(*w.db, "UPDATE media SET deleted_at = NULL WHERE media_id = '" + medium.str() + "'");
    w.pass(6s);
    CHECK(w.get(bob, without_file.scheduled_post_id).status == Status::published);
}

TEST_CASE(
    "a file that the disk has lost: tried again to the end, then shown to the owner; without it nothing "
    "appears") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto with_file = [&](const Caller& owner) {
        PostSchedule in;
        in.content = "look";
        in.media_id = w.recording(owner);
        in.scheduled_time = w.clock.now() + 1h;
        return w.scheduled.schedule(owner, in).scheduled_post;
    };
    const auto lost = with_file(ada), found = with_file(bob);
    const auto other = w.schedule(bob, 1h, "text alone");
    w.lose_files();
    w.pass(1h);
    CHECK(w.get(ada, lost.scheduled_post_id).status == Status::scheduled);
    CHECK(w.get(ada, lost.scheduled_post_id).last_error_code == "media_missing");
    CHECK(w.get(ada, lost.scheduled_post_id).last_error == "The file of the post could not be read.");
    CHECK(w.get(bob, other.scheduled_post_id).status == Status::published);
    CHECK(w.rows("posts") == 1);
    CHECK(refusal([&] { w.scheduled.publish_now(ada, lost.scheduled_post_id); }) ==
          "409 The post could not be published");
    CHECK(w.rows("posts") == 1);
    // It is found in time: the post appears as it was planned.
    w.find_files();
    testing::execute(*w.db, "DELETE FROM scheduled_posts WHERE user_id = '" + ada.id.str() + "'");
    w.pass(6s);
    CHECK(w.get(bob, found.scheduled_post_id).status == Status::published);
    CHECK(w.failed.empty());

    const auto never = with_file(ada);
    w.lose_files();
    w.pass(1h);
    for (int attempt = 1; attempt < 6; ++attempt) w.pass(33min);
    const auto shown = w.get(ada, never.scheduled_post_id);
    CHECK(shown.status == Status::failed);
    CHECK(shown.attempts == 6);
    CHECK(shown.last_error_code == "media_missing");
    REQUIRE(w.failed.size() == 1);
    CHECK(w.failed[0].error_code == "media_missing");
    CHECK(w.failed[0].user_id == ada.id);
    CHECK(w.rows("posts") == 2);
    // The owner brings it about after all.
    w.find_files();
    w.scheduled.retry(ada, never.scheduled_post_id);
    w.background.run_due();
    CHECK(w.get(ada, never.scheduled_post_id).status == Status::published);
}
