// What the owner's sockets hear.
#include <stdexcept>

#include "domains/scheduled_posts/scheduled_posts_test.hpp"
#include "platform/sockets/sockets_testing.hpp"

using namespace grover;
using namespace grover::scheduled_posts;

TEST_CASE("the owner's sockets, and nobody else's, hear of a publication and of a failure") {
    World w;
    sockets::RecordingHub hub(w.clock);
    add_scheduled_posts_sockets(w.background.events(), hub);
    const auto ada = w.user("ada"), bob = w.user("bob");
    sockets::TestSocket of_ada(hub, "s1", ada.id), of_bob(hub, "s2", bob.id);
    const auto good = w.schedule(ada, 1h);
    const auto bad = w.schedule(bob, 2h);
    w.pass(1h);
    auto sent = hub.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].starts_with("user_" + ada.id.str() + " scheduled_post:published {"));
    CHECK(sent[0].find("\"scheduled_post_id\":\"" + good.scheduled_post_id.str() + '"') != std::string::npos);
    CHECK(sent[0].find("\"post_id\":\"" + good.post_id.str() + '"') != std::string::npos);
    CHECK(sent[0].find("\"published_at\":\"2026-01-24T11:11:12.345Z\"") != std::string::npos);
    w.suspend(bob);
    w.pass(1h);
    sent = hub.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].starts_with("user_" + bob.id.str() + " scheduled_post:failed {"));
    CHECK(sent[0].find("\"error_code\":\"account_unavailable\"") != std::string::npos);
    (void)bad;
}
