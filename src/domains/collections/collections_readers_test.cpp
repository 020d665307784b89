// Who sees which collections, follows them, and what remains when accounts end; races.
#include "domains/collections/collections_test.hpp"

using namespace grover;
using namespace grover::collections;
using namespace grover::collections::test;

TEST_CASE("a private collection is its owner's alone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.collection(ada, "secret", false);
    refuses(ErrorKind::not_authorized, "Collection is private", [&] { w.get(bob, id); });
    refuses(ErrorKind::not_authorized, "Collection is private",
            [&] { w.collections.follow(bob, id, FollowChange::toggle); });
    CHECK(w.of_user(bob, ada.id).empty());
    CHECK(w.of_user(ada, ada.id).empty());
    CHECK(w.collections.everybodys(bob, {}).items.empty());
    CHECK(names(w.collections.mine(ada, {}).items) == "secret");
    CHECK(w.rows("collection_follows") == 0);
}

TEST_CASE("across a block a collection does not exist") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.collection(ada, "open");
    w.block(ada, bob);
    w.block(eve, ada);
    for (const auto& other : {bob, eve}) {
        refuses(ErrorKind::not_found, "Collection not found", [&] { w.get(other, id); });
        refuses(ErrorKind::not_found, "Collection not found",
                [&] { w.collections.follow(other, id, FollowChange::toggle); });
        CHECK(w.collections.everybodys(other, {}).items.empty());
    }
    refuses(ErrorKind::not_found, "User not found", [&] { w.of_user(bob, ada.id); });
    CHECK(w.of_user(eve, ada.id).empty());
}

TEST_CASE("collections of a private account are for its followers") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada);
    const auto id = w.collection(ada, "open", true, {post});
    w.follow(bob, ada);
    w.make_private(ada);
    CHECK(w.shown(bob, id) == texts({post}));
    CHECK(names(w.of_user(bob, ada.id)) == "open");
    CHECK_FALSE(w.is_private);
    refuses(ErrorKind::not_authorized, "Collection is private", [&] { w.get(eve, id); });
    CHECK(w.of_user(eve, ada.id).empty());
    CHECK(w.is_private);
    CHECK(w.collections.everybodys(eve, {}).items.empty());
    refuses(ErrorKind::not_found, "User not found", [&] { w.of_user(eve, UserId("user_nobody")); });
}

TEST_CASE("each viewer gets only the posts they could open themselves") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), zoe = w.user("zoe");
    const auto open = w.post(zoe, "open"),
               followers = w.post(zoe, "for followers", posts::Visibility::followers),
               of_bob = w.post(bob, "of bob");
    w.follow(ada, zoe);
    const auto id = w.collection(ada, "mix", true, {open, followers, of_bob});
    w.block(bob, eve);
    CHECK(w.shown(ada, id) == texts({of_bob, followers, open}));
    CHECK(w.shown(eve, id) == texts({open}));
    const auto answer = w.get(eve, id);
    CHECK(answer.find("for followers") == std::string::npos);
    CHECK(answer.find("of bob") == std::string::npos);
    CHECK(answer.find(followers.str()) == std::string::npos);
}

TEST_CASE("lists come newest first, by pages, and tell what they are asked") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.collection(ada, "one", true, {post});
    w.collection(ada, "two", false);
    w.collection(bob, "three");
    const auto mine = w.collections.mine(ada, {.post_id = post});
    CHECK(names(mine.items) == "two one");
    CHECK(mine.items[0].contains_post == false);
    CHECK(mine.items[1].contains_post == true);
    CHECK(names(w.collections.everybodys(ada, {}).items) == "three one");
    CHECK(names(w.collections.everybodys(ada, {.q = "THR"}).items) == "three");
    CHECK(w.collections.everybodys(ada, {.q = "%"}).items.empty());
    const auto first = w.collections.everybodys(ada, {.page = {.limit = 1}});
    CHECK(names(first.items) == "three");
    CHECK(names(w.collections.everybodys(ada, {.page = {.limit = 1, .after = first.next}}).items) == "one");
    CHECK(names(w.collections.everybodys(ada, {.page = {.limit = 5, .skip = 1}}).items) == "one");
    refuses(ErrorKind::validation_error, "Invalid cursor",
            [&] { w.collections.everybodys(ada, {.page = {.after = "what"}}); });
}

TEST_CASE("following toggles, counts once, and is told to the owner once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.collection(ada, "open");
    w.effects();
    auto answer = w.collections.follow(bob, id, FollowChange::toggle);
    CHECK(answer.message == "Collection followed");
    CHECK(answer.following);
    CHECK(answer.followers_count == 1);
    CHECK(Json(w.get(bob, id)).flag("is_following"));
    CHECK(Json(w.get(ada, id)).number("followers_count") == 1);
    CHECK(w.number("SELECT count(*) FROM collection_follow_notices") == 1);
    answer = w.collections.follow(bob, id, FollowChange::toggle);
    CHECK(answer.message == "Collection unfollowed");
    CHECK(answer.followers_count == 0);
    w.collections.follow(bob, id, FollowChange::set);
    CHECK(w.collections.follow(bob, id, FollowChange::set).followers_count == 1);
    CHECK(w.effects() == "collection.followed\ncollection.followed\ncollection.unfollowed");
    CHECK(w.number("SELECT count(*) FROM collection_follow_notices") == 1);
    refuses(ErrorKind::validation_error, "Cannot follow your own collection",
            [&] { w.collections.follow(ada, id, FollowChange::toggle); });
    CHECK(w.collections.followers(ada, id, {}).items.size() == 1);
    refuses(ErrorKind::not_authorized, "", [&] { w.collections.followers(bob, id, {}); });
}

