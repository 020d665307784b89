// Founding, finding, changing and deleting communities.
#include "domains/communities/communities_test.hpp"
#include "sql/communities.hpp"
#include "sql/communities_members.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::communities;

namespace {

std::vector<std::string> names(const std::vector<Community>& communities) {
    std::vector<std::string> out;
    for (const auto& community : communities) out.push_back(community.name);
    return out;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("who founds a community owns it, moderates it and is its first member") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CommunityCreate in{.name = " Bread ", .description = "All about it"};
    const auto made = w.communities.create(ada, in);
    CHECK(made.message == "Community created");
    CHECK(made.community_id.view().starts_with("community_"));
    CHECK(made.name == "Bread");
    CHECK(made.category == "General");
    CHECK(made.owner_id == ada.id);
    CHECK(made.moderator_ids == std::vector{ada.id});
    CHECK(made.member_count == 1);
    CHECK(made.post_count == 0);
    CHECK(made.is_owner);
    CHECK(made.is_moderator);
    CHECK(made.is_member);
    const auto json = wire::to_json(made);
    for (const auto* key : {"\"creator_id\":\"", "\"owner_id\":\"", "\"rules\":[]", "\"cover_image\":null",
                            "\"request_status\":\"none\""})
        CHECK_MESSAGE(json.find(key) != std::string::npos, key);
    CHECK(json.find("example.com") == std::string::npos);

    const auto seen = w.get(bob, made.community_id);
    CHECK_FALSE(seen.is_member);
    CHECK_FALSE(seen.is_owner);
    CHECK(refusal([&] { w.get(bob, CommunityId("community_unknown")); }) == "404 Community not found");
}

TEST_CASE("text that cleaning leaves empty is refused, and nothing is stored") {
    World w;
    const auto ada = w.user("ada");
    CommunityCreate in{.name = "<script>x</script>", .description = "x"};
    CHECK(refusal([&] { w.communities.create(ada, in); }).starts_with("422"));
    CHECK(w.rows("communities") == 0);
    CHECK(w.rows("community_members") == 0);
}

TEST_CASE("an owner has at most twenty communities, also when many are founded at once") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 17; ++i) w.community(ada);
    std::atomic<int> refused{0};
    at_once(10, [&](int) {
        if (refusal([&] { w.community(ada); }) == "400 You can own at most 20 communities") ++refused;
    });
    CHECK(refused == 7);
    CHECK(w.rows("communities") == 20);
}

TEST_CASE("discover lists public communities in each order, by category and by words, page after page") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), kim = w.user("kim");
    const auto found = [&](const std::string& name, const std::string& category, bool is_private = false) {
        CommunityCreate in{
            .name = name, .description = "about " + name, .category = category, .is_private = is_private};
        const auto id = w.communities.create(ada, in).community_id;
        w.clock.advance(1s);
        return id;
    };
    const auto bread = found("Bread and butter", "Food"), cats = found("Cats", "Animals"),
               apples = found("Apples", "food"), secret = found("Secret bread", "Food", true);
    w.join(bob, cats);
    w.join(eve, cats);
    w.join(bob, apples);
    w.post(bob, apples);
    const auto list = [&](CommunityDiscover in) {
        Names all;
        do {
            const auto page = w.communities.discover(kim, in);
            for (auto& name : names(page.items)) all.push_back(name);
            in.page.after = page.next;
        } while (!in.page.after.empty());
        return all;
    };
    for (const int limit : {1, 2, 20}) {
        const PageRequest page{.limit = limit};
        CHECK(list({.page = page}) == Names{"Cats", "Apples", "Bread and butter"});
        CHECK(list({.page = page, .sort = DiscoverSort::newest}) ==
              Names{"Apples", "Cats", "Bread and butter"});
        CHECK(list({.page = page, .sort = DiscoverSort::name}) ==
              Names{"Apples", "Bread and butter", "Cats"});
        CHECK(list({.page = page, .sort = DiscoverSort::active}) ==
              Names{"Apples", "Cats", "Bread and butter"});
        CHECK(list({.page = page, .category = "FOOD"}) == Names{"Apples", "Bread and butter"});
        CHECK(list({.page = page, .category = "Food", .sort = DiscoverSort::name}) ==
              Names{"Apples", "Bread and butter"});
        CHECK(list({.page = page, .q = "brea"}) == Names{"Bread and butter"});
        CHECK(list({.page = page, .q = "BUTTER bread"}) == Names{"Bread and butter"});
        CHECK(list({.page = page, .q = "about"}) == Names{"Cats", "Apples", "Bread and butter"});
    }
    CHECK(list({.q = "nothing"}).empty());
    CHECK(list({.q = "***"}).empty());
    CHECK(w.communities.discover(kim, {.page = {.skip = kMaxSkip + 1}}).items.empty());
    CHECK(refusal([&] { w.communities.discover(kim, {.page = {.after = "newest.1.x.y"}}); }) ==
          "400 Invalid cursor");
    std::string counted;
    for (const auto& [category, count] : w.communities.categories())
        counted += category + ' ' + std::to_string(count) + '\n';
    CHECK(counted == "Food 2\nAnimals 1\n");
    (void)bread, (void)secret;
}

