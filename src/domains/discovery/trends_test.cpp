// What is trending: contract/discovery.md §2 and §4.
#include "domains/discovery/discovery_test.hpp"
#include "domains/discovery/search.hpp"
#include "domains/discovery/search_index.hpp"

#include "sql/ranks.hpp"
#include "sql/wishes.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::discovery;
using namespace grover::discovery::ranks_test;

namespace {

struct Seen {
    std::string posts, rising, window;
};

Seen trending(World& w, const Caller& me) {
    w.settle();
    const auto document = *wire::JsonDocument::parse(w.discovery.trending(me));
    CHECK(document.root().find("trending_tags").size() == 0);
    return {World::each(document.root().find("trending_posts"), "content"),
            World::each(document.root().find("rising_creators"), "username"),
            std::string(document.root().find("window").string())};
}

std::string creators(World& w, const Caller& me, int limit = 10, std::string_view field = "username") {
    w.settle();
    return World::each(wire::JsonDocument::parse(w.discovery.creators(me, {.limit = limit}).json)->root(),
                       field);
}

}  // namespace

TEST_CASE("posts of the last day by likes, ties newer first; those without a like at the end") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto one = w.post(ada, "one"), two = w.post(ada, "two"), three = w.post(ada, "three");
    w.post(ada, "none");
    w.like(bob, one);
    w.like(bob, three);
    w.like(bob, two);
    w.like(eve, two);
    const auto seen = trending(w, bob);
    CHECK(seen.posts == "two three one none");
    CHECK(seen.window == "24h");
    w.posts.react(eve, two, "like");
    w.posts.react(bob, two, "like");
    CHECK(trending(w, bob).posts == "three one none two");
}

TEST_CASE("with fewer than three posts in a window the next one is asked") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto old = w.post(ada, "old");
    w.like(bob, old);
    w.clock.advance(std::chrono::hours{40 * 24});
    CHECK(trending(w, bob).posts == "old");
    CHECK(trending(w, bob).window == "all");
    for (int i = 0; i < 3; ++i) w.post(ada, "month");
    w.clock.advance(std::chrono::hours{10 * 24});
    CHECK(trending(w, bob).window == "30d");
    CHECK(trending(w, bob).posts == "month month month");
    for (int i = 0; i < 2; ++i) w.post(ada, "week");
    w.clock.advance(std::chrono::hours{48});
    w.post(ada, "today");
    CHECK(trending(w, bob).window == "7d");
    CHECK(trending(w, bob).posts == "today week week");
    w.post(ada, "today");
    w.post(ada, "today");
    CHECK(trending(w, bob).window == "24h");
}

TEST_CASE("trends hold nothing private, deleted or hidden, and nobody that the viewer blocked or muted") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), zoe = w.user("zoe");
    for (const auto* text : {"a1", "a2", "a3"}) w.like(zoe, w.post(ada, text));
    const auto of_bob = w.post(bob, "bob"), gone = w.post(ada, "gone");
    w.like(zoe, of_bob);
    w.like(zoe, gone);
    const auto secret = w.post(ada, "secret");
    w.like(zoe, secret);
    w.settle();
    w.posts.update(ada, {.post_id = secret, .visibility = "followers"});
    w.follow(zoe, ada);
    w.posts.remove(ada, gone);
    CHECK(trending(w, eve).posts == "bob a3 a2 a1");
    CHECK(trending(w, zoe).posts == "bob a3 a2 a1");
    w.block(bob, eve);
    CHECK(trending(w, eve).posts == "a3 a2 a1");
    CHECK(creators(w, eve) == "ada");
    w.mute(zoe, ada);
    CHECK(trending(w, zoe).posts == "bob");
    CHECK(creators(w, zoe) == "bob");
    w.make_private(bob);
    CHECK(trending(w, zoe).posts.empty());
    CHECK(creators(w, zoe).empty());
}

TEST_CASE("what is not for the reader takes nobody's place among the trends, however much of it leads") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    std::string open;
    for (int i = 0; i < 12; ++i) {
        const auto post = w.post(bob, "b" + std::to_string(i));
        if (i < 6) w.like(eve, post);
    }
    for (int i = 0; i < 130; ++i) {
        const auto post = w.post(ada, "secret");
        w.like(bob, post);
        w.like(eve, post);
    }
    w.settle();
    const std::string expected = "b5 b4 b3 b2 b1 b0 b11 b10 b9 b8";
    w.mute(eve, ada);  // one reader only
    CHECK(trending(w, eve).posts == expected);
    CHECK(trending(w, eve).window == "24h");
    CHECK(trending(w, bob).posts == "secret secret secret secret secret secret secret secret secret secret");
    w.make_private(ada);  // everybody
    CHECK(trending(w, bob).posts == expected);
    CHECK(trending(w, bob).window == "24h");
}

