// What messages and groups tell.
#include "domains/groups/groups.hpp"
#include "domains/messages/messages.hpp"
#include "domains/notifications/notifications_test.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;
using namespace std::chrono_literals;

namespace {

struct OpenChats final : ChatPresence {
    std::vector<std::vector<UserId>> present(const std::vector<std::string>& ids) override {
        return std::vector(ids.size(), users);
    }
    std::vector<UserId> users;
};

messages::MessageSent message(World& w, const Caller& from, const Caller& to, const std::string& chat) {
    return {.message_id = IdSource::next_at<messages::MessageId>(w.clock.now()),
            .conversation_id = messages::ChatId(chat),
            .sender_id = from.id,
            .receiver_id = to.id,
            .content = "secret words",
            .preview = "secret words",
            .recipients = {{from.id, 0, false}, {to.id, 1, true}},
            .created_at = w.clock.now()};
}

}  // namespace

TEST_CASE(
    "one unread notification for each chat tells of its newest message, and goes when the chat is read") {
    World w;
    OpenChats open;
    w.notifications.plug(open);
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = message(w, bob, ada, "conv_1");
    w.publish(first);
    CHECK(w.told(ada) == "message: bob sent you a message");
    CHECK(w.member(ada, "related_id") == first.message_id.str());
    CHECK(w.member(ada, "conversation_id") == "conv_1");
    const auto id = w.member(ada, "notification_id");
    w.publish(message(w, bob, ada, "conv_2"));
    auto second = message(w, bob, ada, "conv_1");
    second.is_forward = true;
    w.publish(second);
    w.publish(second);  // heard twice
    CHECK(w.rows("notifications") == 2);
    CHECK(w.member(ada, "notification_id") == id);
    CHECK(w.told(ada).starts_with("message: bob forwarded you a message"));
    CHECK(w.list(ada).number("unread_count") == 2);

    w.publish(messages::ChatRead{.conversation_id = messages::ChatId("conv_1"), .user_id = ada.id});
    CHECK(w.list(ada).number("unread_count") == 1);
    w.publish(message(w, bob, ada, "conv_1"));
    CHECK(w.rows("notifications") == 3);
    const auto gone = message(w, bob, ada, "conv_1");
    w.publish(gone);
    w.publish(messages::MessageDeleted{.message_id = gone.message_id,
                                       .conversation_id = messages::ChatId("conv_1")});
    CHECK(w.rows("notifications") == 2);

    // She read it before she could be told.
    KnownFacts facts;
    w.notifications.plug(facts);
    facts.readers = {ada.id};
    w.publish(message(w, bob, ada, "conv_3"));
    CHECK(w.rows("notifications") == 2);
    facts.readers.clear();
    // She has it open.
    open.users = {ada.id};
    w.publish(message(w, bob, ada, "conv_3"));
    CHECK(w.rows("notifications") == 2);
    w.settings(ada, "mute_keywords = '[\"secret\"]'");
    open.users.clear();
    w.publish(message(w, bob, ada, "conv_3"));
    w.settings(ada, "mute_keywords = '[]', notify_messages = 0");
    w.publish(message(w, bob, ada, "conv_3"));
    CHECK(w.rows("notifications") == 2);
    CHECK(w.drifted() == 0);
}

TEST_CASE("of messages that are heard together the newest of each chat is told, to whom it may be") {
    World w;
    OpenChats open;
    w.notifications.plug(open);
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    w.settings(ada, "mute_keywords = '[\"secret\"]'");
    auto one = message(w, bob, ada, "conv_1"), two = one, three = one,
         other = message(w, cleo, ada, "conv_2");
    one.content = other.content = "hello";
    two.content = "hello again";
    three.content = "a secret";
    std::vector<messages::MessageSent*> sent{&one, &two, &other, &three};
    for (auto* event : sent) event->message_id = IdSource::next_at<messages::MessageId>(w.clock.now());
    w.db().write([&](db::Write& tx) {
        for (const auto* event : sent) tx.publish(*event);
    });
    w.publish(messages::MessageDeleted{.message_id = messages::MessageId("msg_none"),
                                       .conversation_id = messages::ChatId("conv_9")});
    CHECK(w.rows("notifications") == 2);
    for (const auto* event : {&two, &other})
        CHECK(w.number("SELECT count(*) FROM notifications WHERE related_id = '" + event->message_id.str() +
                       "'") == 1);
    CHECK(w.drifted() == 0);
}

TEST_CASE("groups: invitations and messages name the group, and go with it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    w.publish(groups::GroupJoined{.group_id = groups::GroupId("group_1"),
                                  .group_name = "Hikers",
                                  .by_user_id = bob.id,
                                  .user_ids = {ada.id, bob.id}});
    CHECK(w.told(ada) == "group_invite: bob added you to 'Hikers'");
    CHECK(w.told(bob) == "");
    auto sent = message(w, bob, ada, "group_1");
    sent.is_group = true;
    sent.group_name = "Hikers";
    sent.recipients.push_back({cleo.id, 1, false});  // muted it
    w.publish(sent);
    CHECK(w.told(ada).starts_with("message: bob in Hikers: secret words\n"));
    CHECK(w.member(ada, "related_id") == "group_1");
    CHECK(w.member(ada, "group_id") == "group_1");
    CHECK(w.told(cleo) == "");

    messages::MessageReacted reacted{.message_id = sent.message_id,
                                     .conversation_id = sent.conversation_id,
                                     .user_id = ada.id,
                                     .author_id = bob.id,
                                     .emoji = "🔥",
                                     .added = true};
    w.publish(reacted);
    w.publish(reacted);
    CHECK(w.told(bob) == "message_reaction: ada reacted 🔥 to your message");
    CHECK(w.member(bob, "conversation_id") == "group_1");
    reacted.added = false;
    reacted.author_id = {};
    reacted.has_others = true;
    w.publish(reacted);
    CHECK(w.told(bob) == "message_reaction: ada reacted 🔥 to your message");
    reacted.has_others = false;
    w.publish(reacted);
    CHECK(w.told(bob) == "");
    w.publish(groups::GroupDeleted{groups::GroupId("group_1")});
    CHECK(w.rows("notifications") == 0);
    CHECK(w.drifted() == 0);
}
