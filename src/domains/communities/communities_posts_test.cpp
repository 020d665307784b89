// Posts in communities: they are posts, and the community decides who sees them.
#include "domains/communities/communities_test.hpp"

using namespace grover;
using namespace grover::communities;

TEST_CASE(
    "a post in a community is a post: opened, liked, saved, commented, voted and deleted as any other") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    CommunityPostCreate in{.community_id = id, .content = "Hello @bob"};
    const auto json = w.communities.post(ada, in).json;
    CHECK(json.find("\"message\":\"Posted to community\"") != std::string::npos);
    const auto made = wire::read<SeenPost>(json);
    CHECK(made.post_id.view().starts_with("cpost_"));
    CHECK(made.community_id == id);
    REQUIRE(made.community);
    CHECK(made.community->name == "Bread");
    CHECK(w.get(ada, id).post_count == 1);
    CHECK(w.told().find("\"mentioned_users\":[\"" + bob.id.str() + "\"]") != std::string::npos);

    CHECK(wire::read<SeenPost>(w.posts.get(bob, made.post_id).json).content == "Hello @bob");
    CHECK(w.posts.react(bob, made.post_id, "like").likes_count == 1);
    CHECK(w.posts.save(bob, made.post_id).saved);
    CHECK(w.ids_of(w.posts.saved(bob, {})) == std::vector{made.post_id});
    CHECK(w.ids_of(w.posts.mentions(bob, {})) == std::vector{made.post_id});
    CHECK(refusal([&] { w.posts.remove(bob, made.post_id); }) == "403 Not authorized");
    w.posts.remove(ada, made.post_id);
    CHECK(w.get(ada, id).post_count == 0);
    CHECK(w.drifted() == "0");
}

TEST_CASE("posts of communities are in no feed, profile, explore or list of everything") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.db->write([&](db::Write& tx) { w.users.add_follow(tx, bob.id, ada.id, w.clock.now()); });
    const auto id = w.community(ada);
    w.post(ada, id);
    bool is_private = false;
    CHECK(w.ids_of(w.posts.feed(bob, {})).empty());
    CHECK(w.ids_of(w.posts.explore(bob, {})).empty());
    CHECK(w.ids_of(w.posts.mine(ada, {})).empty());
    CHECK(w.ids_of(w.posts.posts_of_user(bob, ada.id, {}, is_private)).empty());
    CHECK(w.query("SELECT posts_count FROM user_counts WHERE user_id = '" + ada.id.str() + "'") == "0");
}

TEST_CASE("only members post; a refusal stores nothing") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    const auto post = [&](const Caller& me, const CommunityId& where, const std::string& content) {
        CommunityPostCreate in{.community_id = where, .content = content};
        return refusal([&] { w.communities.post(me, in); });
    };
    CHECK(post(bob, id, "x") == "403 Not a member");
    CHECK(post(ada, id, "").starts_with("422"));
    CHECK(post(ada, CommunityId("community_none"), "x") == "404 Community not found");
    CHECK(w.rows("posts") == 0);
    CHECK(w.get(ada, id).post_count == 0);
}

TEST_CASE("nothing of a private community is visible to a non-member, through any path") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
        const auto id = w.community(ada);
        w.join(bob, id);
        CommunityPostCreate in{.community_id = id, .content = "for @eve"};
        const auto post = wire::read<SeenPost>(w.communities.post(ada, in).json).post_id;
        w.posts.save(eve, post);
        const auto repost = w.posts.repost(bob, {.post_id = post}).repost_id;
        CHECK(w.ids_of(w.posts.saved(eve, {})).size() == 1);
        CHECK(w.ids_of(w.posts.mentions(eve, {})).size() == 1);

        CommunityUpdate close{.community_id = id, .is_private = true};
        w.communities.update(ada, close);
        CHECK(refusal([&] { w.posts.get(eve, post); }) == "404 Post not found");
        CHECK(refusal([&] { w.posts.react(eve, post, "like"); }) == "404 Post not found");
        CHECK(refusal([&] { w.posts.save(eve, post); }) == "404 Post not found");
        CHECK(refusal([&] { w.posts.reactions(eve, {.post_id = post}); }) == "404 Post not found");
        CHECK(refusal([&] { w.posts.get(eve, repost); }) == "404 Post not found");
        CHECK(refusal([&] { w.posts.repost(bob, {.post_id = post}); }).starts_with("4"));
        CHECK(w.ids_of(w.posts.saved(eve, {})).empty());
        CHECK(w.ids_of(w.posts.mentions(eve, {})).empty());
        CHECK(w.ids_of(w.communities.feed(bob, {})) == std::vector{post});
        CHECK(w.posts.get(bob, post).json.find("for @eve") != std::string::npos);
        w.told();
        w.post(ada, id, "again for @eve");
        CHECK(w.told().find("\"mentioned_users\":[]") != std::string::npos);
        w.communities.leave(bob, id);
        CHECK(refusal([&] { w.posts.get(bob, post); }) == "404 Post not found");
        CHECK(w.ids_of(w.communities.feed(bob, {})).empty());
    }
}

