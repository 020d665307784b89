// What sockets hear of communities, and who hears no more.
#include <set>
#include <sstream>
#include <utility>

#include "domains/communities/communities_test.hpp"
#include "platform/sockets/sockets_testing.hpp"

using namespace grover;
using namespace grover::communities;
using sockets::Room;
using Lines = std::vector<std::string>;

namespace {

struct Live : World {
    sockets::RecordingHub hub{clock};
    sockets::Sockets table;

    std::string rechecked;

    Live() {
        add_communities_sockets(
            table, hub, background.events(), communities,
            {.recheck_reader = [this](const UserId& user) { rechecked += user.str() + ' '; },
             .recheck_community = [this](const CommunityId& id) { rechecked += id.str() + ' '; }});
    }

    std::string enter(sockets::TestSocket& socket, const Caller& me, const CommunityId& id) {
        return sockets::send(table, socket, me, "community:join", R"({"community_id":")" + id.str() + "\"}");
    }
    Lines sent() {
        background.run_due();
        return hub.sent();
    }
};

}  // namespace

TEST_CASE(
    "members hear of a private community, anybody of an open one, nobody of one that is hidden from them") {
    Live w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto open = w.community(ada), closed = w.community(ada, true);
    sockets::TestSocket socket(w.hub, "s1", bob.id);
    CHECK(w.enter(socket, bob, open).starts_with(R"({"ok":true)"));
    CHECK(w.enter(socket, bob, closed).find("forbidden") != std::string::npos);
    CHECK(w.enter(socket, bob, CommunityId("community_none")).find("not_found") != std::string::npos);
    CHECK(socket.is_in(Room::community(open.view())));
    CHECK_FALSE(socket.is_in(Room::community(closed.view())));
    sockets::send(w.table, socket, bob, "community:leave", R"({"communityId":")" + open.str() + "\"}");
    CHECK_FALSE(socket.is_in(Room::community(open.view())));
}

TEST_CASE("posts, removals and the number of members are told to the room alone") {
    Live w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    w.sent();
    w.hub.put(Room::community(id.view()), bob.id);
    const auto post = w.post(ada, id);
    const std::string room = "community_" + id.str();
    const auto ids = R"({"community_id":")" + id.str() + R"(","communityId":")" + id.str() + '"';
    const auto of_post = ids + R"(,"post_id":")" + post.str() + R"(","postId":")" + post.str() + "\"}";
    CHECK(w.sent() == Lines{room + " community:post " + of_post});
    w.join(bob, id);
    CHECK(w.sent() == Lines{room + " community:members " + ids + R"(,"member_count":2})"});
    w.posts.remove(ada, post);
    CHECK(w.sent() == Lines{room + " community:post_removed " + of_post});
}

TEST_CASE("who blocked the author of a post, or is blocked by them, hears nothing of it") {
    Live w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), kim = w.user("kim");
    const auto id = w.community(ada);
    w.join(bob, id);
    const auto room = Room::community(id.view());
    for (const auto* person : {&ada, &bob, &eve, &kim}) w.hub.put(room, person->id);
    w.block(bob, eve);
    w.block(kim, bob);
    w.block(ada, kim);  // of no concern to what bob writes
    w.sent();
    const auto except = [](const std::string& line) {
        std::set<std::string> out;
        auto words = std::istringstream(line.substr(line.find('}')));
        for (std::string word; words >> word;) {
            if (word.starts_with("user_")) out.insert(word);
        }
        return out;
    };
    const auto post = w.post(bob, id);
    const auto told = w.sent();
    REQUIRE(told.size() == 1);
    CHECK(told.front().find(" community:post ") != std::string::npos);
    CHECK(except(told.front()) == std::set{eve.id.str(), kim.id.str()});
    w.posts.remove(bob, post);
    const auto removed = w.sent();
    REQUIRE(removed.size() == 1);
    CHECK(removed.front().find(" community:post_removed ") != std::string::npos);
    CHECK(except(removed.front()) == std::set{eve.id.str(), kim.id.str()});
    // Others' posts reach them as before.
    w.post(ada, id);
    const auto others = w.sent();
    REQUIRE(others.size() == 1);
    CHECK(except(others.front()) == std::set{kim.id.str()});
}

TEST_CASE("who is banned, or leaves a private community, hears no more; nor do strangers when it closes") {
    Live w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), kim = w.user("kim");
    const auto id = w.community(ada);
    w.join(bob, id);
    w.join(eve, id);
    const auto room = Room::community(id.view());
    for (const auto* person : {&ada, &bob, &eve, &kim}) w.hub.put(room, person->id);
    w.communities.remove_member(ada, {.community_id = id, .user_id = bob.id, .ban = true});
    w.sent();
    CHECK(w.hub.members(room).size() == 3);
    for (int i = 0; i < 1'500; ++i) w.hub.put(room, UserId("user_passer_by_" + std::to_string(i)));
    CommunityUpdate close{.community_id = id, .is_private = true};
    w.communities.update(ada, close);
    w.sent();
    CHECK(w.hub.members(room).size() == 2);
    w.communities.leave(eve, id);
    w.sent();
    CHECK(w.hub.members(room) == std::vector{ada.id});
    w.communities.remove(ada, id);
    w.sent();
    CHECK_FALSE(w.hub.has_members(room));
}

TEST_CASE("where somebody may see less of a community, who watches its posts is looked at again") {
    Live w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.community(ada);
    for (const auto* person : {&bob, &eve}) w.join(*person, id);
    w.sent();
    CHECK(w.rechecked.empty());
    // Also when nobody is in the room of the community itself.
    w.communities.remove_member(ada, {.community_id = id, .user_id = bob.id, .ban = true});
    w.communities.leave(eve, id);
    w.sent();
    CHECK(std::exchange(w.rechecked, {}) == bob.id.str() + ' ' + eve.id.str() + ' ');
    CommunityUpdate rename{.community_id = id, .name = "Rolls"};
    w.communities.update(ada, rename);
    w.sent();
    CHECK(w.rechecked.empty());
    CommunityUpdate close{.community_id = id, .is_private = true};
    w.communities.update(ada, close);
    w.sent();
    CHECK(w.rechecked == id.str() + ' ');
}