TEST_CASE("own public communities are merged into the first page of discover, in its order") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CommunityId last;
    for (int i = 0; i < 15; ++i) {
        last = w.community(ada, false, "Large " + std::to_string(i));
        w.join(w.user("fan" + std::to_string(i)), last);
    }
    const auto small = w.community(bob, false, "Small");
    const auto hidden = w.community(bob, true, "Hidden");
    const auto page = w.communities.discover(bob, {.page = {.limit = 5}});
    REQUIRE(page.items.size() == 6);
    CHECK(page.items.back().community_id == small);
    CHECK(page.items.back().is_member);
    CHECK_FALSE(page.items.front().is_member);
    CHECK(w.communities.discover(bob, {.page = {.limit = 5, .after = page.next}}).items.size() == 5);
    CHECK(w.communities.discover(ada, {.page = {.limit = 5}, .q = "small"}).items.size() == 1);
    (void)hidden;
}

TEST_CASE("what was merged into the first page of discover is on no later one, and every later one is full") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 17; ++i) {
        const auto id = w.community(ada, false, "Large " + std::to_string(i));
        w.join(w.user("fan" + std::to_string(i)), id);
        if (i % 4 == 0) w.join(bob, id);
    }
    w.community(bob, false, "Small");
    for (const auto sort :
         {DiscoverSort::members, DiscoverSort::newest, DiscoverSort::name, DiscoverSort::active}) {
        for (const std::int64_t skip : {0, 2}) {
            std::vector<std::string> found;
            CommunityDiscover in{.page = {.limit = 3, .skip = skip}, .sort = sort};
            do {
                const auto page = w.communities.discover(bob, in);
                if (!page.next.empty()) CHECK(page.items.size() >= 3);
                for (const auto& one : page.items) found.push_back(one.community_id.str());
                in.page.after = page.next;
            } while (!in.page.after.empty());
            CHECK(std::ssize(found) == 18 - skip);
            std::ranges::sort(found);
            CHECK(std::ranges::adjacent_find(found) == found.end());
        }
    }
}

TEST_CASE("mine are all that one is in, private ones too, latest activity first, by role") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto own = w.community(bob, true, "Own");
    const auto other = w.community(ada, false, "Other");
    w.community(ada, false, "Not mine");
    w.join(bob, other);
    CHECK(names(w.communities.mine(bob, {}).items) == Names{"Other", "Own"});
    w.post(bob, own);
    CHECK(names(w.communities.mine(bob, {}).items) == Names{"Own", "Other"});
    CHECK(names(w.communities.mine(bob, {.role = Role::member}).items) == Names{"Other"});
    const auto first = w.communities.mine(bob, {.page = {.limit = 1}});
    CHECK(names(first.items) == Names{"Own"});
    CHECK(names(w.communities.mine(bob, {.page = {.limit = 1, .after = first.next}}).items) ==
          Names{"Other"});
}

