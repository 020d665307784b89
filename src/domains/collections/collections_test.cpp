// Collections and what is in them: contract/collections.md.
#include "domains/collections/collections_test.hpp"

#include "sql/collections.hpp"
#include "sql/collections_people.hpp"
#include "sql/collections_posts.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::collections;
using namespace grover::collections::test;

TEST_CASE("a collection is made with posts, and unknown or invisible ones are told") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.post(ada), second = w.post(bob),
               hidden = w.post(bob, "x", posts::Visibility::private_);
    const auto answer = w.collections.create(
        ada, {.name = "  Cooking  ",
              .description = "",
              .posts = {first.str(), "post_unknown", second.str(), hidden.str(), first.str()}});
    CHECK(answer.message == "Collection created");
    CHECK(answer.name == "Cooking");
    CHECK_FALSE(answer.description.has_value());
    CHECK_FALSE(answer.is_public);
    CHECK(answer.is_owner);
    CHECK(answer.post_count == 2);
    CHECK(answer.post_ids == std::vector{second, first});
    CHECK(answer.skipped == std::vector<std::string>{"post_unknown", hidden.str()});
    CHECK(answer.user.json.find("\"username\":\"ada\"") != std::string::npos);
    CHECK(answer.user.json.find("@example.com") == std::string::npos);
    CHECK(w.in_collections(first) == 1);
    CHECK(w.in_collections(hidden) == 0);

    const std::string json = wire::to_json(answer);
    CHECK(json.find("\"name\":\"Cooking\",\"title\":\"Cooking\"") != std::string::npos);
    CHECK(json.find("contains_post") == std::string::npos);
}

TEST_CASE("what is no collection is refused, and nothing is written") {
    World w;
    const auto ada = w.user("ada");
    refuses(ErrorKind::invalid_input, "", [&] { w.collections.create(ada, {.name = "<script>x</script>"}); });
    std::vector<std::string> many(51, "post_x");
    refuses(ErrorKind::invalid_input, "", [&] { w.collections.create(ada, {.name = "a", .posts = many}); });
    refuses(ErrorKind::validation_error, "Invalid post_id format",
            [&] { w.collections.create(ada, {.name = "a", .posts = {"post x"}}); });
    CHECK(w.rows("collections") == 0);
    for (int i = 0; i < 100; ++i) w.collection(ada, "c" + std::to_string(i));
    refuses(ErrorKind::validation_error, "Collection limit reached", [&] { w.collection(ada, "one more"); });
    CHECK(w.rows("collections") == 100);
}

TEST_CASE("posts come in the order of adding, whatever their own dates") {
    World w;
    const auto ada = w.user("ada");
    const auto oldest = w.post(ada, "oldest"), middle = w.post(ada, "middle"), newest = w.post(ada, "newest");
    const auto id = w.collection(ada, "mine");
    for (const auto& post : {newest, oldest, middle}) w.add(ada, id, post);
    CHECK(w.shown(ada, id) == texts({middle, oldest, newest}));

    const Json page(w.collections.get(ada, {.collection_id = id, .page = {.limit = 2}}).json);
    const auto posts = page.root().find("posts");
    REQUIRE(posts.size() == 2);
    CHECK(posts.at(0).find("post_id").string() == middle.view());
    CHECK(posts.at(0).find("added_at").present());
    CHECK(posts.at(0).find("added_by").string() == ada.id.view());
    CHECK(page.number("post_count") == 3);

    std::vector<std::string> paged;
    PageRequest request{.limit = 1};
    do {
        const auto next = w.collections.get(ada, {.collection_id = id, .page = request});
        const Json part(next.json);
        for (std::size_t i = 0; i < part.root().find("posts").size(); ++i)
            paged.emplace_back(part.root().find("posts").at(i).find("content").string());
        request.after = next.next;
    } while (!request.after.empty());
    CHECK(paged == std::vector<std::string>{"middle", "oldest", "newest"});
}

