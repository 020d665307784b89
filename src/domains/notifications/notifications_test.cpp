#include "domains/notifications/notifications_test.hpp"
#include "platform/text/time_format.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;
using namespace std::chrono_literals;

namespace {

template <class F>
std::string refusal(F&& f) {
    try {
        f();
    } catch (const Error& error) {
        return std::to_string(error.status) + ' ' + error.detail;
    }
    return {};
}

std::string etag_of(const http::Response& response) {
    const std::string headers(response.header_block());
    const auto start = headers.find("ETag: ") + 6;
    return headers.substr(start, headers.find("\r\n", start) - start);
}

}  // namespace

TEST_CASE("a page answers what the client polls for, and 304 when nothing changed") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    for (int i = 0; i < 5; ++i) w.comment(bob, post, ada.id);
    auto answer = w.list(ada, {.page = {.limit = 2}});
    CHECK(answer["notifications"].size() == 2);
    CHECK(answer.number("total") == 5);
    CHECK(answer.number("unread_count") == 5);
    CHECK(answer["has_more"].boolean());
    CHECK(answer["next_cursor"].string() != "");
    const auto first = answer["notifications"].at(0);
    for (const auto* member : {"from_user_id", "order_id", "story_id", "read_at", "group_id"}) {
        CHECK(first.find(member).present());
        CHECK(first.find(member).is_null());
    }
    CHECK(first.find("category").string() == "comments");
    CHECK_FALSE(first.find("read").boolean());

    http::Response one, two, three, four;
    const NotificationList all{};
    const auto body = w.list(ada, all, one);
    const auto etag = etag_of(one);
    CHECK(etag != "");
    CHECK(w.list(ada, all, two, etag) == "");
    CHECK(two.status == 304);
    // The actor's present name is part of the page.
    w.rename(bob, "Robert");
    CHECK(w.list(ada, all, three, etag).find("Robert") != std::string::npos);
    CHECK(three.status == 200);
    CHECK(body.find("bob commented") != std::string::npos);
    w.notifications.mark_read(ada, {});
    CHECK(w.list(ada, all, four, etag_of(three)) != "");
}

TEST_CASE("pages follow each other without gap or repetition, also by cursor") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    for (int i = 0; i < 7; ++i) w.comment(bob, post, ada.id);
    std::vector<std::string> seen;
    for (std::int64_t skip = 0; skip < 7; skip += 3) {
        const auto page = w.list(ada, {.page = {.limit = 3, .skip = skip}});
        for (std::size_t i = 0; i < page["notifications"].size(); ++i)
            seen.emplace_back(page["notifications"].at(i).find("notification_id").string());
    }
    CHECK(seen.size() == 7);
    CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
    CHECK(refusal([&] { w.list(ada, {.page = {.limit = 3, .after = "nonsense"}}); }) == "400 Invalid cursor");
}

TEST_CASE("one's own notifications can be opened and deleted, nobody else's") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    for (int i = 0; i < 3; ++i) w.comment(bob, post, ada.id);
    w.comment(ada, w.post(bob), bob.id);
    const NotificationId newest(w.member(ada, "notification_id"));
    CHECK(w.notifications.get(ada, newest).content == "bob commented on your post");
    CHECK(refusal([&] { w.notifications.get(bob, newest); }) == "404 Notification not found");
    CHECK(refusal([&] { w.notifications.get(ada, NotificationId("notif_x")); }) ==
          "404 Notification not found");
    w.notifications.remove(bob, newest);
    CHECK(w.list(ada).number("total") == 3);
    w.notifications.remove(ada, newest);
    w.notifications.remove(ada, newest);
    CHECK(w.list(ada).number("total") == 2);
    CHECK(w.list(ada).number("unread_count") == 2);

    w.notifications.mark_one_read(ada, NotificationId(w.member(ada, "notification_id")));
    CHECK(w.notifications.remove_all(ada, true) == 1);
    CHECK(w.list(ada).number("total") == 1);
    CHECK(w.notifications.counts(ada).total == 1);
    CHECK(w.notifications.remove_all(ada, false) == 1);
    CHECK(w.list(ada).number("total") == 0);
    CHECK(w.notifications.counts(ada).total == 0);
    CHECK(w.list(bob).number("total") == 1);
}

