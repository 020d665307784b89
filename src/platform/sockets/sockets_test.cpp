#include <doctest/doctest.h>

#include "platform/sockets/coalescer.hpp"
#include "platform/sockets/sockets_testing.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::sockets {
namespace {

using wire::field;
using Lines = std::vector<std::string>;

struct Wave {
    PostId post_id;
    std::string text;
    std::optional<std::int64_t> how_often;
    static constexpr EventInfo event{.name = "wave", .limit = per_minute(60)};
    static constexpr auto fields = Pack{
        field("post_id", &Wave::post_id),
        field("text", &Wave::text, wire::trimmed_length(1, 5)),
        field("how_often", &Wave::how_often, wire::range(1, 3)),
    };
};
struct WaveAck {
    PostId post_id;
    std::int64_t waves = 0;
    static constexpr auto fields = Pack{
        field("post_id", &WaveAck::post_id),
        field("waves", &WaveAck::waves),
    };
};
struct Look {
    static constexpr EventInfo event{.name = "look", .guests = true};
    static constexpr auto fields = Pack{};
};
struct Waved {
    PostId post_id;
    std::string user_name;
    Time created_at;
    static constexpr std::string_view name = "waved";
    static constexpr auto fields = Pack{
        field("post_id", &Waved::post_id),
        field("user_name", &Waved::user_name),
        field("created_at", &Waved::created_at),
    };
};

struct World {
    World() {
        ada.id = UserId("user_ada");
        sockets.on<Wave>([&](const Caller& me, Socket& s, const Wave& in) {
            s.join(Room::post(in.post_id));
            hub.emit(Room::post(in.post_id), Waved{in.post_id, in.text, clock.now()}, {.except_user = me.id});
            return WaveAck{in.post_id, in.how_often.value_or(1)};
        });
        sockets.on<Look>([&](const Caller&, Socket&, const Look&) { ++looks; });
    }
    std::string wave(std::string_view payload) { return send(sockets, socket, ada, "wave", payload); }

    testing::StoppedClock clock;
    RecordingHub hub{clock};
    Sockets sockets;
    Caller ada;
    TestSocket socket{hub, "s1", UserId("user_ada")};
    int looks = 0;
};

}  // namespace

TEST_CASE("an event is bound, handled and acked; ids have both spellings in and out") {
    World w;
    CHECK(w.wave(R"({"post_id": "post_1", "text": " hi ", "user_id": "user_eve"})") ==
          R"({"ok":true,"post_id":"post_1","postId":"post_1","waves":1})");
    CHECK(w.hub.sent() ==
          Lines{"post_post_1 waved {\"post_id\":\"post_1\",\"postId\":\"post_1\",\"user_name\":\"hi\","
                "\"created_at\":\"2026-01-24T10:11:12.345Z\",\"createdAt\":\"2026-01-24T10:11:12.345Z\"}"
                " except user_ada"});
    CHECK(w.wave(R"({"postId": "post_2", "text": "hi", "howOften": 3})") ==
          R"({"ok":true,"post_id":"post_2","postId":"post_2","waves":3})");
    CHECK(w.socket.is_in(Room::post(PostId("post_2"))));
    CHECK_MESSAGE(w.wave(R"({"post_id": "post_3", "postId": "post_4", "text": "hi"})").find("post_3") !=
                      std::string::npos,
                  "the first spelling wins");
}

TEST_CASE("what does not fit is refused by name, and nothing happens") {
    World w;
    CHECK(w.wave(R"({"text": "hi"})") ==
          R"({"ok":false,"error":"invalid","detail":"post_id: Field required","status":422})");
    CHECK(w.wave(R"({"post_id": "a b", "text": "hi"})") ==
          R"({"ok":false,"error":"invalid","detail":"Invalid post_id format","status":400})");
    CHECK(w.wave(R"({"post_id": "post_1", "text": "much too long"})").find("\"error\":\"too_long\"") !=
          std::string::npos);
    CHECK(w.wave(R"({"post_id": "post_1", "text": {"$gt": ""}})").find("\"error\":\"invalid\"") !=
          std::string::npos);
    CHECK(w.wave("[1]").find("\"error\":\"invalid\"") != std::string::npos);
    CHECK(w.wave("nonsense").find("\"error\":\"invalid\"") != std::string::npos);
    CHECK(w.hub.sent().empty());
}

TEST_CASE("guests send what is open to guests and nothing else") {
    World w;
    const Caller nobody;
    CHECK(send(w.sockets, w.socket, nobody, "look") == R"({"ok":true})");
    CHECK(send(w.sockets, w.socket, nobody, "wave", R"({"post_id":"post_1","text":"hi"})") ==
          R"({"ok":false,"error":"unauthenticated","detail":"Not authenticated","status":401})");
    CHECK(w.looks == 1);
    CHECK(w.hub.sent().empty());
}

TEST_CASE("a failure without an ack names the event, and gives the client's own id back") {
    const auto sent = wire::JsonDocument::parse(R"({"client_message_id": "c1"})");
    CHECK(error_payload(not_found("Conversation not found"), "send_message", sent->root()) ==
          R"({"detail":"Conversation not found","event":"send_message","status":404,"code":"not_found",)"
          R"("client_message_id":"c1"})");
    CHECK(error_payload(database_error("disk on fire"), "x", {}).find("fire") == std::string::npos);
}

TEST_CASE("one name has one handler") {
    World w;
    CHECK_THROWS_AS(w.sockets.on<Look>([](const Caller&, Socket&, const Look&) {}), std::logic_error);
}

TEST_CASE("room names are read back as what they are") {
    CHECK(Room::named("conversation_conv_1") == Room::conversation("conv_1"));
    CHECK(Room::named("conversation_conv_1").kind() == RoomKind::conversation);
    CHECK(Room::named("post_post_1").id() == "post_1");
    CHECK(Room::named("post_post_1").has_prefix("post_"));
    CHECK(Room::named("user_user_1") == Room::user(UserId("user_1")));
    CHECK(Room::named("odd").kind() == RoomKind::other);
}

TEST_CASE("a coalescer sends at once, then once per interval, and the last change always") {
    testing::StoppedClock clock;
    RecordingHub hub(clock);
    Lines flushed;
    Coalescer<std::string> counts(hub, std::chrono::seconds{1}, [&](const std::vector<std::string>& keys) {
        for (const auto& key : keys) flushed.push_back(key);
    });
    const auto pass = [&](int ms) {
        clock.advance(std::chrono::milliseconds{ms});
        hub.run_due();
    };

    counts.touch("a");
    pass(0);
    CHECK(std::exchange(flushed, {}) == Lines{"a"});
    for (int i = 0; i < 100; ++i) counts.touch("a");
    counts.touch("b");
    pass(0);
    CHECK(std::exchange(flushed, {}) == Lines{"b"});
    pass(999);
    CHECK(flushed.empty());
    pass(1);
    CHECK(std::exchange(flushed, {}) == Lines{"a"});
    pass(5'000);
    CHECK_MESSAGE(flushed.empty(), "nothing changed any more");
    counts.touch("a");
    pass(0);
    CHECK(flushed == Lines{"a"});
}

}  // namespace grover::sockets