TEST_CASE("liked and saved are the caller's own, and true for the owner of the collection") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(bob, "say \"saved\":false,\"is_saved\":false");
    const auto id = w.collection(ada, "kept", true, {post});
    w.posts.react(bob, post, "love");
    w.posts.react(ada, post, "like");
    const auto of = [&](const Caller& me) {
        return Json(w.get(me, id)).root().find("posts").at(0).find("liked").boolean();
    };
    CHECK(of(ada));
    CHECK_FALSE(of(bob));
    const Json owners(w.get(ada, id)), others(w.get(bob, id));
    CHECK(owners.root().find("posts").at(0).find("saved").boolean());
    CHECK(owners.root().find("posts").at(0).find("is_saved").boolean());
    CHECK(owners.root().find("posts").at(0).find("content").string() ==
          "say \"saved\":false,\"is_saved\":false");
    CHECK_FALSE(others.root().find("posts").at(0).find("saved").boolean());
    CHECK(others.root().find("posts").at(0).find("user_reaction").string() == "love");
    w.posts.save(bob, post);
    CHECK(Json(w.get(bob, id)).root().find("posts").at(0).find("saved").boolean());
}

TEST_CASE("adding twice and removing twice count once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(bob);
    const auto id = w.collection(ada, "mine");
    const auto added = w.collections.add(ada, id, post);
    CHECK(added.message == "Post added to collection");
    CHECK(added.post_count == 1);
    CHECK(added.added_at == w.clock.now());
    refuses(ErrorKind::validation_error, "Post already in collection",
            [&] { w.collections.add(ada, id, post); });
    CHECK(w.in_collections(post) == 1);
    CHECK(w.collections.take_out(ada, id, post).post_count == 0);
    refuses(ErrorKind::not_found, "Post not in collection", [&] { w.collections.take_out(ada, id, post); });
    CHECK(w.in_collections(post) == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("who may add what, in the order of the errors") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada), followers = w.post(bob, "f", posts::Visibility::followers);
    const auto id = w.collection(ada, "mine");
    w.effects();
    refuses(ErrorKind::not_found, "Collection not found",
            [&] { w.collections.add(ada, CollectionId("collection_x"), PostId("post_x")); });
    refuses(ErrorKind::not_authorized, "Not authorized",
            [&] { w.collections.add(bob, id, PostId("post_x")); });
    refuses(ErrorKind::not_found, "Post not found", [&] { w.collections.add(ada, id, PostId("post_x")); });
    refuses(ErrorKind::not_found, "Post not found", [&] { w.collections.add(ada, id, followers); });
    refuses(ErrorKind::not_authorized, "Not authorized", [&] { w.collections.take_out(bob, id, post); });
    refuses(ErrorKind::not_authorized, "Not authorized",
            [&] { w.collections.update(bob, {.collection_id = id, .name = "his"}); });
    refuses(ErrorKind::not_authorized, "Not authorized", [&] { w.collections.remove(bob, id); });
    // Not even that it exists is said across a block.
    w.block(ada, bob);
    refuses(ErrorKind::not_found, "Collection not found", [&] { w.collections.remove(bob, id); });
    refuses(ErrorKind::not_found, "Collection not found",
            [&] { w.collections.update(bob, {.collection_id = id, .name = "mine"}); });
    refuses(ErrorKind::not_found, "Collection not found", [&] { w.collections.take_out(bob, id, post); });
    refuses(ErrorKind::not_found, "Collection not found",
            [&] { w.collections.remove(bob, CollectionId("collection_x")); });
    CHECK(w.rows("collection_posts") == 0);
    CHECK(w.rows("collections") == 1);
    CHECK(w.effects().empty());
}