TEST_CASE("an owner sees who follows, newest first, but nobody across a block and no suspended account") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.collection(ada, "open");
    std::vector<Caller> fans;
    for (const auto* name : {"bob", "eve", "zoe", "dan", "kim"}) {
        fans.push_back(w.user(name));
        w.collections.follow(fans.back(), id, FollowChange::set);
        w.clock.advance(std::chrono::seconds{1});
    }
    const auto page = [&](PageRequest request) {
        std::string names;
        auto found = w.collections.followers(ada, id, request);
        for (const auto& item : found.items) {
            const auto json = item.user.json;
            const auto at = json.find("\"username\":\"") + 12;
            names += json.substr(at, json.find('"', at) - at) + ' ';
        }
        return std::pair{names, found.next};
    };
    CHECK(page({.limit = 10}).first == "kim dan zoe eve bob ");
    CHECK(page({.limit = 2, .skip = 1}).first == "dan zoe ");
    w.block(ada, fans[1]);
    w.block(fans[3], ada);
    testing::execute(w.db(), "UPDATE users SET suspended_at = 1 WHERE username = 'bob'");
    w.forget(fans[0].id.view());
    const auto [first, next] = page({.limit = 1});
    CHECK(first == "kim ");
    REQUIRE(!next.empty());
    const auto [second, last] = page({.limit = 1, .after = next});
    CHECK(second == "zoe ");
    CHECK(last.empty());
    CHECK(page({.limit = 10}).first == "kim zoe ");
}

TEST_CASE("a followed collection that becomes private sleeps until it is public again") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto first = w.collection(ada, "first"), second = w.collection(ada, "second", true, {post});
    w.collections.follow(bob, second, FollowChange::set);
    w.clock.advance(std::chrono::seconds{1});
    w.collections.follow(bob, first, FollowChange::set);
    CHECK(names(w.collections.followed(bob, {}).items) == "first second");
    CHECK(w.collections.followed(bob, {}).items[0].followed_at == w.clock.now());
    CHECK(posts::test::ids_of(w.collections.news(bob, {})) == texts({post}));
    w.collections.update(ada, {.collection_id = second, .is_public = false});
    CHECK(names(w.collections.followed(bob, {}).items) == "first");
    CHECK(w.collections.news(bob, {}).json == "[]");
    refuses(ErrorKind::not_authorized, "Collection is private", [&] { w.get(bob, second); });
    w.collections.update(ada, {.collection_id = second, .is_public = true});
    CHECK(names(w.collections.followed(bob, {}).items) == "first second");
    w.collections.update(ada, {.collection_id = second, .is_public = false});
    CHECK_FALSE(w.collections.follow(bob, second, FollowChange::toggle).following);
}

TEST_CASE("ten at once: a post is in a collection once, and the counts agree") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    const auto id = w.collection(ada, "mine");
    CHECK(w.at_once(10, [&](int) { w.collections.add(ada, id, post); }) == 1);
    CHECK(w.in_collections(post) == 1);
    CHECK(w.at_once(10, [&](int) { w.collections.take_out(ada, id, post); }) == 1);
    CHECK(w.in_collections(post) == 0);
    std::vector<CollectionId> others;
    for (int i = 0; i < 10; ++i) others.push_back(w.collection(ada, "c" + std::to_string(i)));
    CHECK(w.at_once(10, [&](int i) { w.collections.add(ada, others[static_cast<std::size_t>(i)], post); }) ==
          10);
    CHECK(w.in_collections(post) == 10);
    w.at_once(10, [&](int i) {
        if (i % 2 == 0)
            w.collections.remove(ada, others[static_cast<std::size_t>(i)]);
        else
            w.collections.take_out(ada, others[static_cast<std::size_t>(i)], post);
    });
    CHECK(w.in_collections(post) == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("ten at once: follows leave one edge or none, and limits hold") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.collection(ada, "mine");
    w.at_once(10, [&](int) { w.collections.follow(bob, id, FollowChange::toggle); });
    const auto edges = w.rows("collection_follows");
    CHECK(edges <= 1);
    CHECK(Json(w.get(ada, id)).number("followers_count") == edges);
    for (int i = 0; i < 95; ++i) w.collection(bob, "b" + std::to_string(i));
    CHECK(w.at_once(10, [&](int i) { w.collections.create(bob, {.name = "r" + std::to_string(i)}); }) == 5);
    CHECK(w.number("SELECT count(*) FROM collections WHERE user_id = '" + bob.id.str() + "'") == 100);
}

TEST_CASE("an account that ends takes its collections and follows along") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto hers = w.collection(ada, "hers", true, {post});
    w.collection(bob, "his", true, {post});
    w.collections.follow(bob, hers, FollowChange::set);
    const auto eraser = collections_eraser(w.posts.gate());
    while (!w.db().write([&](db::Write& tx) { return eraser->erase_some(tx, bob.id, 10); })) {
    }
    CHECK(w.rows("collections") == 1);
    CHECK(w.rows("collection_follows") == 0);
    CHECK(Json(w.get(ada, hers)).number("followers_count") == 0);
    CHECK(w.in_collections(post) == 1);
    CHECK(w.drifted() == 0);
}
