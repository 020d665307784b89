// Typing over several nodes: it is shown where the others are, at most once a second, and never stays on.
#include "domains/messages/messages_typing.hpp"

#include "domains/messages/messages_test.hpp"
#include "platform/sockets/sockets_testing.hpp"

using namespace grover;
using namespace grover::messages;
using namespace std::chrono_literals;
using sockets::Room;
using sockets::TestSocket;

namespace {

struct Node {
    explicit Node(World& w) : hub(w.clock) { add_messages_sockets(table, hub, w.messages); }

    sockets::RecordingHub hub;
    sockets::Sockets table;
};

// Ada and Bob have a chat, and Bob has it open on the second node.
class TwoNodes {
public:
    TwoNodes() {
        one.hub.reach(two.hub);
        two.hub.reach(one.hub);
        two.hub.put(room, bob.id);
    }

    void send(Node& node, TestSocket& socket, std::string_view event, const std::string& more = "") {
        CHECK(sockets::send(node.table, socket, ada, event,
                            R"({"conversation_id":")" + chat.str() + '"' + more + '}') == R"({"ok":true})");
    }
    // "on", "off": what Bob heard, if it came in both styles.
    Texts heard() {
        Texts out;
        const auto lines = two.hub.sent();
        for (std::size_t i = 0; i < lines.size(); i += 2) {
            const bool is_on = lines[i].find(R"("isTyping":true)") != std::string::npos;
            const auto also = std::string(room.name()) + (is_on ? " user_typing " : " user_stopped_typing ");
            const bool is_whole = i + 1 < lines.size() && lines[i].starts_with(room.name()) &&
                                  lines[i].find(" typing_update ") != std::string::npos &&
                                  lines[i].ends_with(" except " + ada.id.str()) &&
                                  lines[i + 1].starts_with(also) &&
                                  lines[i + 1].find(R"("user_name":"Ada")") != std::string::npos &&
                                  lines[i + 1].ends_with(" except " + ada.id.str());
            out.emplace_back(!is_whole ? lines[i] : is_on ? "on" : "off");
        }
        return out;
    }
    Texts heard_after(std::chrono::milliseconds time) {
        w.clock.advance(time);
        one.hub.run_due();
        two.hub.run_due();
        return heard();
    }

    World w;
    Node one{w}, two{w};
    Caller ada = w.user("ada"), bob = w.user("bob");
    ChatId chat = w.send(ada, bob).conversation_id;
    Room room = Room::conversation(chat.view());
};

const Texts kNothing, kOn{"on"}, kOff{"off"};

}  // namespace

