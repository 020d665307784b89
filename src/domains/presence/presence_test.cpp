#include "domains/presence/presence.hpp"

#include <doctest/doctest.h>

#include "domains/users/people_test.hpp"
#include "platform/sockets/sockets_testing.hpp"

namespace grover::presence {
namespace {

using sockets::Room;
using sockets::TestSocket;
using Lines = std::vector<std::string>;

struct Pairs final : Acquaintances {
    std::vector<std::pair<UserId, UserId>> pairs;
    std::vector<UserId> with_direct_conversation(db::Read&, const UserId& viewer,
                                                 std::span<const UserId> users) override {
        std::vector<UserId> out;
        for (const auto& user : users) {
            for (const auto& [a, b] : pairs) {
                if ((a == viewer && b == user) || (b == viewer && a == user)) out.push_back(user);
            }
        }
        return out;
    }
};

struct World : users::People {
    sockets::RecordingHub hub{clock};
    sockets::Sockets table;
    PresenceService presence{*db, users, hub};
    Pairs pairs;

    World() {
        presence.plug(pairs);
        presence.add(table);
    }

    void follow(const Caller& a, const Caller& b) {
        db->write([&](db::Write& tx) { users.add_follow(tx, a.id, b.id, clock.now()); });
    }
    void hide(const Caller& a) {
        testing::execute(*db,
                         "UPDATE privacy_settings SET show_online = 0 WHERE user_id = '" + a.id.str() + "'");
    }
    void block(const Caller& a, const Caller& b) {
        testing::execute(*db, "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" +
                                  a.id.str() + "', '" + b.id.str() + "', 1)");
    }
    void pass(std::chrono::seconds by) {
        clock.advance(by);
        hub.run_due();
    }
    // "on", "off", or when it was last seen, in seconds before now.
    std::string see(const Caller& viewer, const Caller& user) {
        const auto state = presence.states(viewer.id, {user.id}).at(0);
        if (state.online) return "on";
        if (!state.last_seen_at) return "off";
        return std::to_string((clock.now() - *state.last_seen_at).count() / 1'000'000);
    }
    void connect(const Caller& user) {
        hub.put(Room::user(user.id), user.id);
        presence.came(user.id);
        hub.run_due();
    }
    void disconnect(const Caller& user) {
        hub.remove(Room::user(user.id), user.id);
        presence.went(user.id);
        hub.run_due();
    }
    std::string subscribe(TestSocket& socket, const Caller& me, const Caller& to) {
        return sockets::send(table, socket, me, "presence:subscribe",
                             "{\"user_ids\":[\"" + to.id.str() + "\"]}");
    }
};

bool tells_offline(const Lines& sent, const Caller& user) {
    return std::ranges::any_of(sent, [&](const std::string& line) {
        return line.find("presence_" + user.id.str() + " presence:update ") != std::string::npos &&
               line.find("\"online\":false") != std::string::npos;
    });
}

}  // namespace

TEST_CASE("followers and people who write to each other know; strangers do not") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan"), pal = w.user("pal"), eve = w.user("eve");
    w.follow(fan, ada);
    w.pairs.pairs = {{ada.id, pal.id}};
    w.connect(ada);
    CHECK(w.see(fan, ada) == "on");
    CHECK(w.see(pal, ada) == "on");
    CHECK(w.see(ada, ada) == "on");
    CHECK(w.see(eve, ada) == "off");
    CHECK(w.presence.states(eve.id, {UserId("user_unknown"), ada.id}).size() == 2);
}

TEST_CASE("never across a block, and hiding hides both ways") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(ada, bob);
    w.follow(bob, ada);
    w.connect(ada);
    w.connect(bob);
    CHECK(w.see(bob, ada) == "on");
    w.hide(ada);
    CHECK(w.see(bob, ada) == "off");
    CHECK(w.see(ada, bob) == "off");
    testing::execute(*w.db, "UPDATE privacy_settings SET show_online = 1");
    w.block(ada, bob);
    CHECK(w.see(bob, ada) == "off");
    CHECK(w.see(ada, bob) == "off");
}

TEST_CASE("offline comes 30 s after the last socket; a reconnect does not flicker") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    w.follow(fan, ada);
    w.connect(ada);
    w.disconnect(ada);
    CHECK(w.see(fan, ada) == "on");
    w.pass(std::chrono::seconds{29});
    CHECK(w.see(fan, ada) == "on");
    w.pass(std::chrono::seconds{1});
    CHECK(w.see(fan, ada) == "30");
    w.connect(ada);
    w.disconnect(ada);
    w.connect(ada);
    w.pass(std::chrono::seconds{31});
    CHECK(w.see(fan, ada) == "on");
}

