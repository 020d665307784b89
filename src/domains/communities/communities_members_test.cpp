// Joining, leaving, asking, inviting, roles and bans; counters under races.
#include "domains/communities/communities_test.hpp"

using namespace grover;
using namespace grover::communities;

TEST_CASE("joining counts once, leaving takes it back, and both may be repeated") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    for (int i = 0; i < 2; ++i) {
        const auto joined = w.communities.join(bob, id);
        CHECK(joined.message == "Joined community");
        CHECK(joined.is_member);
        CHECK(joined.member_count == 2);
    }
    CHECK(w.get(bob, id).is_member);
    for (int i = 0; i < 2; ++i) {
        const auto left = w.communities.leave(bob, id);
        CHECK(left.message == "Left community");
        CHECK_FALSE(left.is_member);
        CHECK(left.member_count == 1);
    }
    CHECK(refusal([&] { w.communities.leave(ada, id); }) == "400 Owner cannot leave");
    CHECK(refusal([&] { w.communities.join(bob, CommunityId("community_none")); }) ==
          "404 Community not found");
    CHECK(w.drifted() == "0");
}

TEST_CASE("many joins and leaves at once never count a member twice or lose one") {
    World w;
    const auto ada = w.user("ada");
    std::vector<Caller> people;
    for (int i = 0; i < 10; ++i) people.push_back(w.user("person" + std::to_string(i)));
    const auto id = w.community(ada);
    at_once(10, [&](int) { w.communities.join(people[0], id); });
    CHECK(w.get(ada, id).member_count == 2);
    at_once(10, [&](int i) { w.communities.join(people[static_cast<std::size_t>(i)], id); });
    CHECK(w.get(ada, id).member_count == 11);
    at_once(10, [&](int i) {
        const auto& me = people[static_cast<std::size_t>(i / 2)];
        if (i % 2 == 0) {
            w.communities.leave(me, id);
        } else {
            w.communities.join(me, id);
        }
        CommunityPostCreate in{.community_id = id, .content = "x"};
        refusal([&] { w.communities.post(me, in); });
    });
    CHECK(w.drifted() == "0");
}

TEST_CASE("a private community is closed: no look, no join, until a request is approved") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.community(ada, true);
    CHECK(refusal([&] { w.get(bob, id); }) == "403 Private community");
    CHECK(refusal([&] { w.communities.join(bob, id); }) == "400 Private community - request needed");
    CHECK(refusal([&] { w.communities.members(bob, {.community_id = id}); }) == "403 Private community");
    CHECK(refusal([&] { w.communities.posts(bob, {.community_id = id}); }) == "403 Private community");
    w.told();

    const auto asked = w.communities.request(bob, {.community_id = id, .message = " Let me in "});
    CHECK(asked.request_status == RequestStatus::pending);
    const auto event = w.told();
    CHECK(event.find("community.requested") != std::string::npos);
    CHECK(event.find("\"moderator_ids\":[\"" + ada.id.str() + "\"]") != std::string::npos);
    w.communities.request(bob, {.community_id = id});
    CHECK(w.told().empty());
    CHECK(w.rows("community_requests") == 1);

    CHECK(refusal([&] { w.communities.requests(bob, {.community_id = id}); }) == "403 Not authorized");
    const auto open = w.communities.requests(ada, {.community_id = id}).items;
    REQUIRE(open.size() == 1);
    CHECK(open[0].user_id == bob.id);
    CHECK(open[0].message == "Let me in");
    CHECK(refusal([&] { w.communities.approve(eve, id, bob.id); }) == "403 Not authorized");
    CHECK(refusal([&] { w.communities.approve(ada, id, eve.id); }) == "404 Request not found");
    w.communities.approve(ada, id, bob.id);
    const auto accepted = w.told();
    CHECK(accepted.find("community.accepted") != std::string::npos);
    CHECK(accepted.find("community.request_ended") != std::string::npos);
    CHECK(w.get(bob, id).member_count == 2);
    CHECK(refusal([&] { w.communities.request(bob, {.community_id = id}); }) ==
          "400 You are already a member");
    CHECK(w.drifted() == "0");
}

