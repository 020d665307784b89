// Several messages in one transaction: the same as one after the other, and who is refused is refused alone.
#include "domains/messages/messages_test.hpp"
#include "testing/running_loops.hpp"

using namespace grover;
using namespace grover::messages;
using testing::RunningLoops;

namespace {

// Everybody has a live socket.
class AllOnline final : public OnlineUsers {
public:
    std::vector<UserId> online(db::Read&, const std::vector<UserId>& users) const override { return users; }
};

Outgoing text_to(const ChatId& chat, const std::string& content) {
    Outgoing out;
    out.conversation_id = chat;
    out.row.type = MessageType::text;
    out.row.content = content;
    return out;
}

}  // namespace

TEST_CASE("messages of one transaction are each what they would be alone") {
    World w;
    AllOnline online;
    w.messages.plug({.groups = nullptr, .online = &online});
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo"), dora = w.user("dora");
    w.privacy(dora, "allow_messages", "'none'");
    const auto ada_bob = w.send(ada, bob).conversation_id;
    const auto cleo_dora = w.send(cleo, dora).conversation_id;
    w.forget_effects();

    const auto to_bob = text_to(ada_bob, "Héllo \"bob\" \\ \n 👋");
    auto to_dora = text_to(cleo_dora, "please");
    to_dora.row.client_message_id = "c-1";
    const Order orders[] = {{ada, to_bob}, {cleo, to_dora}};
    const auto sent = w.db().write([&](db::Write& tx) { return w.parts().sending.send_all(tx, orders); });

    REQUIRE(sent.size() == 2);
    CHECK(sent[0].row.delivered_at);
    CHECK_MESSAGE(!sent[1].row.delivered_at, "a request is not delivered");
    w.pass();
    const auto page = w.page(bob, ada, false);
    REQUIRE(page.messages.size() == 2);
    CHECK(page.messages[1].content == to_bob.row.content);
    CHECK(page.messages[1].message_id == sent[0].row.message_id);
    CHECK(page.messages[1].delivered_at);
    CHECK(w.unread(bob, ada_bob) == 2);
    CHECK(w.unread(ada, ada_bob) == 0);
    CHECK(w.list(dora).empty());
    CHECK(w.query("SELECT folder FROM chat_members WHERE user_id = '" + dora.id.str() + "'") == "2");
    CHECK(w.query("SELECT requests_count FROM chats WHERE chat_id = '" + cleo_dora.str() + "'") == "2");
    CHECK(
        w.query("SELECT search_text FROM messages WHERE message_id = '" + sent[0].row.message_id.str() + "'")
            .starts_with("hello"));
    CHECK(w.effects() == "message.sent\nmessage.sent");
    CHECK(w.drifted() == 0);

    // Sent again: the first answer, and nothing new.
    const Order again[] = {{ada, to_bob}, {cleo, to_dora}};
    const auto second = w.db().write([&](db::Write& tx) { return w.parts().sending.send_all(tx, again); });
    CHECK(second[0].is_new);
    CHECK_FALSE(second[1].is_new);
    CHECK(second[1].row.message_id == sent[1].row.message_id);
}

TEST_CASE("one that is refused takes the whole transaction with it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo"), dora = w.user("dora");
    const auto ada_bob = w.send(ada, bob).conversation_id;
    const auto cleo_dora = w.send(cleo, dora).conversation_id;
    w.block(dora, cleo);
    w.forget_effects();
    const auto to_bob = text_to(ada_bob, "hi"), to_dora = text_to(cleo_dora, "hi");
    const Order orders[] = {{ada, to_bob}, {cleo, to_dora}};
    CHECK(refusal([&] {
              w.db().write([&](db::Write& tx) { return w.parts().sending.send_all(tx, orders); });
          }) == "404 User not found");
    CHECK(w.rows("messages") == 2);
    CHECK(w.effects().empty());
}

TEST_CASE("fifty fibers that send at once: each message once, refusals are those of their senders alone") {
    RunningLoops running;
    World w({.limit_rate = false}, &running.loops);
    constexpr int kPairs = 10, kFibers = 50;
    std::vector<Caller> senders;
    std::vector<ChatId> chats;
    for (int i = 0; i < kPairs; ++i) {
        senders.push_back(w.user("sender" + std::to_string(i)));
        const auto receiver = w.user("receiver" + std::to_string(i));
        chats.push_back(w.send(senders.back(), receiver).conversation_id);
        if (i == 0) w.block(receiver, senders[0]);
    }
    w.forget_effects();
    w.statements.count = 0;
    std::atomic<int> refused{0}, strange{0};
    running.in_fibers(kFibers, [&](int i) {
        const auto at = static_cast<std::size_t>(i % kPairs);
        const auto why = refusal([&] {
            const auto sent = w.parts().sending.send_text(
                senders[at], {.receiver_id = {}, .conversation_id = chats[at], .group_id = {}},
                {.content = "number " + std::to_string(i),
                 .reply_to_message_id = {},
                 .client_message_id = {}},
                "");
            if (sent.row.content != "number " + std::to_string(i)) ++strange;
        });
        if (why == "404 User not found") ++refused;
        if ((why.empty()) != (at != 0)) ++strange;
    });
    CHECK(refused == kFibers / kPairs);
    CHECK(strange == 0);
    CHECK(w.rows("messages") == kPairs + kFibers - kFibers / kPairs);
    CHECK(w.query("SELECT count(DISTINCT content) FROM messages WHERE content <> 'hi'") ==
          std::to_string(kFibers - kFibers / kPairs));
    // What the blocked one wrote before the block was counted.
    w.execute("DELETE FROM blocks");
    CHECK(w.drifted() == 0);
}

TEST_CASE("who sent sixty in a minute holds up nobody whose message comes at the same time") {
    RunningLoops running;
    World w({}, &running.loops);
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo"), dora = w.user("dora");
    const auto ada_bob = w.send(ada, bob).conversation_id;
    const auto cleo_dora = w.send(cleo, dora).conversation_id;
    for (int i = 1; i < 60; ++i) w.send_to(ada, ada_bob);
    std::atomic<int> limited{0}, failed{0};
    running.in_fibers(20, [&](int i) {
        const bool is_ada = i % 2 == 0;
        const auto why = refusal([&] {
            w.parts().sending.send_text(
                is_ada ? ada : cleo,
                {.receiver_id = {}, .conversation_id = is_ada ? ada_bob : cleo_dora, .group_id = {}},
                {.content = "now", .reply_to_message_id = {}, .client_message_id = {}}, "");
        });
        if (why.starts_with("429")) ++limited;
        if (!is_ada && !why.empty()) ++failed;
    });
    CHECK(limited == 10);
    CHECK(failed == 0);
}