TEST_CASE("a full collection takes no more") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.collection(ada, "full");
    const auto last = w.post(ada);
    // Behind the service's back: five hundred posts through it would be most of this test.
    for (int i = 0; i < 500; ++i) {
        const auto post = "post_" + std::to_string(i);
        testing::execute(
            w.db(),
            "INSERT INTO posts (post_id, user_id, content, created_at, in_collection_count) VALUES ('" +
                post + "', '" + ada.id.str() + "', 'x', 1, 1)");
        testing::execute(w.db(), "INSERT INTO collection_posts VALUES ('" + id.str() + "', '" + post +
                                     "', '" + ada.id.str() + "', 1, " + std::to_string(i) + ")");
    }
    refuses(ErrorKind::validation_error, "Collection is full", [&] { w.collections.add(ada, id, last); });
    CHECK(w.in_collections(last) == 0);
    CHECK(w.rows("collection_posts") == 500);
    w.collections.take_out(ada, id, PostId("post_7"));
    CHECK(w.collections.add(ada, id, last).post_count == 500);
    CHECK(w.drifted() == 0);
}

TEST_CASE("a post that became invisible stays, hidden, and can be taken out") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(bob);
    const auto id = w.collection(ada, "mine", true, {post});
    w.posts.update(bob, {.post_id = post, .visibility = "private"});
    CHECK(w.shown(ada, id).empty());
    const Json seen(w.get(ada, id));
    CHECK(seen.number("post_count") == 1);
    CHECK(seen.root().find("posts").size() == 0);
    CHECK(w.collections.take_out(ada, id, post).post_count == 0);
}

TEST_CASE("deleting a post takes it out of every collection, and of the counts") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(bob), other = w.post(bob);
    const auto mine = w.collection(ada, "mine", true, {post, other}),
               his = w.collection(bob, "his", true, {post});
    w.posts.remove(bob, post);
    CHECK(Json(w.get(ada, mine)).number("post_count") == 1);
    CHECK(w.shown(ada, mine) == texts({other}));
    CHECK(w.shown(bob, his).empty());
    CHECK(w.rows("collection_posts") == 1);
    CHECK(w.drifted() == 0);
}

TEST_CASE("collections of deleted posts that refer to each other are read and deleted as any") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    // Each holds the other's post and its repost; then all posts go.
    const auto a = w.post(ada), b = w.post(bob);
    const auto again = w.posts.repost(bob, {.post_id = a, .repost_comment = "look"}).repost_id;
    const auto first = w.collection(ada, "first", true, {b, again}),
               second = w.collection(bob, "second", true, {a, again});
    w.posts.remove(ada, a);
    CHECK(w.shown(ada, first) == texts({again, b}));
    w.posts.remove(bob, b);
    w.posts.remove(bob, again);
    for (const auto& id : {first, second}) {
        const Json answer(w.get(ada, id));
        CHECK(answer.number("post_count") == 0);
        CHECK(answer.is_null("cover_url"));
    }
    w.collections.remove(ada, first);
    w.collections.remove(bob, second);
    CHECK(w.rows("collection_posts") == 0);
}

TEST_CASE("deleting a collection leaves no entry and no follow, and every post") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    const auto id = w.collection(ada, "mine", true, {post});
    w.posts.save(ada, post);
    w.collections.follow(bob, id, FollowChange::toggle);
    w.effects();
    CHECK(w.collections.remove(ada, id).message == "Collection deleted");
    for (const auto* table :
         {"collections", "collection_posts", "collection_follows", "collection_follow_notices"})
        CHECK(w.rows(table) == 0);
    CHECK(w.rows("posts") == 1);
    CHECK(w.rows("post_saves") == 1);
    CHECK(w.in_collections(post) == 0);
    CHECK(w.effects() == "collection.deleted");
    refuses(ErrorKind::not_found, "Collection not found", [&] { w.get(ada, id); });
}