TEST_CASE("after a declined request one may ask again in seven days") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada, true), open = w.community(ada);
    w.communities.request(bob, {.community_id = id});
    w.communities.decline(ada, id, bob.id);
    CHECK(refusal([&] { w.communities.decline(ada, id, bob.id); }) == "404 Request not found");
    w.clock.advance(7 * 24h - 1s);
    CHECK(refusal([&] {
              w.communities.request(bob, {.community_id = id});
          }).starts_with("400 You can ask again"));
    w.told();
    w.clock.advance(1s);
    CHECK(w.communities.request(bob, {.community_id = id}).request_status == RequestStatus::pending);
    CHECK(w.told().find("community.requested") != std::string::npos);
    CHECK(refusal([&] { w.communities.request(bob, {.community_id = open}); }) ==
          "400 Everybody can join this community");
}

TEST_CASE("of ten moderators who approve at once, the member counts once and the requester is told once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada, true);
    w.communities.request(bob, {.community_id = id});
    w.told();
    std::atomic<int> approved{0};
    at_once(10, [&](int) {
        if (refusal([&] { w.communities.approve(ada, id, bob.id); }).empty()) ++approved;
    });
    CHECK(approved == 1);
    CHECK(w.get(ada, id).member_count == 2);
    const auto events = w.told();
    CHECK(events.find("community.accepted") == events.rfind("community.accepted"));
}

TEST_CASE(
    "an invited user joins a private community directly; moderators invite there, members into open ones") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), kim = w.user("kim");
    const auto closed = w.community(ada, true), open = w.community(ada);
    w.join(eve, open);
    w.told();
    w.block(kim, ada);
    CHECK(refusal([&] { w.communities.invite(bob, {.community_id = closed, .user_ids = {eve.id.str()}}); }) ==
          "403 Not authorized");
    CHECK(
        w.communities
            .invite(ada, {.community_id = closed,
                          .user_ids = {bob.id.str(), bob.id.str(), kim.id.str(), ada.id.str(), "user_none"}})
            .invited == 1);
    CHECK(w.told().find("\"user_ids\":[\"" + bob.id.str() + "\"]") != std::string::npos);
    CHECK(w.communities.invite(ada, {.community_id = closed, .user_ids = {bob.id.str()}}).invited == 0);
    CHECK(w.told().empty());
    CHECK(w.communities.join(bob, closed).member_count == 2);
    CHECK(w.rows("community_invites") == 0);
    CHECK(refusal([&] { w.communities.invite(bob, {.community_id = closed, .user_ids = {eve.id.str()}}); }) ==
          "403 Not authorized");
    CHECK(w.communities.invite(eve, {.community_id = open, .user_ids = {bob.id.str()}}).invited == 1);
    const auto bad_fields = [](std::size_t people) {
        api::Inputs inputs;
        inputs.path.emplace_back("community_id", "community_1");
        for (std::size_t i = 0; i < people; ++i) inputs.form.push_back({"user_ids", "user_x"});
        CommunityInvite in;
        api::Problems problems;
        api::bind(inputs, in, problems);
        return problems.fields.size();
    };
    CHECK(bad_fields(0) == 1);
    CHECK(bad_fields(50) == 0);
    CHECK(bad_fields(51) == 1);
    CHECK(refusal([&] { w.communities.invite(ada, {.community_id = open, .user_ids = {"bad id"}}); }) ==
          "400 Invalid user_id format");
}

