// Chats over sockets: who hears what, and that nobody acts for others.
#include "domains/messages/messages_sockets.hpp"

#include "domains/messages/messages_socket_events.hpp"
#include "domains/messages/messages_test.hpp"
#include "platform/jobs/background.hpp"
#include "platform/sockets/sockets_testing.hpp"

using namespace grover;
using namespace grover::messages;
using namespace std::chrono_literals;
using sockets::Room;
using sockets::TestSocket;

namespace {

class Live {
public:
    Live() : background(w.db(), {.clock = &w.clock}) {
        add_messages_sockets(table, hub, w.messages);
        tell_messages_to_sockets(background.events(), hub, w.messages, "http://localhost:8001");
        w.messages.plug({.online = &online});
    }

    std::string send(TestSocket& socket, const Caller& me, std::string_view event, std::string payload) {
        return sockets::send(table, socket, me, event, payload);
    }
    // Lines that name the event, after all that committed was told.
    Texts heard(std::string_view event) {
        background.run_due();
        Texts out;
        for (auto& line : hub.sent()) {
            if (line.find(' ' + std::string(event) + ' ') != std::string::npos)
                out.push_back(std::move(line));
        }
        return out;
    }
    std::string in(const ChatId& chat, const std::string& more = "") {
        return R"({"conversation_id":")" + chat.str() + '"' + more + '}';
    }

    World w;
    sockets::RecordingHub hub{w.clock};
    OnlineByHub online{hub};
    sockets::Sockets table;
    jobs::Background background;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("new_message goes to the room and to the socket that sent it, and to no other") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob, "before").conversation_id;
    live.heard("new_message");
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id);

    // Nobody has joined: the echo goes to the sender's socket alone.
    const auto ack =
        live.send(mine, ada, "send_message", live.in(chat, R"(,"content":"one","client_message_id":"k1")"));
    CHECK(has(ack, R"({"ok":true,"message_id":"msg_)"));
    CHECK(has(ack, R"("client_message_id":"k1")"));
    auto lines = live.heard("new_message");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with(" only " + ada.id.str() + " also s1"));
    CHECK(has(lines[0], R"("client_message_id":"k1")"));
    CHECK(has(lines[0], R"("sender_name":"Ada")"));

    // Both are in the room: one line for the sender's sockets, with the client's id, one for the others without.
    CHECK(has(live.send(mine, ada, "join_conversation", live.in(chat)), R"("ok":true)"));
    CHECK(has(live.send(theirs, bob, "join_conversation", live.in(chat)), R"("conversationId":")"));
    live.send(mine, ada, "send_message", live.in(chat, R"(,"content":"two","client_message_id":"k2")"));
    lines = live.heard("new_message");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].ends_with(" only " + ada.id.str() + " also s1"));
    CHECK(has(lines[0], R"("client_message_id":"k2")"));
    CHECK(lines[1].ends_with(" except " + ada.id.str()));
    CHECK(has(lines[1], R"("client_message_id":null)"));

    // Who left hears nothing more; a message by REST reaches the room as well.
    live.send(theirs, bob, "leave_conversation", live.in(chat));
    live.send(mine, ada, "leave_conversation", live.in(chat));
    w.send(bob, ada, "three");
    CHECK(live.heard("new_message").empty());
    live.send(theirs, bob, "join_conversation", live.in(chat));
    w.send(ada, bob, "four");
    CHECK(live.heard("new_message").size() == 1);
}

TEST_CASE("the sender hears an own message once, whichever way the socket goes before it is told") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob, "before").conversation_id;
    live.heard("new_message");
    TestSocket mine(live.hub, "s1", ada.id), tablet(live.hub, "s2", ada.id);
    for (const bool has_id : {false, true}) {
        for (const std::string then : {"join_conversation", "leave_conversation"}) {
            const auto id = has_id ? R"(,"client_message_id":")" + then + '"' : "";
            live.send(mine, ada, "send_message", live.in(chat, R"(,"content":"one")" + id));
            live.send(mine, ada, then, live.in(chat));
            int echoes = 0;
            for (const auto& line : live.heard("new_message")) {
                INFO(line);
                // What goes to a socket also is not for it as one of the room.
                CHECK((line.ends_with(" also s1") || line.ends_with(" except " + ada.id.str())));
                echoes += line.ends_with(" also s1") ? 1 : 0;
            }
            CHECK_MESSAGE(echoes == 1, then);
        }
    }
    // Who sends by REST has no such socket.
    w.send(ada, bob, "by REST");
    CHECK(live.heard("new_message").empty());
}

