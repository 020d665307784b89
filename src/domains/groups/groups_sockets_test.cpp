// Groups over sockets: who hears what of whom.
#include "domains/groups/groups_sockets.hpp"

#include "domains/groups/groups_test.hpp"
#include "platform/jobs/background.hpp"
#include "platform/sockets/sockets_testing.hpp"

using namespace grover;
using namespace grover::groups;
using namespace std::chrono_literals;

namespace {

class Live {
public:
    Live() : background(w.db(), {.clock = &w.clock}) {
        messages::add_messages_sockets(table, hub, w.messages);
        messages::tell_messages_to_sockets(background.events(), hub, w.messages, "http://localhost:8001");
        tell_groups_to_sockets(background.events(), hub, w.groups, "http://localhost:8001");
    }
    // Lines that name the event, after all that committed was told.
    Texts heard(std::string_view event) {
        background.run_due();
        Texts out;
        for (auto& line : hub.sent()) {
            if (has(line, ' ' + std::string(event) + ' ')) out.push_back(std::move(line));
        }
        return out;
    }
    std::string send(sockets::TestSocket& socket, const Caller& me, std::string_view event,
                     const GroupId& group, const std::string& more = "") {
        return sockets::send(table, socket, me, event,
                             R"({"conversation_id":")" + group.str() + '"' + more + '}');
    }

    World w;
    sockets::RecordingHub hub{w.clock};
    sockets::Sockets table;
    jobs::Background background;
};

}  // namespace

TEST_CASE("sockets hear of new groups, of who comes and of who goes, who then hears nothing more") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    sockets::TestSocket of_bob(live.hub, "s1", bob.id), of_eve(live.hub, "s2", eve.id);
    const auto id = w.make(ada, {bob}, "Trip").group_id;
    auto lines = live.heard("group:added");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(sockets::Room::user(bob.id).name()));
    CHECK(has(lines[0], R"("name":"Trip")"));
    CHECK(has(live.send(of_bob, bob, "join_conversation", id), R"("ok":true)"));
    CHECK(has(live.send(of_eve, eve, "join_conversation", id), R"("error":"not_found")"));
    w.add(ada, id, eve);
    CHECK(live.heard("group:member_added").size() == 2);
    CHECK(has(live.send(of_eve, eve, "join_conversation", id), R"("ok":true)"));
    w.say(ada, id);
    CHECK(live.heard("new_message").size() == 2);
    w.remove(ada, id, eve);
    lines = live.heard("group:member_removed");
    CHECK(lines.size() == 2);
    w.say(ada, id);
    lines = live.heard("new_message");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with(" only " + bob.id.str()));
}

TEST_CASE(
    "the sender in a group hears an own message once, whichever way the socket goes before it is told") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.make(ada, {bob}).group_id;
    sockets::TestSocket of_ada(live.hub, "s1", ada.id), of_bob(live.hub, "s2", bob.id);
    live.heard("");
    const auto to_ada = " only " + ada.id.str() + " also s1";
    for (const auto* then : {"join_conversation", "leave_conversation"}) {
        live.send(of_ada, ada, "send_message", id, R"(,"content":"hi")");
        live.send(of_ada, ada, then, id);
        const auto lines = live.heard("new_message");
        REQUIRE_MESSAGE(lines.size() == 1, then);
        CHECK(lines[0].ends_with(to_ada));
    }
    live.send(of_bob, bob, "join_conversation", id);
    live.send(of_ada, ada, "send_message", id, R"(,"content":"hi")");
    const auto lines = live.heard("new_message");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].ends_with(" only " + bob.id.str()));
    CHECK(lines[1].ends_with(to_ada));
}

TEST_CASE("who came later does not hear how messages from before are edited") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), eve = w.user("eve");
    const auto id = w.make(ada, {}).group_id;
    const auto early = w.say(ada, id, "early");
    w.add(ada, id, eve);
    const auto late = w.say(ada, id, "late");
    sockets::TestSocket of_eve(live.hub, "s1", eve.id);
    CHECK(has(live.send(of_eve, eve, "join_conversation", id), R"("ok":true)"));
    live.heard("");
    w.edit(ada, early.message_id, "a secret");
    auto lines = live.heard("message_edited");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with(" except " + eve.id.str()));
    w.edit(ada, late.message_id, "for all");
    lines = live.heard("message_edited");
    REQUIRE(lines.size() == 1);
    CHECK_FALSE(has(lines[0], " except "));
}

TEST_CASE("members in a block hear nothing of each other: typing, edits, deletions, reactions, reads") {
    Live live;
    auto& w = live.w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob, eve}).group_id;
    sockets::TestSocket of_ada(live.hub, "s1", ada.id), of_bob(live.hub, "s2", bob.id),
        of_eve(live.hub, "s3", eve.id);
    for (auto* socket : {&of_ada, &of_bob, &of_eve}) {
        const auto& me = socket == &of_ada ? ada : socket == &of_bob ? bob : eve;
        CHECK(has(live.send(*socket, me, "join_conversation", id), R"("ok":true)"));
    }
    const auto by_ada = w.say(ada, id, "mine");
    w.block(eve, bob);
    w.messages.blocks_changed(eve.id, bob.id);
    live.heard("");
    // To the room, but not to Eve.
    const auto not_to_eve = [&](std::string_view event) {
        const auto lines = live.heard(event);
        CHECK_MESSAGE(!lines.empty(), event);
        for (const auto& line : lines) CHECK_MESSAGE(has(line, " except " + eve.id.str()), line);
    };
    live.send(of_bob, bob, "typing", id);
    auto lines = live.hub.sent();
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines)
        CHECK(line.ends_with(" except " + bob.id.str() + " except " + eve.id.str()));
    w.clock.advance(5s);
    of_bob.run_due();
    lines = live.hub.sent();
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines) CHECK(has(line, " except " + eve.id.str()));

    const auto by_bob = w.say(bob, id, "from bob");
    for (const auto& line : live.heard("new_message")) CHECK_FALSE(line.ends_with(" only " + eve.id.str()));
    w.edit(bob, by_bob.message_id, "changed");
    not_to_eve("message_edited");
    w.react(ada, by_bob.message_id);
    not_to_eve("message:reaction");
    w.react(bob, by_ada.message_id);
    not_to_eve("message:reaction");
    // Hers show her and the others, but not him.
    w.react(ada, by_ada.message_id);
    lines = live.heard("message:reaction");
    REQUIRE(lines.size() == 2);
    CHECK(has(lines[0], " only " + eve.id.str()));
    CHECK_FALSE(has(lines[0], bob.id.str()));
    CHECK(has(lines[1], bob.id.str()));
    CHECK(has(lines[1], " except " + eve.id.str()));
    w.read(bob, id);
    live.background.run_due();
    for (const auto& line : live.hub.sent()) {
        if (has(line, "conversation_" + id.str() + " message:read") || has(line, " conversation:read ")) {
            if (line.starts_with(sockets::Room::user(ada.id).name())) continue;
            CHECK_MESSAGE(has(line, " except " + eve.id.str()), line);
        }
    }
    w.take_back(ada, by_bob.message_id, true);
    not_to_eve("message_deleted");
    // Of the others she hears as ever, and they of her.
    live.send(of_ada, ada, "typing", id);
    lines = live.hub.sent();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].ends_with("true} except " + ada.id.str()));
}