TEST_CASE(
    "a banned user sees nothing of the community, cannot join or ask, until a moderator invites again") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), mod = w.user("mona");
    const auto id = w.community(ada);
    w.join(bob, id);
    w.join(mod, id);
    w.communities.set_role(ada, {.community_id = id, .user_id = mod.id, .role = Role::moderator});
    const auto post = w.post(ada, id);
    CHECK(refusal([&] { w.communities.remove_member(bob, {.community_id = id, .user_id = ada.id}); }) ==
          "403 Not authorized");
    CHECK(refusal([&] {
              w.communities.remove_member(mod, {.community_id = id, .user_id = ada.id, .ban = true});
          }) == "403 Not authorized");
    CHECK(refusal([&] { w.communities.remove_member(ada, {.community_id = id, .user_id = mod.id}); }) ==
          "403 Not authorized");
    CHECK(refusal([&] {
              w.communities.remove_member(mod, {.community_id = id, .user_id = UserId("user_none")});
          }) == "404 Member not found");
    w.told();
    CHECK(w.communities.remove_member(mod, {.community_id = id, .user_id = bob.id, .ban = true}).message ==
          "User banned");
    CHECK(w.told().find("\"is_banned\":true") != std::string::npos);
    CHECK(refusal([&] { w.get(bob, id); }) == "404 Community not found");
    CHECK(refusal([&] { w.posts.get(bob, post); }) == "404 Post not found");
    CHECK(refusal([&] { w.communities.join(bob, id); }) == "403 You are banned from this community");
    CHECK(w.communities.discover(bob, {}).items.empty());
    CHECK(w.get(ada, id).member_count == 2);
    w.communities.invite(mod, {.community_id = id, .user_ids = {bob.id.str()}});
    CHECK(w.communities.join(bob, id).is_member);
    CHECK(w.drifted() == "0");
}

TEST_CASE("the owner gives and takes roles, at most twenty moderate, and hands the community over") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.community(ada);
    w.join(bob, id);
    const auto set = [&](const Caller& me, const Caller& whom, Role role) {
        return refusal(
            [&] { w.communities.set_role(me, {.community_id = id, .user_id = whom.id, .role = role}); });
    };
    CHECK(set(bob, bob, Role::moderator) == "403 Not authorized");
    CHECK(set(ada, eve, Role::moderator) == "404 Member not found");
    CHECK(set(ada, ada, Role::member).starts_with("400"));
    CHECK(set(ada, bob, Role::moderator).empty());
    CHECK(w.get(ada, id).moderator_ids == std::vector{ada.id, bob.id});
    for (int i = 0; i < 18; ++i) {
        const auto person = w.user("mona" + std::to_string(i));
        w.join(person, id);
        CHECK(set(ada, person, Role::moderator).empty());
    }
    w.join(eve, id);
    CHECK(set(ada, eve, Role::moderator) == "400 A community has at most 20 moderators");
    CHECK(set(ada, bob, Role::owner).empty());
    CHECK(w.get(ada, id).owner_id == bob.id);
    CHECK_FALSE(w.get(ada, id).is_owner);
    CHECK(w.get(ada, id).is_moderator);
    CHECK(w.query("SELECT count(*) FROM community_members WHERE role = 2") == "1");
    CHECK(w.communities.leave(ada, id).member_count == 20);
}

TEST_CASE(
    "members are listed by role and time, without people in a block, searched by name, page after page") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), mod = w.user("mona");
    const auto id = w.community(ada);
    for (const auto* person : {&bob, &eve, &mod}) w.join(*person, id);
    w.communities.set_role(ada, {.community_id = id, .user_id = mod.id, .role = Role::moderator});
    const auto list = [&](const Caller& me, CommunityMembers in) {
        std::string all;
        in.community_id = id;
        do {
            const auto page = w.communities.members(me, in);
            for (const auto& member : page.items)
                all += wire::read<users::UserSummary>(member.user.json).username + ' ' +
                       std::string(wire::name_of(member.role)) + '\n';
            in.page.after = page.next;
        } while (!in.page.after.empty());
        return all;
    };
    for (const int limit : {1, 2, 50})
        CHECK(list(bob, {.page = {.limit = limit}}) == "ada owner\nmona moderator\nbob member\neve member\n");
    CHECK(list(bob, {.role = Role::member}) == "bob member\neve member\n");
    CHECK(list(bob, {.q = "EV"}) == "eve member\n");
    CHECK(list(bob, {.page = {.limit = 2, .skip = 3}}) == "eve member\n");
    w.block(eve, bob);
    CHECK(list(bob, {}) == "ada owner\nmona moderator\nbob member\n");
    CHECK(list(ada, {}).find("email") == std::string::npos);
}