TEST_CASE("who left a private community is told no more of what becomes of their posts there") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
        const auto id = w.community(ada);
        w.join(bob, id);
        w.join(eve, id);
        const auto post = w.post(bob, id);
        const auto repost = w.posts.repost(eve, {.post_id = post}).repost_id;
        CommunityUpdate close{.community_id = id, .is_private = true};
        w.communities.update(ada, close);
        const auto heard = [&](const PostId& what) {
            w.told();
            w.posts.react(ada, what, "like");
            w.posts.share(ada, what);
            const auto told = w.told();
            w.posts.unlike(ada, what);
            CHECK(std::ranges::count(told, '\n') == 2);
            return told.find("\"author_lost_sight\":true") == std::string::npos;
        };
        CHECK(heard(post));
        CHECK(heard(repost));
        w.communities.leave(bob, id);
        w.communities.leave(eve, id);
        CHECK_FALSE(heard(post));
        CHECK_FALSE(heard(repost));
        CHECK(w.told().find("\"removed\":true") != std::string::npos);
    }
}

TEST_CASE("an author's private account does not hide what they post in an open community; a block does") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    const auto post = w.post(ada, id);
    testing::execute(*w.db, "UPDATE users SET is_private = 1 WHERE user_id = '" + ada.id.str() + "'");
    w.db->write([&](db::Write& tx) { tx.touch(ada.id); });
    CHECK(w.ids_of(w.communities.posts(bob, {.community_id = id})) == std::vector{post});
    w.block(ada, bob);
    CHECK(w.ids_of(w.communities.posts(bob, {.community_id = id})).empty());
    CHECK(refusal([&] { w.posts.get(bob, post); }) == "404 Post not found");
}

TEST_CASE("of many people, those see a post of a community, and its reposts, who may read there") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), cat = w.user("cat"),
               banned = w.user("banned");
    const auto id = w.community(ada);
    w.join(bob, id);
    w.join(banned, id);
    const auto post = w.post(bob, id);
    const auto repost = w.posts.repost(ada, {.post_id = post}).repost_id;
    w.communities.remove_member(ada, {.community_id = id, .user_id = banned.id, .ban = true});
    w.block(cat, bob);
    const std::vector<UserId> everybody{eve.id, banned.id, cat.id, bob.id, ada.id};
    const auto readers = [&](const PostId& which) {
        return w.db->read([&](db::Read& tx) {
            auto& gate = w.posts.gate();
            const auto out = gate.readers_of(tx, *gate.find(tx, which), everybody);
            for (const auto& user : everybody)
                CHECK((gate.sight_of(tx, user, *gate.find(tx, which)) == posts::Sight::seen) ==
                      (std::ranges::find(out, user) != out.end()));
            return out;
        });
    };
    CHECK(readers(post) == std::vector{eve.id, bob.id, ada.id});
    CHECK(readers(repost) == std::vector{eve.id, bob.id, ada.id});
    CommunityUpdate close{.community_id = id, .is_private = true};
    w.communities.update(ada, close);
    CHECK(readers(post) == std::vector{bob.id, ada.id});
    CHECK(readers(repost) == std::vector{bob.id, ada.id});
}