TEST_CASE("a retry over the socket is acknowledged and heard by nobody") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob).conversation_id;
    TestSocket mine(live.hub, "s1", ada.id);
    const auto payload = live.in(chat, R"(,"content":"once","client_message_id":"k")");
    const auto first = live.send(mine, ada, "send_message", payload);
    live.heard("new_message");
    CHECK(live.send(mine, ada, "send_message", payload) == first);
    CHECK(live.heard("new_message").empty());
    CHECK(w.rows("messages") == 2);
}

TEST_CASE("a socket acts for its own user alone, whatever ids it sends") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto chat = w.send(ada, bob).conversation_id;
    live.heard("");
    TestSocket socket(live.hub, "s1", eve.id);
    const auto forged = live.in(chat, R"(,"user_id":")" + ada.id.str() + R"(","sender_id":")" + ada.id.str() +
                                          R"(","content":"x","is_typing":true)");
    for (const auto* event :
         {"join_conversation", "send_message", "typing", "typing_set", "typing_stop", "message:read"}) {
        INFO(event);
        CHECK(has(live.send(socket, eve, event, forged), R"("error":"not_found")"));
    }
    CHECK_FALSE(live.hub.has_members(Room::conversation(chat.view())));
    live.background.run_due();
    CHECK(live.hub.sent().empty());
    CHECK(w.rows("messages") == 1);
    CHECK(has(live.send(socket, Caller{}, "send_message", forged), R"("error":"unauthenticated")"));

    TestSocket mine(live.hub, "s2", ada.id);
    live.send(mine, ada, "send_message",
              live.in(chat, R"(,"sender_id":")" + bob.id.str() + R"(","content":"mine")"));
    CHECK(has(live.heard("new_message").at(0), R"("sender_id":")" + ada.id.str()));
}

TEST_CASE("bad payloads of each event have a defined answer and no effect") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob).conversation_id;
    live.heard("");
    TestSocket mine(live.hub, "s1", ada.id);
    for (const auto* event : {"join_conversation", "leave_conversation", "send_message", "typing",
                              "typing_set", "message:read"}) {
        for (const auto* payload : {"{}", "[]", "7", R"({"conversation_id":7})",
                                    R"({"conversation_id":"a/b"})", R"({"conversation_id":null})"}) {
            INFO(event << payload);
            CHECK(has(live.send(mine, ada, event, payload), R"("ok":false)"));
        }
    }
    const auto send = [&](const std::string& content) {
        return live.send(mine, ada, "send_message", live.in(chat, R"(,"content":")" + content + '"'));
    };
    CHECK(has(send(std::string(1'001, 'x')), R"("error":"too_long")"));
    CHECK(has(send("   "), R"("error":"invalid")"));
    CHECK(w.rows("messages") == 1);
    live.background.run_due();
    CHECK(live.hub.sent().empty());
}

TEST_CASE("both sides' user rooms hear of the conversation, each with their own count") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id), third(live.hub, "s3", eve.id);
    const auto sent = w.send(ada, bob, "hello");
    CHECK(sent.delivered);
    const auto lines = live.heard("conversation:updated");
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines) {
        CHECK(has(line, R"("last_message":"hello")"));
        CHECK(has(line, R"("messageId":")" + sent.message_id.str()));
        CHECK(has(line, line.starts_with("user_" + bob.id.str()) || has(line.substr(0, 80), bob.id.view())
                            ? R"("unread_count":1)"
                            : R"("unread_count":0)"));
        CHECK_FALSE(has(line, eve.id.view()));
    }
}

TEST_CASE("every way to type makes both styles, to the others, at most one each second, and ends by itself") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob).conversation_id;
    live.heard("");
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s3", bob.id);
    live.send(theirs, bob, "join_conversation", live.in(chat));
    const auto typing = [&] { return live.heard("typing_update"); };
    for (const auto& [event, more] :
         {std::pair{"typing", ""}, std::pair{"typing_set", R"(,"is_typing":true)"}}) {
        CHECK(live.send(mine, ada, event, live.in(chat, more)) == R"({"ok":true})");
        live.send(mine, ada, event, live.in(chat, more));
        auto lines = live.hub.sent();
        REQUIRE(lines.size() == 2);
        CHECK(has(lines[0], "typing_update {\"conversationId\":\"" + chat.str() + "\",\"userId\":\"" +
                                ada.id.str() + "\",\"isTyping\":true}"));
        CHECK(has(lines[1], "user_typing "));
        CHECK(has(lines[1], R"("user_name":"Ada")"));
        CHECK(lines[0].ends_with(" except " + ada.id.str()));
        w.clock.advance(4s);
        mine.run_due();
        CHECK(live.hub.sent().empty());
        w.clock.advance(1s);
        mine.run_due();
        lines = live.hub.sent();
        REQUIRE(lines.size() == 2);
        CHECK(has(lines[0], R"("isTyping":false)"));
        CHECK(has(lines[1], "user_stopped_typing "));
    }
    // Of the user's other sockets too.
    w.clock.advance(2s);
    {
        TestSocket other(live.hub, "s2", ada.id);
        for (auto* socket : {&mine, &other, &mine, &other}) live.send(*socket, ada, "typing", live.in(chat));
        CHECK(live.hub.sent().size() == 2);
        mine.cancel(events::typing_key(chat));
    }
    // A sent message, leaving, and a disconnect end it; "off" is always relayed.
    for (const auto& [event, more] :
         {std::pair{"send_message", R"(,"content":"x")"}, std::pair{"leave_conversation", ""},
          std::pair{"typing_stop", ""}, std::pair{"typing_set", R"(,"is_typing":false)"}}) {
        w.clock.advance(2s);
        live.send(mine, ada, "typing", live.in(chat));
        live.hub.sent();
        live.send(mine, ada, event, live.in(chat, more));
        const auto lines = typing();
        REQUIRE(lines.size() == 1);
        CHECK(has(lines[0], R"("isTyping":false)"));
    }
    w.clock.advance(2s);
    live.send(mine, ada, "typing", live.in(chat));
    live.hub.sent();
    mine.close();
    CHECK(typing().size() == 1);
}