TEST_CASE("who is left out takes nobody's place among the rising, however many of them lead") {
    World w;
    const auto viewer = w.user("viewer"), low = w.user("zlow"), fan = w.user("fan"), fan2 = w.user("fan2");
    const auto stars = w.crowd("star", 70);
    for (const auto& star : stars) {
        w.follow(fan, star);
        w.follow(fan2, star);
    }
    w.follow(fan, low);
    w.settle();
    for (const auto& star : stars) w.block(star, viewer);
    CHECK(trending(w, viewer).rising == "zlow");
    CHECK(trending(w, fan).rising.find("zlow") == std::string::npos);
    for (const auto& star : stars) w.make_private(star);
    CHECK(trending(w, fan).rising == "zlow");
}

TEST_CASE("creators come in pages, by skip and by cursor, all of them") {
    World w;
    const auto viewer = w.user("viewer");
    const auto authors = w.crowd("author", 7);
    for (const auto& author : authors) w.post(author);
    w.settle();
    const auto page = [&](PageRequest request) { return w.discovery.creators(viewer, request); };
    const auto names = [&](const auto& answer) {
        return World::each(wire::JsonDocument::parse(answer.json)->root(), "username");
    };
    const auto all = names(page({.limit = 10}));
    CHECK(page({.limit = 7}).next.empty());
    CHECK(names(page({.limit = 3, .skip = 4})) == all.substr(4 * 8));
    CHECK(page({.limit = 3, .skip = 4}).next.empty());
    CHECK(names(page({.limit = 3, .skip = 7})).empty());
    std::string joined;
    PageRequest request{.limit = 3};
    do {
        const auto answer = page(request);
        joined += (joined.empty() ? "" : " ") + names(answer);
        request.after = answer.next;
        // Who becomes better meanwhile moves nobody else.
        if (request.after.empty()) break;
    } while (true);
    CHECK(joined == all);
    w.make_private(authors[0]);
    CHECK(names(page({.limit = 6})).size() == 6 * 8 - 1);
    CHECK(page({.limit = 6}).next.empty());
    refuses(ErrorKind::validation_error, "Invalid cursor", [&] { page({.after = "x"}); });
}

TEST_CASE("who does not want to be found is no creator for others, and does not rise") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.post(ada, "hers");
    w.post(bob, "his");
    w.follow(eve, ada);
    w.follow(eve, bob);
    w.settle();
    REQUIRE(creators(w, eve, 10).size() == std::string("ada bob").size());
    testing::execute(w.db(), "UPDATE users SET is_discoverable = 0 WHERE username = 'ada'");
    w.forget("profile:" + ada.id.str(), ada.id.str());
    CHECK(creators(w, eve) == "bob");
    CHECK(trending(w, eve).rising == "bob");
    CHECK(creators(w, ada).size() == std::string("ada bob").size());
}

TEST_CASE("creators by likes, twice comments and three times posts of a week") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto hers = w.post(ada, "hers");
    w.post(bob, "his");
    w.post(bob, "again");
    for (const auto& liker : {bob, eve}) w.like(liker, hers);
    w.posts.repost(eve, {.post_id = hers});
    CHECK(creators(w, ada) == "bob ada");
    CHECK(creators(w, ada, 10, "engagement_score") == "6 5");
    w.db().write([&](db::Write& tx) {
        w.posts.gate().change_comment_counts(tx, hers, 1, 1);
        tx.publish(comments::CommentCreated{.post_id = hers});
    });
    CHECK(creators(w, ada, 10, "engagement_score") == "7 6");
    CHECK(creators(w, ada, 10, "total_comments") == "1 0");
    CHECK(creators(w, ada, 1) == "ada");
    w.clock.advance(std::chrono::hours{8 * 24});
    for (int i = 0; i < 3; ++i) w.settle();
    CHECK(creators(w, ada).empty());
}

TEST_CASE("equal creators come by id, and each with what clients read") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.post(bob);
    w.post(ada);
    w.follow(bob, ada);
    w.settle();
    const auto document = *wire::JsonDocument::parse(w.discovery.creators(bob, {.limit = 10}).json);
    const auto first = document.root().at(0);
    CHECK(first.find("user_id").string() == std::min(ada.id, bob.id).view());
    for (std::size_t i = 0; i < 2; ++i) {
        const auto item = document.root().at(i);
        const bool is_ada = item.find("username").string() == "ada";
        CHECK(item.find("is_following").boolean() == is_ada);
        CHECK(item.find("followers_count").integer() == (is_ada ? 1 : 0));
        CHECK(item.find("follower_count").integer() == (is_ada ? 1 : 0));
        CHECK(item.find("bio").string().empty());
        CHECK_FALSE(item.find("email").present());
    }
}