TEST_CASE("a socket on another node counts, and the users of a node that died go 90 s back") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    w.follow(fan, ada);
    w.hub.put_elsewhere(Room::user(ada.id), ada.id);
    CHECK(w.see(fan, ada) == "on");
    w.presence.went(ada.id);
    w.pass(std::chrono::seconds{60});
    CHECK(w.see(fan, ada) == "on");
    CHECK_MESSAGE(w.hub.sent().empty(), "she is still connected elsewhere");

    World other;
    const auto bob = other.user("bob"), his = other.user("his");
    other.follow(his, bob);
    other.presence.node_died({bob.id, UserId("user_erased")});
    CHECK(other.see(his, bob) == "90");
    other.hub.run_due();
    CHECK(tells_offline(other.hub.sent(), bob));
}

TEST_CASE("whose last sockets close on two nodes in one moment is told of by one of them") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    w.follow(fan, ada);
    sockets::RecordingHub hub{w.clock};
    PresenceService other{*w.db, w.users, hub};
    w.hub.put_elsewhere(Room::user(ada.id), ada.id);
    hub.put_elsewhere(Room::user(ada.id), ada.id);
    w.disconnect(ada);
    w.clock.advance(std::chrono::milliseconds{20});
    other.went(ada.id);
    hub.run_due();
    w.hub.take_elsewhere(Room::user(ada.id), ada.id);
    hub.take_elsewhere(Room::user(ada.id), ada.id);
    w.hub.sent();
    w.pass(std::chrono::seconds{30});
    hub.run_due();
    CHECK(w.see(fan, ada) == "30");
    CHECK(w.hub.sent().empty());
    const auto sent = hub.sent();
    CHECK(sent.size() == 1);
    CHECK(tells_offline(sent, ada));
}

TEST_CASE("what a node's clock says does not keep anybody online") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    w.follow(fan, ada);
    // Left on a node whose clock is ahead of this one's.
    w.clock.advance(std::chrono::seconds{2});
    w.presence.node_stops({ada.id});
    w.clock.advance(std::chrono::seconds{-2});
    sockets::RecordingHub hub{w.clock};
    PresenceService other{*w.db, w.users, hub};
    hub.put(Room::presence(ada.id), fan.id);
    other.on_node_stopped({{ada.id}});
    for (int i = 0; i < 31; ++i) {
        w.clock.advance(std::chrono::seconds{1});
        hub.run_due();
    }
    CHECK(hub.sent().empty());
    w.clock.advance(std::chrono::seconds{1});
    hub.run_due();
    CHECK(tells_offline(hub.sent(), ada));
}

TEST_CASE("who is connected elsewhere when a socket closes is not told of") {
    World w;
    const auto ada = w.user("ada");
    w.hub.put_elsewhere(Room::user(ada.id), ada.id);
    w.disconnect(ada);
    w.hub.sent();
    w.pass(std::chrono::seconds{60});
    CHECK(w.hub.sent().empty());
}

TEST_CASE("a node that stops leaves its users, and who left a moment ago, to the others") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), fan = w.user("fan");
    w.follow(fan, ada);
    w.follow(fan, bob);
    w.connect(ada);
    w.connect(bob);
    w.disconnect(bob);
    w.presence.node_stops({ada.id});

    // Another node on the same store, where a fan watches.
    sockets::RecordingHub hub{w.clock};
    PresenceService other{*w.db, w.users, hub};
    hub.put(Room::presence(ada.id), fan.id);
    hub.put(Room::presence(bob.id), fan.id);
    hub.put_elsewhere(Room::user(ada.id), ada.id);
    other.on_node_stopped({{ada.id, bob.id}});
    hub.run_due();
    hub.take_elsewhere(Room::user(ada.id), ada.id);
    w.clock.advance(std::chrono::seconds{29});
    hub.run_due();
    CHECK(hub.sent().empty());
    CHECK(other.states(fan.id, {ada.id}).at(0).online);
    w.clock.advance(std::chrono::seconds{1});
    hub.run_due();
    const auto sent = hub.sent();
    CHECK(sent.size() == 2);
    CHECK(tells_offline(sent, ada));
    CHECK(tells_offline(sent, bob));
    CHECK_FALSE(other.states(fan.id, {ada.id}).at(0).online);
}

TEST_CASE("who came back to another node in time is not told of as gone") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    w.connect(ada);
    w.presence.node_stops({ada.id});
    sockets::RecordingHub hub{w.clock};
    PresenceService other{*w.db, w.users, hub};
    hub.put(Room::presence(ada.id), fan.id);
    other.on_node_stopped({{ada.id}});
    hub.put(Room::user(ada.id), ada.id);
    w.clock.advance(std::chrono::seconds{30});
    hub.run_due();
    CHECK(hub.sent().empty());
}