TEST_CASE("pinned posts come first on the first page, each post once on all pages") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    std::vector<PostId> posts;
    for (int i = 0; i < 9; ++i) posts.push_back(w.post(ada, id, std::to_string(i)));
    CHECK(refusal([&] { w.communities.pin(bob, id, posts[0], true); }) == "403 Not authorized");
    for (const int i : {1, 4, 6}) w.communities.pin(ada, id, posts[static_cast<std::size_t>(i)], true);
    w.communities.pin(ada, id, posts[4], true);
    CHECK(refusal([&] { w.communities.pin(ada, id, posts[0], true); }) ==
          "400 At most 3 posts can be pinned");
    CHECK(refusal([&] { w.communities.pin(ada, id, PostId("cpost_none"), false); }) == "404 Post not found");
    const std::vector<PostId> expected{posts[6], posts[4], posts[1], posts[8], posts[7],
                                       posts[5], posts[3], posts[2], posts[0]};
    for (const int limit : {1, 2, 4, 50}) {
        std::vector<PostId> found;
        PageRequest page{.limit = limit};
        do {
            const auto answer = w.communities.posts(bob, {.community_id = id, .page = page});
            for (const auto& post : w.ids_of(answer)) found.push_back(post);
            page.after = answer.next;
        } while (!page.after.empty());
        CHECK(found == expected);
    }
    w.posts.react(bob, posts[2], "like");
    CHECK(w.ids_of(w.communities.posts(bob, {.community_id = id, .sort = PostSort::top})).front() ==
          posts[2]);
    w.communities.pin(ada, id, posts[6], false);
    CHECK(w.ids_of(w.communities.posts(bob, {.community_id = id})).front() == posts[4]);
    CHECK(refusal([&] { w.posts.update(ada, {.post_id = posts[0], .is_pinned = true}); }).starts_with("400"));
    CHECK(refusal([&] {
              w.posts.update(ada, {.post_id = posts[0], .visibility = "private"});
          }).starts_with("400"));
}

TEST_CASE("an edit that sends along how a post of a community is shown changes the rest of it") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.community(ada);
    const auto post = w.post(ada, id, "before"), pinned = w.post(ada, id, "before");
    w.communities.pin(ada, id, pinned, true);
    for (const auto& [one, is_pinned] : {std::pair(post, false), {pinned, true}}) {
        w.posts.update(ada,
                       {.post_id = one, .content = "after", .visibility = "public", .is_pinned = is_pinned});
        CHECK(refusal([&] {
                  w.posts.update(ada, {.post_id = one, .content = "lost", .is_pinned = !is_pinned});
              }) == "400 A community decides who sees its posts and which are pinned");
        const auto seen = wire::read<SeenPost>(w.posts.get(ada, one).json);
        CHECK(seen.content == "after");
        CHECK(seen.is_pinned == is_pinned);
    }
}

TEST_CASE("what a private account posts in an open community is not reposted") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    const auto post = w.post(ada, id);
    testing::execute(*w.db, "UPDATE users SET is_private = 1 WHERE user_id = '" + ada.id.str() + "'");
    w.db->write([&](db::Write& tx) { tx.touch(ada.id); });
    w.told();
    CHECK(refusal([&] { w.posts.repost(bob, {.post_id = post}); }) == "403 Not authorized");
    CHECK(w.rows("posts") == 1);
    CHECK(w.told().empty());
}

TEST_CASE("moderators delete posts of others, and it is told who did") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.community(ada);
    w.join(bob, id);
    const auto post = w.post(bob, id);
    w.told();
    CHECK(refusal([&] { w.posts.remove(eve, post); }) == "403 Not authorized");
    CHECK(w.posts.remove(ada, post).message == "Post deleted");
    CHECK(w.told().find("\"removed_by\":\"" + ada.id.str() + "\"") != std::string::npos);
    CHECK(w.get(ada, id).post_count == 0);
}

TEST_CASE("a reader's own feed of communities is the newest of all of them") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.community(ada), second = w.community(ada), third = w.community(ada);
    w.join(bob, first);
    w.join(bob, second);
    std::vector<PostId> expected;
    for (int i = 0; i < 6; ++i) expected.insert(expected.begin(), w.post(ada, i % 2 == 0 ? first : second));
    w.post(ada, third);
    std::vector<PostId> found;
    PageRequest page{.limit = 4};
    do {
        const auto answer = w.communities.feed(bob, {.page = page});
        for (const auto& post : w.ids_of(answer)) found.push_back(post);
        page.after = answer.next;
    } while (!page.after.empty());
    CHECK(found == expected);
}

TEST_CASE("posts and deletions at once keep the count exact") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.community(ada);
    std::vector<PostId> posts;
    for (int i = 0; i < 10; ++i) posts.push_back(w.post(ada, id));
    at_once(10, [&](int i) {
        if (i % 2 == 0) {
            w.post(ada, id);
        } else {
            refusal([&] { w.posts.remove(ada, posts[static_cast<std::size_t>(i / 2)]); });
            refusal([&] { w.posts.remove(ada, posts[static_cast<std::size_t>(i / 2)]); });
        }
    });
    CHECK(w.get(ada, id).post_count == 10);
    CHECK(w.drifted() == "0");
}