TEST_CASE("owner and moderators change a community, the owner alone its privacy, nobody else anything") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.community(ada);
    w.join(bob, id);
    w.join(eve, id);
    w.communities.set_role(ada, {.community_id = id, .user_id = bob.id, .role = Role::moderator});
    CommunityUpdate rename{.community_id = id,
                           .name = "Cakes",
                           .category = "Food",
                           .rules = std::vector<Rule>{{"Be kind", "Always"}}};
    CHECK(refusal([&] { w.communities.update(eve, rename); }) == "403 Not authorized");
    const auto changed = w.communities.update(bob, rename);
    CHECK(changed.name == "Cakes");
    CHECK(changed.rules.json == R"([{"title":"Be kind","description":"Always"}])");
    CHECK(names(w.communities.discover(eve, {.q = "cakes"}).items) == Names{"Cakes"});
    CHECK(w.communities.discover(eve, {.q = "bread"}).items.empty());
    CommunityUpdate close{.community_id = id, .is_private = true};
    CHECK(refusal([&] { w.communities.update(bob, close); }) == "403 Not authorized");
    CHECK(w.communities.update(ada, close).is_private);
    CHECK(w.communities.discover(w.user("kim"), {}).items.empty());
    CHECK(w.communities.categories().empty());
    CommunityUpdate bad{.community_id = id, .rules = std::vector<Rule>{{"", "no title"}}};
    CHECK(refusal([&] { w.communities.update(ada, bad); }).starts_with("422"));
}

TEST_CASE("a deleted community is gone at once, and leaves no posts, members or comments behind") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.community(ada);
    w.join(bob, id);
    std::vector<PostId> posts;
    for (int i = 0; i < 120; ++i) posts.push_back(w.post(i % 2 == 0 ? ada : bob, id));
    w.posts.react(ada, posts[1], "like");
    CHECK(refusal([&] { w.communities.remove(bob, id); }) == "403 Not authorized");
    CHECK(w.communities.remove(ada, id).message == "Community deleted");
    CHECK(refusal([&] { w.get(ada, id); }) == "404 Community not found");
    CHECK(refusal([&] { w.posts.get(ada, posts[0]); }) == "404 Post not found");
    CHECK(w.communities.mine(ada, {}).items.empty());
    CHECK(w.told().find("community.deleted") != std::string::npos);
    for (const auto* table : {"communities", "community_members", "community_words", "community_categories",
                              "posts", "post_stances"})
        CHECK_MESSAGE(w.rows(table) == 0, table);
    CHECK(w.query("SELECT likes_count FROM user_counts WHERE user_id = '" + bob.id.str() + "'") == "0");
}

TEST_CASE("an account leaves its communities; what it owns goes to the next in line, or ends") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto shared = w.community(ada), alone = w.community(ada), joined = w.community(bob);
    w.join(bob, shared);
    w.join(eve, shared);
    w.communities.set_role(ada, {.community_id = shared, .user_id = eve.id, .role = Role::moderator});
    w.join(ada, joined);
    w.post(ada, shared);
    w.post(bob, shared);
    w.post(ada, alone);
    const auto eraser = communities_eraser(w.media, w.posts.writer());
    int calls = 0;
    for (bool done = false; !done; ++calls) {
        REQUIRE(calls < 30);
        w.db->write([&](db::Write& tx) { done = eraser->erase_some(tx, ada.id, 1); });
    }
    for (bool done = false; !done;)
        w.db->write([&](db::Write& tx) { done = w.posts.erase_some(tx, ada.id, 5); });
    CHECK(w.get(bob, shared).owner_id == eve.id);
    CHECK(w.get(bob, shared).moderator_ids == std::vector{eve.id});
    CHECK(w.get(bob, shared).member_count == 2);
    CHECK(w.get(bob, shared).post_count == 1);
    CHECK(refusal([&] { w.get(bob, alone); }) == "404 Community not found");
    CHECK(w.get(bob, joined).member_count == 1);
    CHECK(w.drifted() == "0");
    CHECK(w.rows("posts") == 1);
}

TEST_CASE("an export holds the memberships and the posts in communities") {
    struct Archive final : users::ExportWriter {
        void begin(std::string_view file_name) override { all += "== " + std::string(file_name) + '\n'; }
        void text(std::string_view piece) override { all += piece; }
        void file(std::string_view, const std::string&) override {}
        std::string all;
    } archive;
    World w;
    const auto ada = w.user("ada");
    const auto id = w.community(ada);
    w.post(ada, id, "among us");
    communities_export(*w.db)->contribute(ada.id, archive);
    w.posts.contribute(ada.id, archive);
    CHECK(archive.all.find("== communities.json\n[{\"community_id\":\"" + id.str()) != std::string::npos);
    CHECK(archive.all.find("\"role\":\"owner\"") != std::string::npos);
    const auto posts = archive.all.find("== community_posts.json");
    REQUIRE(posts != std::string::npos);
    CHECK(archive.all.find("among us") > posts);
}

TEST_CASE("no statement reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::communities::all);
    testing::check_no_scans(*testing::fresh_database(), sql::communities_members::all);
}