TEST_CASE("after a restart subscribers hear of those who did not come back") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    w.follow(fan, ada);
    w.connect(ada);
    w.presence.node_stops({ada.id});

    w.clock.advance(std::chrono::seconds{5});
    sockets::RecordingHub hub{w.clock};
    sockets::Sockets table;
    PresenceService next{*w.db, w.users, hub};
    next.add(table);
    TestSocket socket(hub, "s1", fan.id);
    for (int i = 0; i < 5; ++i) {
        CHECK(sockets::send(table, socket, fan, "presence:subscribe",
                            "{\"user_ids\":[\"" + ada.id.str() + "\"]}")
                  .find("\"online\":true") != std::string::npos);
    }
    hub.sent();
    w.clock.advance(std::chrono::seconds{25});
    hub.run_due();
    const auto sent = hub.sent();
    CHECK_MESSAGE(sent.size() == 1, "once, however many subscribed");
    CHECK(tells_offline(sent, ada));
}

TEST_CASE("subscribers hear of it, at most once in 10 s, with what is true then") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan"), eve = w.user("eve");
    w.follow(fan, ada);
    TestSocket socket(w.hub, "s1", fan.id);
    TestSocket stranger(w.hub, "s2", eve.id);
    CHECK(w.subscribe(socket, fan, ada) == "{\"ok\":true,\"states\":[{\"user_id\":\"" + ada.id.str() +
                                               "\",\"online\":false,\"last_seen_at\":null}]}");
    CHECK(socket.is_in(Room::presence(ada.id)));
    w.subscribe(stranger, eve, ada);
    CHECK_FALSE(stranger.is_in(Room::presence(ada.id)));

    w.connect(ada);
    CHECK(w.hub.sent() == Lines{"* presence_" + ada.id.str() + " presence:update {\"user_id\":\"" +
                                ada.id.str() + "\",\"userId\":\"" + ada.id.str() +
                                "\",\"online\":true,\"last_seen_at\":null,\"lastSeenAt\":null}"});
    for (int i = 0; i < 5; ++i) {
        w.disconnect(ada);
        w.connect(ada);
    }
    CHECK(w.hub.sent().empty());
    w.pass(std::chrono::seconds{10});
    CHECK(w.hub.sent().size() == 1);
    sockets::send(w.table, socket, fan, "presence:unsubscribe", "{\"userIds\":[\"" + ada.id.str() + "\"]}");
    CHECK_FALSE(socket.is_in(Room::presence(ada.id)));
}

TEST_CASE("a subscription ends with the right to know") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    const auto room = Room::presence(ada.id);
    w.follow(fan, ada);
    TestSocket socket(w.hub, "s1", fan.id);
    const auto subscribed = [&] { return !w.hub.members(room).empty(); };

    w.subscribe(socket, fan, ada);
    REQUIRE(subscribed());
    w.presence.on_blocked({.blocker_id = ada.id, .blocked_id = fan.id});
    CHECK_FALSE(subscribed());

    w.subscribe(socket, fan, ada);
    socket.leave(room);
    w.subscribe(socket, fan, ada);
    REQUIRE(subscribed());
    testing::execute(*w.db, "DELETE FROM follows");
    w.presence.recheck(fan.id);
    CHECK_FALSE(subscribed());

    w.follow(fan, ada);
    w.subscribe(socket, fan, ada);
    w.hub.sent();
    w.hide(ada);
    w.presence.on_hidden(ada.id);
    CHECK_FALSE(subscribed());
    CHECK(w.hub.sent().at(0).find("\"online\":false") != std::string::npos);
    w.presence.came(ada.id);
    w.hub.run_due();
    CHECK_MESSAGE(w.hub.sent().empty(), "who hides tells nobody");
}

TEST_CASE("at most 100 users at once, and guests none") {
    World w;
    const auto ada = w.user("ada");
    TestSocket socket(w.hub, "s1", ada.id);
    std::string many = "{\"user_ids\":[\"user_0\"";
    for (int i = 1; i <= 100; ++i) many += ",\"user_" + std::to_string(i) + '"';
    CHECK(sockets::send(w.table, socket, ada, "presence:subscribe", many + "]}")
              .find("\"error\":\"invalid\"") != std::string::npos);
    CHECK(sockets::send(w.table, socket, {}, "presence:subscribe", "{\"user_ids\":[]}")
              .find("unauthenticated") != std::string::npos);
}

}  // namespace grover::presence
