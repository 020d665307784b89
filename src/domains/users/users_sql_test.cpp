#include "domains/users/users_test.hpp"
#include "sql/user_edges.hpp"
#include "sql/user_leaving.hpp"
#include "sql/user_people.hpp"
#include "sql/user_settings.hpp"
#include "sql/users.hpp"
#include "sql/users_index.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::users;

TEST_CASE("no statement of users reads a whole table") {
    const auto db = testing::fresh_database();
    testing::check_no_scans(*db, sql::users::all);
    testing::check_no_scans(*db, sql::user_edges::all);
    testing::check_no_scans(*db, sql::user_settings::all);
    testing::check_no_scans(*db, sql::user_leaving::all);
    testing::check_no_scans(*db, sql::user_people::all);
    testing::check_no_scans(*db, sql::users_index::all);
}

TEST_CASE("answers are the same without copies in memory") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto ada = w.user("ada"), bob = w.user("bob");
        for (int i = 0; i < 3; ++i) {
            w.toggle(bob, ada);
            CHECK(
                has(w.profile(bob, ada), i % 2 == 0 ? R"("is_following":true)" : R"("is_following":false)"));
            w.parts().profiles.update(ada, {.name = "Ada " + std::to_string(i)});
            CHECK(has(w.profile(bob, ada), R"("name":"Ada )" + std::to_string(i)));
            CHECK(has(w.profile(ada, ada), R"("name":"Ada )" + std::to_string(i)));
            const auto card = w.db().read([&](db::Read& tx) { return w.users().card(tx, ada.id, kBase); });
            CHECK(card->summary.name == "Ada " + std::to_string(i));
        }
        w.block(ada, bob);
        CHECK(w.sight(bob, ada) == Sight::nothing);
        w.parts().blocks.unblock(ada, bob.id);
        CHECK(w.sight(bob, ada) == Sight::everything);
    }
}

TEST_CASE("cards come in the order asked for, unknown ones as deleted users") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const std::vector<UserId> ids{bob.id, UserId("user_gone"), ada.id, bob.id};
    for (int i = 0; i < 2; ++i) {
        const auto cards = w.db().read([&](db::Read& tx) { return w.users().cards(tx, ids, kBase); });
        REQUIRE(cards.size() == 4);
        CHECK(cards[0]->summary.username == "bob");
        CHECK(cards[1]->summary.username == "deleted");
        CHECK(cards[1]->is_hidden);
        CHECK(cards[2]->summary.username == "ada");
        CHECK(cards[3]->json == cards[0]->json);
    }
    CHECK(w.db().read([&](db::Read& tx) { return w.users().cards(tx, {}, kBase); }).empty());
}

TEST_CASE("relations answer for a thousand follows") {
    World w;
    const auto ada = w.user("ada");
    std::vector<UserId> followed;
    w.db().write([&](db::Write& tx) {
        followed.clear();
        for (int i = 0; i < 1'000; ++i) {
            followed.push_back(
                w.users().create(tx, {.email = std::to_string(i) + "@example.com", .name = "U"}));
            w.users().add_follow(tx, ada.id, followed.back(), w.clock.now());
        }
    });
    const auto relations = w.db().read([&](db::Read& tx) { return w.users().relations(tx, ada.id); });
    CHECK(relations->following().size() == 1'000);
    CHECK(std::ranges::is_sorted(relations->following()));
    for (const auto& user : followed) CHECK(relations->follows(user));
    CHECK_FALSE(relations->follows(ada.id));
    CHECK_FALSE(relations->has_any_block_or_mute());
}