TEST_CASE("typing that was shown ends, once, also when the typist's node is gone") {
    TwoNodes n;
    {
        TestSocket of_ada(n.one.hub, "s1", n.ada.id);
        n.send(n.one, of_ada, "typing");
        CHECK(n.heard() == kOn);
        CHECK(n.heard_after(4s) == kNothing);
        n.send(n.one, of_ada, "typing");
        CHECK(n.heard() == kOn);
        CHECK_MESSAGE(n.heard_after(4s) == kNothing, "renewed");
        // With its node, without a word: its own end never comes.
    }
    CHECK(n.heard_after(2'900ms) == kNothing);
    CHECK(n.heard_after(100ms) == kOff);
    CHECK(n.heard_after(60s) == kNothing);
}

TEST_CASE("typing that ended is not ended again by who heard of it") {
    TwoNodes n;
    TestSocket of_ada(n.one.hub, "s1", n.ada.id);
    for (const auto* stop : {"typing_stop", "leave_conversation", ""}) {
        n.send(n.one, of_ada, "typing");
        CHECK(n.heard() == kOn);
        if (*stop == '\0') {
            n.w.clock.advance(5s);
            of_ada.run_due();
        } else {
            n.send(n.one, of_ada, stop);
        }
        CHECK_MESSAGE(n.heard() == kOff, stop);
        CHECK_MESSAGE(n.heard_after(60s) == kNothing, stop);
    }
}

TEST_CASE("of one who types on two nodes others hear once a second, and always the end") {
    TwoNodes n;
    TestSocket phone(n.one.hub, "s1", n.ada.id), desk(n.two.hub, "s2", n.ada.id);
    n.send(n.one, phone, "typing");
    n.send(n.two, desk, "typing");
    CHECK(n.heard() == kOn);
    CHECK(n.heard_after(900ms) == kNothing);
    n.send(n.two, desk, "typing_stop");
    CHECK(n.heard() == kOff);
    n.send(n.one, phone, "typing");
    CHECK_MESSAGE(n.heard_after(99ms) == kNothing, "too soon, and so nothing to end");
    CHECK(n.heard_after(1ms) == kNothing);
    n.send(n.one, phone, "typing");
    CHECK(n.heard() == kOn);
    // What came too soon to be shown still says that it goes on.
    CHECK(n.heard_after(500ms) == kNothing);
    n.send(n.two, desk, "typing");
    CHECK(n.heard_after(6'900ms) == kNothing);
    CHECK(n.heard_after(100ms) == kOff);
    CHECK(n.heard_after(60s) == kNothing);
}

TEST_CASE("an end without a begin is not told, however often it is sent") {
    TwoNodes n;
    TestSocket of_ada(n.one.hub, "s1", n.ada.id);
    for (int i = 0; i < 3; ++i) n.send(n.one, of_ada, "typing_stop");
    CHECK(n.heard() == kNothing);
    n.send(n.one, of_ada, "typing");
    for (int i = 0; i < 3; ++i) n.send(n.one, of_ada, "typing_stop");
    CHECK(n.heard() == Texts{"on", "off"});
}

TEST_CASE("who saw somebody begin to type sees the end, blocked meanwhile or not") {
    World w;
    sockets::RecordingHub hub(w.clock);
    const auto board = std::make_shared<TypingBoard>(hub);
    const ChatId chat("group_1");
    const UserId ada("user_ada"), bob("user_bob");
    hub.put(Room::conversation(chat.view()), bob);
    const auto signal = [&](bool is_typing, std::vector<UserId> except) {
        return TypingSignal{.conversation_id = chat,
                            .user_id = ada,
                            .user_name = "Ada",
                            .is_typing = is_typing,
                            .except_users = std::move(except)};
    };
    board->hear(signal(true, {}));
    hub.sent();
    board->hear(signal(false, {bob}));
    const auto sent = hub.sent();
    CHECK(sent.size() == 2);
    for (const auto& line : sent) CHECK(line.find(bob.str()) == std::string::npos);
}

TEST_CASE("a node where nobody has the chat open keeps nothing of who types there") {
    TwoNodes n;
    n.two.hub.remove(n.room, n.bob.id);
    TestSocket of_ada(n.one.hub, "s1", n.ada.id);
    n.send(n.one, of_ada, "typing");
    n.two.hub.put(n.room, n.bob.id);
    CHECK(n.heard_after(60s) == kNothing);
}

TEST_CASE("what a node cannot remember it does not show, and what it remembers it forgets") {
    TwoNodes n;
    const auto signal = [&](int number, bool is_typing) {
        n.one.hub.tell_nodes(TypingSignal{.conversation_id = n.chat,
                                          .user_id = UserId("user_" + std::to_string(number)),
                                          .user_name = "Somebody",
                                          .is_typing = is_typing,
                                          .except_users = {}});
        return n.two.hub.sent().size();
    };
    int shown = 0;
    while (shown < 20'000 && signal(shown, true) == 2) ++shown;
    CHECK(shown == 1 << 14);
    CHECK_MESSAGE(signal(0, false) == 2, "an end is always told");
    CHECK(signal(shown, true) == 0);
    n.heard_after(60s);
    CHECK(signal(shown, true) == 2);
}
