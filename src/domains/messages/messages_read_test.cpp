// Pages, read marks, lists, and requests from strangers.
#include "domains/messages/messages_test.hpp"

using namespace grover;
using namespace grover::messages;
using namespace std::chrono_literals;

TEST_CASE(
    "a long conversation shows its newest messages; a cursor walks to older ones, each page ascending") {
    World w({.limit_rate = false});
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 25; ++i) w.send(ada, bob, std::to_string(i));
    Texts seen;
    std::string next;
    int pages = 0;
    do {
        ChatWithUser in{.user_id = bob.id, .page = {.limit = 10, .skip = 0, .after = next}};
        next.clear();
        const auto page = w.parts().reading.with_user(ada, in, next);
        CHECK(page.has_more == !next.empty());
        auto texts = contents(page.messages);
        if (pages++ == 0) CHECK(texts.back() == "24");
        seen.insert(seen.begin(), texts.begin(), texts.end());
    } while (!next.empty());
    CHECK(pages == 3);
    REQUIRE(seen.size() == 25);
    for (int i = 0; i < 25; ++i) CHECK(seen[static_cast<std::size_t>(i)] == std::to_string(i));
    // Without any paging input everything comes.
    CHECK(w.page(bob, ada).messages.size() == 25);
}

TEST_CASE("messages of one moment keep one order for every reader") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 5; ++i) {
        w.parts().sending.text(
            ada, {.receiver_id = bob.id, .conversation_id = {}, .group_id = {}},
            {.content = std::to_string(i), .reply_to_message_id = {}, .client_message_id = {}});
    }
    const auto mine = w.page(ada, bob).messages, theirs = w.page(bob, ada).messages;
    CHECK(contents(mine) == Texts{"0", "1", "2", "3", "4"});
    CHECK(contents(theirs) == contents(mine));
    for (std::size_t i = 1; i < mine.size(); ++i) {
        CHECK(mine[i].created_at > mine[i - 1].created_at);
        CHECK(mine[i].message_id > mine[i - 1].message_id);
    }
}

TEST_CASE("opening a chat makes it, once, and lists it to who opened it alone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto page = w.page(ada, bob);
    CHECK(page.messages.empty());
    CHECK(page.unread_count == 0);
    CHECK(w.page(bob, ada).conversation_id == page.conversation_id);
    CHECK(w.rows("chats") == 1);
    World other;
    const auto eve = other.user("eve"), dan = other.user("dan");
    other.page(eve, dan);
    REQUIRE(other.list(eve).size() == 1);
    CHECK(other.list(eve)[0].last_message.empty());
    CHECK(other.list(eve)[0].last_message_at == other.list(eve)[0].created_at);
    CHECK_FALSE(other.list(eve)[0].last_message_sender_id);
    CHECK(other.list(dan).empty());
    other.send(eve, dan);
    CHECK(other.list(dan).size() == 1);
}

TEST_CASE("reading a page marks everything read in one step, and says what was unread before") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob, "one").conversation_id;
    w.send(ada, bob, "two");
    w.forget_effects();
    CHECK(w.page(bob, ada, false).unread_count == 2);
    CHECK(w.unread(bob, chat) == 2);
    CHECK_FALSE(w.page(ada, bob).messages[0].read);
    CHECK(w.page(ada, bob).messages[0].delivered);  // Bob fetched it
    CHECK(w.effects().empty());

    w.clock.advance(1min);
    const auto read_at = w.clock.now();
    CHECK(w.page(bob, ada).unread_count == 2);
    CHECK(w.effects() == "message.read");
    CHECK(w.unread(bob, chat) == 0);
    w.clock.advance(1min);
    CHECK(w.page(bob, ada).unread_count == 0);
    const auto seen = w.page(ada, bob).messages;
    CHECK(seen[0].read);
    CHECK(seen[1].read);
    CHECK(seen[1].read_at.json == wire::to_json(read_at));
    CHECK(w.effects() == "message.read");
    CHECK(w.drifted() == 0);
}

TEST_CASE("marking all or one as read is idempotent, keeps the first time, and never goes back") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.send(ada, bob, "one");
    const auto second = w.send(ada, bob, "two");
    const auto& chat = first.conversation_id;
    auto& reading = w.parts().reading;
    const auto at = reading.read_one(bob, second.message_id).read_at;
    CHECK(at == w.clock.now());
    CHECK(w.unread(bob, chat) == 1);
    w.clock.advance(1min);
    CHECK(reading.read_one(bob, second.message_id).read_at == at);
    CHECK(w.unread(bob, chat) == 1);
    CHECK(w.drifted() == 0);
    const auto seen = w.page(ada, bob).messages;
    CHECK_FALSE(seen[0].read);
    CHECK(seen[1].read);

    CHECK(reading.read_all(bob, chat).marked == 1);
    CHECK(reading.read_all(bob, chat).marked == 0);
    CHECK(w.page(ada, bob).messages[1].read_at.json == wire::to_json(at));
    // An own message has no effect.
    w.forget_effects();
    CHECK(reading.read_one(ada, first.message_id).message == "Message marked as read");
    CHECK(w.effects().empty());
    CHECK(w.drifted() == 0);
}