TEST_CASE("filters select types in every spelling that clients use; unknown ones select nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.react(bob, ada, post);
    w.like_comment(bob, ada, post, w.comment(ada, post, {}));
    w.comment(bob, post, ada.id);
    w.follow(bob, ada);
    const auto count = [&](std::string filter) {
        return w.list(ada, {.type_filter = std::move(filter)}).number("total");
    };
    CHECK(count("") == 4);
    CHECK(count("all") == 4);
    for (const auto* likes : {"like", "likes", "reaction", "reactions"}) CHECK(count(likes) == 2);
    for (const auto* words : {"comment", "comments", "reply", "replies"}) CHECK(count(words) == 2);
    CHECK(count("follow") == 1);
    CHECK(count("follows") == 1);
    CHECK(count("comment_like") == 1);
    for (const auto* none : {"sale", "mention", "message", "stream", "nonsense"}) CHECK(count(none) == 0);
    CHECK(w.told(ada, {.type_filter = "follows"}) == "follow: bob started following you");
    CHECK(w.told(ada, {.unread_only = true, .type_filter = "like"}) ==
          "comment_like: bob liked your comment\nreaction: bob reacted 👍 to your post");
    CHECK(w.told(ada, {.type_filter = "nonsense"}) == "");
}

TEST_CASE("every filter of the app selects a type that is written under that or another name") {
    for (const auto* filter :
         {"like", "comment", "follow", "sale", "mention", "message", "stream", "repost"}) {
        const auto types = types_selected_by(filter);
        REQUIRE(types);
        const auto written = [](std::string_view name) { return type_named(name).has_value(); };
        CHECK(std::ranges::any_of(*types, written));
    }
    // What clients know and this server never writes stands for what it does.
    for (const auto* known : {"like", "reply", "tag", "dm", "stream", "stream_live", "stream_follow"}) {
        const auto types = types_selected_by(known);
        REQUIRE(types);
        CHECK(types->size() > 1);
    }
    CHECK(types_selected_by("stream_live") == types_selected_by("live"));
    CHECK(types_selected_by("stream_follow") == types_selected_by("live"));
}

TEST_CASE("no type is governed by a switch that is not its own") {
    const std::vector<std::string_view> followers{"follow", "follow_request", "follow_accepted"};
    for (const auto& facts : all_types()) {
        const bool governed = facts.wish == &users::NotificationSettings::notify_followers;
        CHECK(governed == (std::ranges::find(followers, facts.name) != followers.end()));
    }
}

TEST_CASE("counts are by category, and only of what is unread") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.react(bob, ada, post);
    w.comment(bob, post, ada.id);
    w.follow(bob, ada);
    auto counts = w.notifications.counts(ada);
    CHECK(counts.total == 3);
    CHECK(counts.likes == 1);
    CHECK(counts.comments == 1);
    CHECK(counts.follows == 1);
    w.notifications.mark_read(ada, {.type_filter = "likes"});
    counts = w.notifications.counts(ada);
    CHECK(counts.likes == 0);
    CHECK(counts.unread_count == 2);
    CHECK(w.notifications.counts(bob).total == 0);
}