TEST_CASE("who sent a request does not hear the other side type until it is accepted") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.privacy(bob, "allow_messages", "'none'");
    const auto chat = w.send(ada, bob).conversation_id;
    live.heard("");
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id);
    live.send(mine, ada, "join_conversation", live.in(chat));
    live.send(theirs, bob, "join_conversation", live.in(chat));
    const auto type = [&](std::string_view event) {
        w.clock.advance(2s);
        CHECK(live.send(theirs, bob, event, live.in(chat)) == R"({"ok":true})");
        return live.hub.sent().size();
    };
    CHECK(type("typing") == 0);
    CHECK(type("typing_stop") == 0);
    live.send(mine, ada, "typing", live.in(chat));
    CHECK(live.hub.sent().size() == 2);

    w.parts().lists.accept(bob, chat);
    live.heard("");
    CHECK(type("typing") == 2);
    CHECK(type("typing_stop") == 2);
}

TEST_CASE("a sent message ends typing, whichever way it came, in its own chat alone") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto chat = w.send(ada, bob).conversation_id, other = w.send(ada, eve).conversation_id;
    live.heard("");
    TestSocket phone(live.hub, "s1", ada.id), desk(live.hub, "s2", ada.id), theirs(live.hub, "s3", bob.id);
    live.send(theirs, bob, "join_conversation", live.in(chat));
    live.send(phone, ada, "typing", live.in(chat));
    live.send(desk, ada, "typing", live.in(other));
    live.hub.sent();
    w.send(bob, ada, "meanwhile");
    CHECK(live.heard("user_stopped_typing").empty());
    w.send(ada, bob, "by REST");
    const auto lines = live.heard("user_stopped_typing");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(Room::conversation(chat.view()).name()));
    CHECK_FALSE(phone.waits(events::typing_key(chat)));
    CHECK(desk.waits(events::typing_key(other)));
}

TEST_CASE("who wrote what is read hears of it once, whether their chat is open or not") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob, "one").conversation_id;
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id);
    live.send(mine, ada, "join_conversation", live.in(chat));
    live.send(theirs, bob, "join_conversation", live.in(chat));
    live.heard("");
    live.send(theirs, bob, "message:read", live.in(chat));
    live.background.run_due();
    int to_room = 0, to_ada = 0;
    for (const auto& line : live.hub.sent()) {
        if (!has(line, " message:read ") && !has(line, " conversation:read ")) continue;
        to_ada += line.starts_with(Room::user(ada.id).name()) ? 1 : 0;
        to_room += line.starts_with(Room::conversation(chat.view()).name()) &&
                   line.ends_with(" except " + ada.id.str());
    }
    CHECK(to_room == 2);
    CHECK(to_ada == 2);
}

TEST_CASE("a message that is read is one of the conversation that is named") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto chat = w.send(ada, bob).conversation_id;
    const auto other = w.send(eve, bob);
    TestSocket theirs(live.hub, "s1", bob.id);
    CHECK(has(live.send(theirs, bob, "message:read",
                        live.in(chat, R"(,"message_id":")" + other.message_id.str() + '"')),
              R"("error":"not_found")"));
    CHECK(w.unread(bob, other.conversation_id) == 1);
}