TEST_CASE("with read receipts off on either side neither sees when the other read, and nobody is told") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob).conversation_id;
    for (const auto* who : {&ada, &bob}) {
        w.privacy(*who, "show_read_receipts", "0");
        w.send(ada, bob);
        w.forget_effects();
        CHECK(w.page(bob, ada).unread_count > 0);
        CHECK(w.unread(bob, chat) == 0);
        for (const auto& message : w.page(ada, bob).messages) {
            CHECK_FALSE(message.read);
            CHECK(message.read_at.json == "null");
        }
        CHECK(w.payload("message.read").find(R"("is_shown":false)") != std::string::npos);
        w.privacy(*who, "show_read_receipts", "1");
    }
    CHECK(w.page(ada, bob).messages[0].read);
}

TEST_CASE("conversations come by their last message, page after page, and not those with people in a block") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> others;
    for (int i = 0; i < 7; ++i) {
        others.push_back(w.user("friend" + std::to_string(i)));
        w.send(others.back(), ada, std::to_string(i));
    }
    w.block(ada, others[2]);
    w.block(others[5], ada);
    Texts seen;
    std::string after;
    do {
        const auto page =
            w.parts().lists.conversations(ada, {.page = {.limit = 2, .skip = 0, .after = after}});
        for (const auto& chat : page.items) seen.push_back(chat.last_message);
        after = page.next;
    } while (!after.empty());
    CHECK(seen == Texts{"6", "4", "3", "1", "0"});
    CHECK(refusal([&] { w.page(ada, others[2]); }) == "403 You have blocked this user");
    CHECK(w.parts().reading.unread_total(ada).unread_count == 5);
    CHECK(w.parts().reading.unread_total(ada).conversations == 5);
}

TEST_CASE("a list and a page cost the same number of statements however long they are") {
    World w({.limit_rate = false});
    const auto ada = w.user("ada");
    const auto bob = w.user("bob");
    w.send(bob, ada);
    const auto cost = [&](auto f) {
        const auto before = w.statements.count.load();
        f();
        return w.statements.count.load() - before;
    };
    w.page(ada, bob, false);  // delivers; after that, looking changes nothing
    const auto of_list = cost([&] { w.list(ada); });
    const auto of_page = cost([&] { w.page(ada, bob, false); });
    for (int i = 0; i < 30; ++i) {
        w.send(w.user("friend" + std::to_string(i)), ada);
        w.send(bob, ada);
    }
    w.page(ada, bob, false);
    CHECK(cost([&] { w.list(ada); }) <= of_list);
    CHECK(of_list <= 4);
    CHECK(cost([&] { w.page(ada, bob, false); }) <= of_page);
    CHECK(of_page <= 6);
}

TEST_CASE("a stranger's first message is a request: in no list, count or receipt until it is answered") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.privacy(bob, "allow_messages", "'following'");
    const auto first = w.send(ada, bob, "hello?");
    const auto& chat = first.conversation_id;
    CHECK(w.list(bob).empty());
    CHECK(w.unread(bob, chat) == 0);
    CHECK(w.parts().reading.unread_total(bob).unread_count == 0);
    CHECK(w.payload("message.sent").find(bob.id.str() + R"(","unread)") == std::string::npos);
    // For the sender it looks like any conversation.
    REQUIRE(w.list(ada).size() == 1);
    CHECK(w.list(ada)[0].last_message == "hello?");
    const auto requests = w.parts().lists.requests(bob, {});
    REQUIRE(requests.items.size() == 1);
    CHECK(requests.items[0].unread_count == 0);

    w.send(ada, bob, "anybody?");
    w.send(ada, bob, "please");
    CHECK(refusal([&] { w.send(ada, bob, "really"); }).starts_with("403"));
    CHECK(w.rows("messages") == 3);
    w.page(bob, ada);
    CHECK_FALSE(w.page(ada, bob).messages[0].read);
    CHECK_FALSE(w.page(ada, bob).messages[0].delivered);
    CHECK(w.page(bob, ada).messages[0].delivered);

    CHECK(refusal([&] { w.parts().lists.accept(ada, chat); }) == "404 Request not found");
    CHECK(w.parts().lists.accept(bob, chat).message == "Request accepted");
    CHECK(w.list(bob).size() == 1);
    CHECK(w.page(ada, bob).messages[0].read);
    w.send(ada, bob, "thanks");
    CHECK(w.list(bob)[0].unread_count == 1);
    CHECK(w.drifted() == 0);
}

