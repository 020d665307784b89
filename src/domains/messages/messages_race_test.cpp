// Many at once: one chat for a pair, counters equal rows, whatever happens in which order.
#include "domains/messages/messages_test.hpp"

using namespace grover;
using namespace grover::messages;

namespace {
constexpr int kThreads = 10;
}

TEST_CASE("ten who open the same chat at once, from both sides, make one conversation") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    std::vector<ChatId> ids(kThreads);
    at_once(kThreads, [&](int i) {
        const auto& me = i % 2 == 0 ? ada : bob;
        const auto& other = i % 2 == 0 ? bob : ada;
        ids[static_cast<std::size_t>(i)] =
            i < 4 ? w.page(me, other).conversation_id : w.send(me, other).conversation_id;
    });
    for (const auto& id : ids) CHECK(id == ids[0]);
    CHECK(w.rows("chats") == 1);
    CHECK(w.rows("chat_members") == 2);
    CHECK(w.rows("messages") == 6);
    CHECK(w.drifted() == 0);
}

TEST_CASE("ten retries at once send one message") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    std::vector<MessageId> ids(kThreads);
    at_once(kThreads,
            [&](int i) { ids[static_cast<std::size_t>(i)] = w.send(ada, bob, "once", "same").message_id; });
    for (const auto& id : ids) CHECK(id == ids[0]);
    CHECK(w.rows("messages") == 1);
    CHECK(w.effects() == "message.sent");
    CHECK(w.list(bob)[0].unread_count == 1);
}

TEST_CASE("sending, reading, deleting and hiding at once leave every unread count right") {
    World w({.limit_rate = false});
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob).conversation_id;
    at_once(kThreads, [&](int i) {
        for (int n = 0; n < 6; ++n) {
            const auto sent = w.send(ada, bob);
            // What was read first cannot be deleted any more; that is no failure here.
            refusal([&] {
                switch ((i + n) % 5) {
                    case 0:
                        w.parts().reading.read_all(bob, chat);
                        break;
                    case 1:
                        w.parts().reading.read_one(bob, sent.message_id);
                        break;
                    case 2:
                        w.remove(ada, sent.message_id, true);
                        break;
                    case 3:
                        w.remove(bob, sent.message_id, false);
                        break;
                    default:
                        w.page(bob, ada);
                        break;
                }
            });
        }
    });
    CHECK(w.rows("messages") == 1 + kThreads * 6);
    CHECK(w.drifted() == 0);
    CHECK(w.parts().reading.read_all(bob, chat).unread_count == 0);
    CHECK(w.unread(bob, chat) == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("of a read and a deletion for everyone at once, the one that commits first decides") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int round = 0; round < 10; ++round) {
        const auto sent = w.send(ada, bob, "x");
        std::string deletion;
        at_once(2, [&](int i) {
            if (i == 0) {
                deletion = refusal([&] { w.remove(ada, sent.message_id, true); });
            } else {
                refusal([&] { w.parts().reading.read_one(bob, sent.message_id); });
            }
        });
        if (!deletion.empty()) CHECK(deletion == "400 Cannot delete for everyone: message has been read");
    }
    CHECK(w.drifted() == 0);
}

TEST_CASE("toggling one reaction an even number of times at once ends where it began") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob);
    at_once(kThreads, [&](int) { w.react(bob, sent.message_id); });
    CHECK(w.rows("message_reactions") == 0);
    CHECK(w.query("SELECT reactions_count FROM messages") == "0");
    at_once(2, [&](int i) { w.react(i == 0 ? ada : bob, sent.message_id); });
    CHECK(w.query("SELECT reactions_count FROM messages") == "2");
}

TEST_CASE("the rate of a sender holds for many at once") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> others;
    for (int i = 0; i < kThreads; ++i) others.push_back(w.user("other" + std::to_string(i)));
    std::atomic<int> sent{0};
    at_once(kThreads, [&](int i) {
        for (int n = 0; n < 8; ++n) {
            if (refusal([&] { w.send(ada, others[static_cast<std::size_t>(i)]); }).empty()) ++sent;
        }
    });
    CHECK(sent == 60);
    CHECK(w.rows("messages") == 60);
}

TEST_CASE("of twelve chats pinned at once, and again and again, ten are") {
    World w({.limit_rate = false});
    const auto ada = w.user("ada");
    std::vector<ChatId> chats;
    for (int i = 0; i < 12; ++i)
        chats.push_back(w.send(w.user("friend" + std::to_string(i)), ada).conversation_id);
    for (int round = 0; round < 5; ++round) {
        std::atomic<int> pinned{0}, refused{0};
        at_once(12, [&](int i) {
            const auto text = refusal([&] {
                w.parts().lists.change(
                    ada, {.conversation_id = chats[static_cast<std::size_t>(i)], .pinned = true});
            });
            if (text.empty()) ++pinned;
            if (text == "400 At most 10 conversations can be pinned") ++refused;
        });
        CHECK(pinned == 10);
        CHECK(refused == 2);
        CHECK(w.query("SELECT count(*) FROM chat_members WHERE is_pinned = 1") == "10");
        for (const auto& chat : chats)
            w.parts().lists.change(ada, {.conversation_id = chat, .pinned = false});
    }
}