TEST_CASE(
    "rising: new accounts with most followers, however many newer ones there are, then who gained most") {
    World w;
    const auto old = w.user("old"), older = w.user("older"), viewer = w.user("viewer");
    const auto fans = w.crowd("fan", 6);
    w.settle();
    w.clock.advance(std::chrono::hours{8 * 24});
    const auto star = w.user("star");
    w.crowd("nobody", 60);
    const auto second = w.user("second");
    const auto follow = [&](const Caller& who, const Caller& whom) {
        w.follow(who, whom);
        w.db().write([&](db::Write& tx) {
            tx.publish(
                users::Followed{.follower_id = who.id, .following_id = whom.id, .created_at = w.clock.now()});
        });
    };
    for (int i = 0; i < 3; ++i) follow(fans[static_cast<std::size_t>(i)], star);
    follow(fans[0], second);
    for (const auto& fan : fans) follow(fan, old);
    follow(fans[1], older);
    CHECK(trending(w, viewer).rising == "star second old older");
    w.block(star, viewer);
    CHECK(trending(w, viewer).rising == "second old older");
    w.clock.advance(std::chrono::hours{8 * 24});
    for (int i = 0; i < 3; ++i) w.settle();
    CHECK(trending(w, viewer).rising.empty());
}

TEST_CASE("what is trending says that it lacks hashtags while the index is being read") {
    World w;
    SearchIndex index(w.db(), w.clock, {});
    SearchService search(w.db(), w.clock, w.users(), w.posts.views(), w.posts.gate(), index);
    const HashtagsService hashtags(index, search);
    auto ground = w.ground();
    ground.hashtags = &hashtags;
    DiscoveryService discovery(ground, {});
    Api api;
    add_discovery_api(api, discovery);
    const auto ada = w.user("ada");
    const auto says_partial = [&] {
        const auto& endpoints = api.endpoints();
        const auto found = std::ranges::find_if(
            endpoints, [](const auto& endpoint) { return endpoint->name == "/api/discover/trending"; });
        api::Inputs inputs;
        http::Response response;
        http::RequestHead request;
        api::Reply reply(response, request);
        const auto open = [](std::string_view) { return std::string(); };
        const auto next = [](std::string_view) {};
        const auto replayed = [] { return false; };
        api::Call call{ada, inputs, reply, open, next, replayed};
        (*found)->run(call);
        return response.has_header("X-Search-Partial");
    };
    CHECK(says_partial());
    index.catch_up();
    CHECK_FALSE(says_partial());
}

TEST_CASE("ranks are the true numbers after any order of events, told twice or late") {
    World w;
    const auto ada = w.user("ada");
    const auto fans = w.crowd("fan", 10);
    const auto post = w.post(ada, "liked");
    std::vector<std::thread> threads;
    for (const auto& fan : fans) threads.emplace_back([&w, &post, &fan] { w.like(fan, post); });
    for (auto& thread : threads) thread.join();
    w.settle();
    CHECK(w.number("SELECT likes FROM post_ranks") == 10);
    CHECK(w.number("SELECT likes FROM creator_ranks WHERE user_id = '" + ada.id.str() + "'") == 10);
    for (int i = 0; i < 2; ++i) {
        w.db().write([&](db::Write& tx) {
            tx.publish(posts::PostReacted{.post_id = post, .author_id = ada.id, .user_id = fans[0].id});
        });
    }
    w.settle();
    CHECK(w.number("SELECT likes FROM post_ranks") == 10);
    for (const auto& fan : fans) w.like(fan, post);
    w.settle();
    CHECK(w.rows("post_ranks") == 0);
    CHECK(w.number("SELECT score FROM creator_ranks WHERE user_id = '" + ada.id.str() + "'") == 3);
}

TEST_CASE("answers are the same without copies in memory") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto ada = w.user("ada"), bob = w.user("bob");
        w.like(bob, w.post(ada, "one"));
        w.post(ada, "two");
        w.post(bob, "three");
        CHECK(trending(w, bob).posts == "one three two");
        CHECK(creators(w, bob) == "ada bob");
    }
}

TEST_CASE("no statement of ranks and wishes reads a whole table") {
    const auto db = testing::fresh_database();
    testing::check_no_scans(*db, sql::ranks::all);
    testing::check_no_scans(*db, sql::wishes::all);
}