TEST_CASE("only the fields that are sent change") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.collection(ada, "mine", true);
    w.collections.update(ada, {.collection_id = id, .description = "about"});
    auto answer = w.collections.update(ada, {.collection_id = id, .name = "ours"});
    CHECK(answer.message == "Collection updated");
    CHECK(answer.name == "ours");
    CHECK(answer.description == "about");
    CHECK(answer.is_public);
    answer = w.collections.update(ada, {.collection_id = id, .description = "", .is_public = false});
    CHECK_FALSE(answer.description.has_value());
    CHECK_FALSE(answer.is_public);
    refuses(ErrorKind::invalid_input, "",
            [&] { w.collections.update(ada, {.collection_id = id, .name = "<script></script>"}); });
    refuses(ErrorKind::validation_error, "Post not in collection",
            [&] { w.collections.update(ada, {.collection_id = id, .cover_post_id = "post_x"}); });
}

TEST_CASE("updated_at moves with what a collection is and holds, and with nothing else") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto gone = w.post(bob), kept = w.post(bob);
    const auto repost = w.posts.repost(ada, {.post_id = gone}).repost_id;
    const auto id = w.collection(ada, "mine", true, {gone, kept}), beside = w.collection(ada, "other"),
               of_repost = w.collection(bob, "reposts", true, {repost});
    const auto moved = [&](const CollectionId& which, auto&& change) {
        const auto at = [&] {
            return w.number("SELECT updated_at FROM collections WHERE collection_id = '" + which.str() + "'");
        };
        const auto before = at();
        w.clock.advance(std::chrono::minutes{1});
        change();
        CHECK((at() == before || at() == w.clock.now().us));
        return at() != before;
    };
    CHECK_FALSE(moved(id, [&] { w.collections.update(ada, {.collection_id = id}); }));
    CHECK_FALSE(moved(id, [&] {
        w.collections.update(ada,
                             {.collection_id = id, .name = "mine", .description = "", .is_public = true});
    }));
    CHECK(moved(id, [&] { w.collections.update(ada, {.collection_id = id, .description = "all"}); }));
    CHECK(moved(id, [&] { w.collections.update(ada, {.collection_id = id, .cover_post_id = kept.str()}); }));
    CHECK_FALSE(moved(id, [&] { w.posts.react(ada, gone, "like"); }));
    CHECK_FALSE(moved(beside, [&] {
        CHECK(moved(of_repost, [&] { CHECK(moved(id, [&] { w.posts.remove(bob, gone); })); }));
    }));
    CHECK(w.drifted() == 0);
    CHECK_FALSE(moved(id, [&] { refuses(ErrorKind::not_found, "", [&] { w.posts.remove(bob, gone); }); }));
    CHECK(moved(id, [&] { w.collections.take_out(ada, id, kept); }));
}

TEST_CASE("the cost of a collection does not grow with the number of its posts") {
    World w(false);
    const auto ada = w.user("ada");
    const auto id = w.collection(ada, "mine");
    for (int i = 0; i < 30; ++i) w.add(ada, id, w.post(ada));
    CHECK(w.shown(ada, id).size() == 30);
}