TEST_CASE("what is read is told to the room and to who wrote it; the ack counts what is left") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto one = w.send(ada, bob, "one");
    const auto two = w.send(ada, bob, "two");
    const auto& chat = one.conversation_id;
    live.heard("");
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id);
    CHECK(live.send(theirs, bob, "message:read",
                    live.in(chat, R"(,"message_id":")" + two.message_id.str() + '"')) ==
          R"({"ok":true,"unread_count":1})");
    auto lines = live.heard("message:read");
    REQUIRE(lines.size() == 1);
    CHECK(has(lines[0], R"("message_id":")" + two.message_id.str()));
    CHECK(live.send(theirs, bob, "message:read", live.in(chat)) == R"({"ok":true,"unread_count":0})");
    live.background.run_due();
    int reads = 0, whole = 0;
    for (const auto& line : live.hub.sent()) {
        reads += has(line, " message:read ") ? 1 : 0;
        whole += has(line, " conversation:read ") &&
                 has(line, R"("last_read_message_id":")" + two.message_id.str());
    }
    CHECK(reads > 0);
    CHECK(whole == 1);
    // With receipts off nobody is told.
    w.privacy(ada, "show_read_receipts", "0");
    w.send(ada, bob);
    live.heard("");
    live.send(theirs, bob, "message:read", live.in(chat));
    live.background.run_due();
    // But the reader's own lists.
    lines = live.hub.sent();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(Room::user(bob.id).name() + " conversation:updated "));
}

TEST_CASE(
    "edits, deletions and reactions are heard in the room; hiding for oneself by the own sockets alone") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob, "one");
    const auto& chat = sent.conversation_id;
    live.heard("");
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id);
    live.send(theirs, bob, "join_conversation", live.in(chat));
    w.edit(ada, sent.message_id, "two");
    auto lines = live.heard("message_edited");
    REQUIRE(lines.size() == 1);
    CHECK(has(lines[0], R"("content":"two")"));
    w.react(bob, sent.message_id, "🔥");
    lines = live.heard("message:reaction");
    REQUIRE(lines.size() == 1);
    CHECK(has(lines[0], R"("reaction_totals":{"🔥":1})"));
    CHECK(has(lines[0], R"("action":"added")"));
    w.remove(bob, sent.message_id, false);
    lines = live.heard("message_deleted");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(Room::user(bob.id).name()));
    CHECK(has(lines[0], R"("deleted_for_everyone":false)"));
    const auto other = w.send(ada, bob, "gone");
    live.heard("");
    w.remove(ada, other.message_id, true);
    lines = live.heard("message_deleted");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(Room::conversation(chat.view()).name()));
    CHECK(has(lines[0], R"("content":"Message deleted")"));
}

TEST_CASE(
    "lists of chats hear of what changes them: edits and deletions of the last message, reading, hiding") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto one = w.send(ada, bob, "one");
    const auto two = w.send(ada, bob, "two");
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id), other(live.hub, "s3", eve.id);
    live.heard("");
    const auto updates = [&] { return live.heard("conversation:updated"); };
    w.edit(ada, one.message_id, "not last");
    CHECK(updates().empty());
    w.edit(ada, two.message_id, "new text");
    auto lines = updates();
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines) {
        CHECK(has(line, R"("last_message":"new text")"));
        CHECK(has(line, R"("message_id":")" + two.message_id.str()));
        CHECK(has(line, line.starts_with(Room::user(bob.id).name()) ? R"("unread_count":2)"
                                                                    : R"("unread_count":0)"));
    }
    w.remove(bob, two.message_id, false);
    lines = updates();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(Room::user(bob.id).name()));
    CHECK(has(lines[0], R"("last_message":"not last")"));
    CHECK(has(lines[0], R"("unread_count":1)"));
    live.send(theirs, bob, "message:read", live.in(one.conversation_id));
    lines = updates();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(Room::user(bob.id).name()));
    CHECK(has(lines[0], R"("unread_count":0)"));
    const auto three = w.send(ada, bob, "three");
    updates();
    w.remove(ada, three.message_id, true);
    lines = updates();
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines) {
        CHECK(has(line, R"("last_message":"Message deleted")"));
        CHECK(has(line, R"("unread_count":0)"));
    }
}

TEST_CASE("a message is delivered to whoever has a live socket, on any node") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CHECK_FALSE(w.send(ada, bob, "one").delivered);
    live.hub.put_elsewhere(Room::user(bob.id), bob.id);
    CHECK(w.send(ada, bob, "two").delivered);
}

TEST_CASE("a block takes both sides out of the room") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob).conversation_id;
    TestSocket mine(live.hub, "s1", ada.id), theirs(live.hub, "s2", bob.id);
    live.send(mine, ada, "join_conversation", live.in(chat));
    live.send(theirs, bob, "join_conversation", live.in(chat));
    w.block(bob, ada);
    w.db().write([&](db::Write& tx) { tx.publish(users::UserBlocked{bob.id, ada.id, w.clock.now()}); });
    live.background.run_due();
    CHECK_FALSE(live.hub.has_members(Room::conversation(chat.view())));
    TestSocket again(live.hub, "s3", ada.id);
    CHECK(has(live.send(again, ada, "join_conversation", live.in(chat)), R"("error":"not_found")"));
}
