// What a node knows of the bus between nodes.
#include "platform/sockets/node_hub.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "testing/stopped_clock.hpp"

using namespace grover;
using namespace grover::sockets;

namespace {

// Keeps what is published until the test hands it on.
class HeldBus final : public bus::Bus {
public:
    void start(Receive receive) override { receive_ = std::move(receive); }
    void stop() override {}
    void publish(std::string message) override { published.push_back(std::move(message)); }
    std::size_t largest() const override { return 7'500; }
    bool is_up() const override { return true; }
    bool wait_until(bool up, std::chrono::milliseconds) const override { return up; }
    std::string_view kind() const override { return "held"; }
    void deliver(std::string_view message) { receive_(message); }

    std::vector<std::string> published;

private:
    Receive receive_;
};

struct Note {
    std::string text;
    static constexpr std::string_view name = "note";
    static constexpr auto fields = Pack{wire::field("text", &Note::text)};
};
struct Unheard {
    static constexpr std::string_view name = "unheard";
    static constexpr auto fields = Pack{};
};

}  // namespace

TEST_CASE("the lag of the bus is what a node's own message takes, and grows while none comes back") {
    testing::StoppedClock clock;
    runtime::Loops loops(1);
    HeldBus bus;
    NodeHub hub(loops, clock, bus, "n1", nullptr);
    hub.start();
    REQUIRE(bus.published.size() == 1);
    CHECK(hub.bus_lag() == 0);
    clock.advance(std::chrono::milliseconds{1'500});
    CHECK_MESSAGE(hub.bus_lag() == 1.5, "it is under way for so long");
    bus.deliver("beat n2 " + std::to_string(clock.now().us));
    bus.deliver("beat n1 no number");
    CHECK_MESSAGE(hub.bus_lag() == 1.5, "another node's says nothing");
    bus.deliver(bus.published[0]);
    CHECK(hub.bus_lag() == 1.5);
    clock.advance(std::chrono::seconds{60});
    CHECK_MESSAGE(hub.bus_lag() == 1.5, "it came back");
    hub.stop();
}

TEST_CASE("what is told to all nodes each hears once, also its own, and none that has no ear for it") {
    testing::StoppedClock clock;
    runtime::Loops loops(1);
    HeldBus bus, other_bus;
    NodeHub hub(loops, clock, bus, "n1", nullptr), other(loops, clock, other_bus, "n2", nullptr);
    std::vector<std::string> heard;
    hub.on_told<Note>([&](const Note& note) { heard.push_back("n1 " + note.text); });
    other.on_told<Note>([&](const Note& note) { heard.push_back("n2 " + note.text); });
    hub.start();
    other.start();
    bus.published.clear();
    const std::string text = "any text, \x1f, \n, \"";
    hub.tell_nodes(Note{text});
    CHECK(heard == std::vector{"n1 " + text});
    hub.tell_nodes(Unheard{});
    REQUIRE(bus.published.size() == 2);
    for (const auto& message : bus.published) {
        bus.deliver(message);
        other_bus.deliver(message);
    }
    CHECK(heard == std::vector{"n1 " + text, "n2 " + text});
    // Not what no node wrote.
    auto broken = bus.published[0];
    broken.resize(broken.size() - 3);
    other_bus.deliver(broken);
    CHECK(heard.size() == 2);
    hub.stop();
    other.stop();
}

TEST_CASE("one node alone measures nothing") {
    testing::StoppedClock clock;
    runtime::Loops loops(1);
    const auto bus = bus::local();
    NodeHub hub(loops, clock, *bus, "n1", nullptr);
    hub.start();
    clock.advance(std::chrono::seconds{60});
    CHECK(hub.bus_lag() == 0);
    hub.stop();
}
