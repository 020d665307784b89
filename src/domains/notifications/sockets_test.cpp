#include "domains/notifications/notifications_test.hpp"
#include "platform/sockets/sockets_testing.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;

TEST_CASE("sockets of the recipient hear of a new row and of reading, and nobody else does") {
    World w;
    sockets::RecordingHub hub(w.clock);
    w.notifications.add_sockets(hub, w.background().events(), "http://localhost:8001");
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.react(bob, ada, post);
    CHECK(hub.sent().empty());  // nobody is here

    hub.put(sockets::Room::user(ada.id), ada.id);
    hub.put(sockets::Room::user(bob.id), bob.id);
    w.comment(bob, post, ada.id);
    auto sent = hub.sent();
    REQUIRE(sent.size() == 2);
    const auto room = "user_" + ada.id.str();
    CHECK(sent[0].starts_with(room + " notification:new {\"notification\":{\"notification_id\":\"notif_"));
    CHECK(sent[0].find("\"content\":\"bob commented on your post\"") != std::string::npos);
    CHECK(sent[0].find("\"unread_count\":2") != std::string::npos);
    CHECK(sent[1].starts_with(room + " activity_event {\"notification_id\":\"notif_"));

    const NotificationId newest(w.member(ada, "notification_id"));
    w.notifications.mark_one_read(ada, newest);
    w.notifications.mark_one_read(ada, newest);  // nothing changed
    w.notifications.mark_read(ada, {});
    w.run();
    sent = hub.sent();
    REQUIRE(sent.size() == 2);
    CHECK(sent[0] ==
          room + " notification:read {\"notification_ids\":[\"" + newest.str() + "\"],\"unread_count\":1}");
    CHECK(sent[1] == room + " notification:read {\"notification_ids\":[],\"unread_count\":0}");

    // Undone before it was told.
    w.db().write([&](db::Write& tx) {
        tx.publish(
            posts::PostReacted{.post_id = post, .author_id = ada.id, .user_id = bob.id, .removed = true});
    });
    w.run();
    CHECK(hub.sent().empty());
}