TEST_CASE("several at once, moved, and put into another order") {
    using Ids = std::vector<std::string>;
    World w;
    const auto ada = w.user("ada");
    const auto a = w.post(ada, "a"), b = w.post(ada, "b"), c = w.post(ada, "c");
    const auto from = w.collection(ada, "from"), to = w.collection(ada, "to");
    const auto many = w.collections.add_many(
        ada, {.collection_id = from, .post_ids = Ids{a.str(), b.str(), "post_x", c.str(), a.str()}});
    CHECK(many.added == texts({a, b, c}));
    CHECK(many.skipped == std::vector<std::string>{"post_x"});
    CHECK(many.post_count == 3);
    CHECK(w.shown(ada, from) == texts({c, b, a}));

    w.collections.reorder(ada, {.collection_id = from, .post_ids = Ids{a.str(), c.str(), b.str()}});
    CHECK(w.shown(ada, from) == texts({a, c, b}));
    for (const auto& bad :
         {std::vector<std::string>{a.str(), b.str()}, std::vector<std::string>{a.str(), b.str(), b.str()},
          std::vector<std::string>{a.str(), b.str(), c.str(), "post_x"}})
        refuses(ErrorKind::validation_error, "",
                [&] { w.collections.reorder(ada, {.collection_id = from, .post_ids = bad}); });
    CHECK(w.shown(ada, from) == texts({a, c, b}));

    w.collections.move(ada, {.collection_id = from, .post_id = c, .to = to});
    CHECK(w.shown(ada, from) == texts({a, b}));
    CHECK(w.shown(ada, to) == texts({c}));
    refuses(ErrorKind::not_found, "Post not in collection",
            [&] { w.collections.move(ada, {.collection_id = from, .post_id = c, .to = to}); });
    w.add(ada, to, a);
    refuses(ErrorKind::validation_error, "Post already in collection",
            [&] { w.collections.move(ada, {.collection_id = from, .post_id = a, .to = to}); });
    CHECK(w.shown(ada, from) == texts({a, b}));

    w.collections.set_collections_of(ada, {.post_id = b, .collection_ids = Ids{to.str()}});
    CHECK(w.shown(ada, from) == texts({a}));
    CHECK(w.shown(ada, to) == texts({b, a, c}));
    const auto removed =
        w.collections.take_out_many(ada, {.collection_id = to, .post_ids = Ids{b.str(), "post_x"}});
    CHECK(removed.removed == texts({b}));
    CHECK(removed.skipped == std::vector<std::string>{"post_x"});
    CHECK(w.drifted() == 0);
}

TEST_CASE("a list that is missing is refused, and takes a post out of nothing") {
    using Ids = std::vector<std::string>;
    const auto problems_of = [](auto in) {
        api::Inputs inputs;
        inputs.path.emplace_back("collection_id", "collection_1");
        api::Problems problems;
        api::bind(inputs, in, problems);
        return problems.fields;
    };
    REQUIRE(problems_of(CollectionAddMany{}).size() == 1);
    CHECK(problems_of(CollectionAddMany{}).front().loc == Ids{"body", "post_ids"});
    CHECK(problems_of(CollectionRemoveMany{}).size() == 1);
    CHECK(CollectionOrder{}.misfit());
    CHECK(PostCollectionsSet{}.misfit()->loc == Ids{"body", "collection_ids"});
    CHECK_FALSE(CollectionOrder{.post_ids = Ids{}}.misfit());
    CHECK_FALSE(PostCollectionsSet{.collection_ids = Ids{}}.misfit());
}

TEST_CASE("collaborators add, and take out what they added") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto hers = w.post(ada), his = w.post(bob);
    const auto id = w.collection(ada, "ours", false, {hers});
    w.effects();
    w.collections.invite(ada, id, bob.id);
    CHECK(w.effects() == "collection.collaborator_invited");
    w.collections.invite(ada, id, bob.id);
    CHECK(w.effects().empty());
    refuses(ErrorKind::not_authorized, "Collection is private", [&] { w.get(bob, id); });
    refuses(ErrorKind::not_authorized, "", [&] { w.collections.add(bob, id, his); });
    refuses(ErrorKind::not_found, "Invitation not found", [&] { w.collections.accept_invitation(eve, id); });
    w.collections.accept_invitation(bob, id);
    w.add(bob, id, his);
    CHECK(w.shown(bob, id) == texts({his, hers}));
    refuses(ErrorKind::not_authorized, "", [&] { w.collections.take_out(bob, id, hers); });
    w.collections.take_out(bob, id, his);
    w.collections.drop_collaborator(ada, id, bob.id);
    refuses(ErrorKind::not_authorized, "", [&] { w.collections.add(bob, id, his); });
    w.block(ada, eve);
    refuses(ErrorKind::not_authorized, "You have blocked this user",
            [&] { w.collections.invite(ada, id, eve.id); });
}

TEST_CASE("no statement of collections reads a whole table") {
    const auto db = testing::fresh_database();
    testing::check_no_scans(*db, sql::collections::all);
    testing::check_no_scans(*db, sql::collections_posts::all);
    testing::check_no_scans(*db, sql::collections_people::all);
}