TEST_CASE("who sent a request can delete it for everyone, and learns nothing of whether it was read") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.privacy(bob, "allow_messages", "'none'");
    const auto first = w.send(ada, bob, "hello?"), second = w.send(ada, bob, "anybody?");
    w.page(bob, ada);
    CHECK(w.remove(ada, first.message_id, true).deleted_for_everyone);
    CHECK(w.page(bob, ada).messages[0].content == "Message deleted");

    w.parts().lists.accept(bob, first.conversation_id);
    CHECK(refusal([&] { w.remove(ada, second.message_id, true); }) ==
          "400 Cannot delete for everyone: message has been read");
    CHECK(w.drifted() == 0);
}

TEST_CASE("a request that waits cannot be pinned: it is in no list") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.privacy(bob, "allow_messages", "'none'");
    const auto chat = w.send(ada, bob).conversation_id;
    CHECK_FALSE(w.parts().lists.change(bob, {.conversation_id = chat, .pinned = true}).pinned);
    w.parts().lists.accept(bob, chat);
    CHECK_FALSE(w.list(bob)[0].pinned);
    CHECK(w.parts().lists.change(bob, {.conversation_id = chat, .pinned = true}).pinned);
}

TEST_CASE("answering accepts a request; a declined one stays away and its sender cannot tell") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.privacy(bob, "allow_messages", "'none'");
    const auto chat = w.send(ada, bob).conversation_id;
    CHECK(w.parts().lists.decline(bob, chat).message == "Request declined");
    w.send(ada, bob);
    CHECK(w.list(bob).empty());
    CHECK(w.parts().lists.requests(bob, {}).items.empty());
    CHECK(w.list(ada).size() == 1);

    w.send(eve, bob);
    w.send(bob, eve, "hi Eve");
    CHECK(w.list(bob).size() == 1);
    for (int i = 0; i < 5; ++i) w.send(eve, bob);
    CHECK(w.list(bob)[0].unread_count == 6);
    CHECK(w.drifted() == 0);
}

TEST_CASE("whom the receiver lets write is no stranger") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.privacy(bob, "allow_messages", "'followers'");
    w.follow(ada, bob);
    w.send(ada, bob);
    w.send(eve, bob);
    REQUIRE(w.list(bob).size() == 1);
    CHECK(w.list(bob)[0].last_message_sender_id == ada.id);
}

TEST_CASE("who has a direct conversation with whom leaves mere requests out") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan");
    w.privacy(eve, "allow_messages", "'none'");
    w.send(ada, bob);
    w.send(ada, eve);
    const std::vector all{bob.id, eve.id, dan.id};
    const auto with = [&](const Caller& me, const std::vector<UserId>& others) {
        return w.db().read(
            [&](db::Read& tx) { return w.messages.with_direct_conversation(tx, me.id, others); });
    };
    CHECK(with(ada, all) == std::vector{bob.id});
    CHECK(with(bob, {ada.id, eve.id}) == std::vector{ada.id});
}

TEST_CASE("archived, muted and pinned are the caller's own; a new message un-archives unless muted") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob).conversation_id;
    auto& lists = w.parts().lists;
    CHECK(lists.change(bob, {.conversation_id = chat, .pinned = true, .archived = true}).archived);
    CHECK(w.list(bob).empty());
    CHECK(w.list(bob, true).size() == 1);
    CHECK(w.list(ada).size() == 1);
    CHECK_FALSE(w.list(ada)[0].pinned);
    w.send(ada, bob);
    CHECK(w.list(bob).size() == 1);
    CHECK(w.list(bob)[0].pinned);
    lists.change(bob, {.conversation_id = chat, .muted_until = "2026-02-01T00:00:00Z", .archived = true});
    w.send(ada, bob);
    CHECK(w.list(bob).empty());
    CHECK(w.list(bob, true)[0].muted_until);
    CHECK(refusal([&] { lists.change(bob, {.conversation_id = chat, .muted_until = "soon"}); }) ==
          "400 Invalid datetime format");
}

TEST_CASE(
    "a cleared conversation is empty for one side, and comes back with the next message, without the past") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob, "old").conversation_id;
    w.parts().lists.clear(bob, chat);
    CHECK(w.list(bob).empty());
    CHECK(w.page(ada, bob).messages.size() == 1);
    w.send(ada, bob, "new");
    CHECK(contents(w.page(bob, ada).messages) == Texts{"new"});
    CHECK(w.list(bob).size() == 1);
    CHECK(w.drifted() == 0);
}

TEST_CASE("around a message come the ones before and after it") {
    World w({.limit_rate = false});
    const auto ada = w.user("ada"), bob = w.user("bob");
    std::vector<MessageId> ids;
    ChatId chat;
    for (int i = 0; i < 80; ++i) {
        const auto sent = w.send(ada, bob, std::to_string(i));
        ids.push_back(sent.message_id);
        chat = sent.conversation_id;
    }
    const auto page = w.parts().reading.of_chat(bob, {.conversation_id = chat, .around = ids[40]});
    REQUIRE(page.items.size() == 51);
    CHECK(page.items.front().content == "15");
    CHECK(page.items.back().content == "65");
}