TEST_CASE(
    "marking: all, some, by filter, up to a time; repeated and foreign ids are no error and change nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.wait(456us);
    w.comment(bob, post, ada.id);
    const auto first = w.member(ada, "notification_id");
    // As its created_at says it.
    const auto middle = text::parse_time(w.member(ada, "created_at")).value();
    w.wait(1h);
    w.wait(1h);
    w.comment(bob, post, ada.id);
    w.react(bob, ada, post);

    const auto before = w.notifications.mark_read(ada, {.before = middle});
    CHECK(before.message == "Notifications marked as read");
    CHECK(before.updated == 1);
    CHECK(before.unread_count == 2);
    const MarkRead some{.notification_ids = std::vector<std::string>{first, "notif_unknown", "not an id!"}};
    CHECK(w.notifications.mark_read(ada, some).updated == 0);
    CHECK(w.notifications.mark_read(bob, some).updated == 0);
    CHECK(w.notifications.mark_read(ada, {.type_filter = "comments"}).updated == 1);
    CHECK(w.notifications.mark_read(ada, {.type_filter = "nonsense"}).updated == 0);

    const NotificationId one(w.member(ada, "notification_id"));
    CHECK(refusal([&] { w.notifications.mark_one_read(bob, one); }) == "404 Notification not found");
    CHECK(refusal([&] { w.notifications.mark_one_read(ada, NotificationId("notif_x")); }) ==
          "404 Notification not found");
    CHECK(w.list(ada).number("unread_count") == 1);
    CHECK(w.notifications.mark_one_read(ada, one).unread_count == 0);
    CHECK(w.notifications.mark_one_read(ada, one).message == "Notification marked as read");
    CHECK(w.notifications.mark_read(ada, {}).updated == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("concurrent causes and marks leave counters that equal the rows") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> fans;
    for (int i = 0; i < 10; ++i) fans.push_back(w.user("fan" + std::to_string(i)));
    const auto post = w.post(ada);
    std::atomic<bool> marking{true};
    std::jthread marker([&] {
        while (marking) w.notifications.mark_read(ada, {});
    });
    for (int round = 0; round < 5; ++round) {
        at_once(10, [&](int i) {
            const auto& fan = fans[static_cast<std::size_t>(i)];
            w.db().write([&](db::Write& tx) {
                tx.publish(posts::PostReacted{
                    .post_id = post,
                    .author_id = ada.id,
                    .user_id = fan.id,
                    .added = round % 2 == 0 ? std::optional<std::string>("like") : std::nullopt,
                    .removed = round % 2 != 0});
            });
        });
        w.run();
    }
    marking = false;
    marker.join();
    CHECK(w.drifted() == 0);
    CHECK(w.number("SELECT count(*) FROM notifications") ==
          w.number("SELECT count(*) FROM notification_causes WHERE withdrawn = 0"));
    CHECK(w.list(ada).number("unread_count") ==
          w.number("SELECT count(*) FROM notifications WHERE read_at IS NULL"));
}

TEST_CASE("the daily job removes what is old, and what is beyond 2,000") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.comment(bob, post, ada.id);
    w.notifications.mark_read(ada, {});
    w.wait(24h);
    w.comment(bob, post, ada.id);
    w.wait(24h * 89 + 1h);
    w.run();
    CHECK(w.rows("notifications") == 1);
    w.wait(24h * 91);
    CHECK(w.rows("notifications") == 0);

    w.db().write([&](db::Write& tx) {
        testing::execute_in(tx,
                            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2300) "
                            "INSERT INTO notifications (user_id, created_at, notification_id, type, content) "
                            "SELECT :text, " +
                                std::to_string(w.clock.now().us) +
                                " + i, 'notif_' || (10000 + i), 'system', 'x' FROM n",
                            ada.id.str());
        testing::execute_in(tx,
                            "INSERT INTO notification_counts (user_id, type, total, unread) VALUES (:text, "
                            "'system', 2300, 2300) "
                            "ON CONFLICT (user_id, type) DO UPDATE SET total = 2300, unread = 2300",
                            ada.id.str());
    });
    w.wait(24h);
    CHECK(w.rows("notifications") == 2'000);
    CHECK(w.text("SELECT min(notification_id) FROM notifications") == "notif_10301");
    CHECK(w.drifted() == 0);
    CHECK(w.list(ada).number("total") == 2'000);
}

TEST_CASE("whoever is told of more than 10,000 things in a day keeps those, once some more come") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.db().write([&](db::Write& tx) {
        testing::execute_in(
            tx,
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10600) "
            "INSERT INTO notifications (user_id, created_at, notification_id, type, content) "
            "SELECT :text, i, 'notif_' || (10000 + i), 'system', 'x' FROM n",
            ada.id.str());
        testing::execute_in(tx,
                            "INSERT INTO notification_counts (user_id, type, total, unread) "
                            "VALUES (:text, 'system', 10600, 10600)",
                            ada.id.str());
    });
    const auto tell_at_remainder = [&](std::int64_t us) {
        w.clock.advance(std::chrono::microseconds{1'000 - w.clock.now().us % 1'000 + us});
        w.comment(bob, post, ada.id);
        w.run();
    };
    tell_at_remainder(1);
    CHECK(w.rows("notifications") == 10'601);
    tell_at_remainder(500);
    CHECK(w.rows("notifications") == 10'000);
    CHECK(w.told(ada).starts_with("comment: bob commented on your post\ncomment: bob"));
    CHECK(w.drifted() == 0);
}
