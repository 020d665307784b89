// Categories: contract/discovery.md §3.
#include "domains/discovery/discovery_test.hpp"

#include "domains/discovery/categories.hpp"
#include "sql/categories.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::discovery;
using namespace grover::discovery::ranks_test;

TEST_CASE("the ten categories, in their order, with all names that clients read") {
    World w;
    const auto document = *wire::JsonDocument::parse(w.discovery.categories());
    CHECK(World::each(document.root(), "category_id") ==
          "music art tech fashion food fitness gaming education business entertainment");
    const auto first = document.root().at(0);
    CHECK(first.find("id").string() == "music");
    CHECK(first.find("name").string() == "Music");
    CHECK(first.find("icon").string() == "musical-notes");
    CHECK(first.find("color").string() == "#E91E63");
    CHECK(first.find("emoji").string() == "🎵");
    CHECK(first.find("post_count").integer() == 0);
}

TEST_CASE("a post is in its own category, or in those of its hashtags when it has none") {
    World w;
    const auto ada = w.user("ada");
    const auto tagged = w.post(ada, "new #guitar and #cooking"), own = w.post(ada, "about #guitar", "tech"),
               none = w.post(ada, "#guitarist #unknown");
    CHECK(w.category(ada, "music") == texts({tagged}));
    CHECK(w.category(ada, "food") == texts({tagged}));
    CHECK(w.category(ada, "tech") == texts({own}));
    CHECK(w.post_count("music") == 1);
    CHECK(w.post_count("tech") == 1);
    CHECK(w.rows("category_posts") == 3);
    refuses(ErrorKind::not_found, "Category not found", [&] { w.category(ada, "guitars"); });
    (void)none;
}

TEST_CASE("a category never returns posts that do not belong to it any more") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada, "#music");
    w.posts.update(ada, {.post_id = post, .category = "art"});
    CHECK(w.category(ada, "music").empty());
    CHECK(w.category(ada, "art") == texts({post}));
    w.posts.update(ada, {.post_id = post, .category = ""});
    CHECK(w.category(ada, "music") == texts({post}));
    w.posts.update(ada, {.post_id = post, .content = "silence"});
    CHECK(w.category(ada, "music").empty());
    w.posts.update(ada, {.post_id = post, .content = "#rap"});
    CHECK(w.post_count("music") == 1);
    w.posts.update(ada, {.post_id = post, .visibility = "followers"});
    CHECK(w.post_count("music") == 0);
    CHECK(w.category(ada, "music") == texts({post}));
    w.posts.update(ada, {.post_id = post, .visibility = "private"});
    CHECK(w.category(ada, "music") == texts({post}));  // her own
    CHECK(w.category(w.user("bob"), "music").empty());
    CHECK(w.post_count("music") == 0);
    w.posts.update(ada, {.post_id = post, .visibility = "public"});
    CHECK(w.post_count("music") == 1);
    w.posts.remove(ada, post);
    CHECK(w.post_count("music") == 0);
    CHECK(w.rows("category_posts") == 0);
}

TEST_CASE("a category shows each viewer what they may open, and counts public posts of public accounts") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    const auto open = w.post(eve, "#music"), of_ada = w.post(ada, "#music"),
               followers = w.post(ada, "#music", "", posts::Visibility::followers);
    w.post(ada, "#music", "", posts::Visibility::private_);
    CHECK(w.post_count("music") == 2);
    w.make_private(ada);
    w.db().write(
        [&](db::Write& tx) { tx.publish(users::PrivacyChanged{.user_id = ada.id, .is_private = true}); });
    w.settle();
    CHECK(w.post_count("music") == 1);
    CHECK(w.category(eve, "music") == texts({open}));
    CHECK(w.category(bob, "music") == texts({followers, of_ada, open}));
    w.block(eve, bob);
    CHECK(w.category(bob, "music") == texts({followers, of_ada}));
    w.mute(bob, ada);
    CHECK(w.category(bob, "music").empty());
}

TEST_CASE("popular ones come by likes, comments and reposts") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.post(ada, "#music 1"), second = w.post(ada, "#music 2"),
               third = w.post(ada, "#music 3");
    w.like(bob, second);
    w.posts.repost(bob, {.post_id = first});
    w.settle();
    CHECK(w.category(bob, "music", CategorySort::popular) == texts({first, second, third}));
    CHECK(w.category(bob, "music") == texts({third, second, first}));
}

TEST_CASE("pages of a category join without a gap") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 7; ++i) w.post(ada, "#music");
    std::vector<std::string> all;
    PageRequest request{.limit = 3};
    do {
        const auto page = w.discovery.category_posts(ada, {.category_id = "music", .page = request});
        for (const auto& id : posts::test::ids_of(page)) all.push_back(id);
        request.after = page.next;
    } while (!request.after.empty());
    CHECK(all == w.category(ada, "music"));
    CHECK(all.size() == 7);
}

TEST_CASE("no statement of categories reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::categories::all);
}
