// What is older than ranks and categories: docs/discovery.md.
#include "domains/discovery/backfill.hpp"

#include "domains/discovery/discovery_test.hpp"

using namespace grover;
using namespace grover::discovery;
using namespace grover::discovery::ranks_test;

namespace {

constexpr std::array kTables{"category_posts", "category_authors", "post_ranks", "creator_ranks",
                             "growth_ranks"};

// Everything that is kept, as one text; when it was counted does not matter.
std::string kept(World& w) {
    std::string out;
    for (const char* sql :
         {"SELECT category || ' ' || post_id || ' ' || score || ' ' || is_counted FROM category_posts ORDER "
          "BY 1",
          "SELECT user_id || ' ' || category || ' ' || posts || ' ' || is_shown FROM category_authors WHERE "
          "posts > 0 ORDER BY 1",
          "SELECT post_id || ' ' || age || ' ' || likes || ' ' || score FROM post_ranks ORDER BY 1",
          "SELECT user_id || ' ' || posts || ' ' || likes || ' ' || comments || ' ' || score FROM "
          "creator_ranks ORDER BY 1",
          "SELECT user_id || ' ' || is_new || ' ' || followers || ' ' || gained || ' ' || gained_in_month "
          "FROM "
          "growth_ranks ORDER BY 1"})
        out += testing::query_text(w.db(), sql) + "\n--\n";
    return out;
}
void forget_all(World& w) {
    for (const std::string table : kTables) testing::execute(w.db(), "DELETE FROM " + table);
}
void order_first(World& w) {
    w.db().write([](db::Write& tx) { tx.enqueue_once("first", Backfill{}); });
}
// 250 posts: three steps.
void fill(World& w) {
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    // Nobody is new: tests of people make no registration, which is what tells of them.
    testing::execute(w.db(), "UPDATE users SET created_at = created_at - 2592000000000");
    w.follow(bob, ada);
    for (int i = 0; i < 250; ++i) {
        const auto post =
            w.post(i % 2 == 0 ? ada : bob, i % 3 == 0 ? "#music" : "Hello", i % 5 == 0 ? "art" : "",
                   i % 7 == 0 ? posts::Visibility::followers : posts::Visibility::public_);
        if (i % 4 == 0 && i % 7 != 0) w.like(cleo, post);
    }
    w.settle();
}

}  // namespace

TEST_CASE(
    "ranks and categories of older posts and people are counted in the background, as events would have") {
    World w;
    fill(w);
    const auto before = kept(w);
    forget_all(w);
    order_first(w);
    w.settle();
    CHECK(kept(w) == before);
    CHECK(w.rows("jobs") == 0);
    // Again: nothing counts twice.
    order_first(w);
    w.settle();
    CHECK(kept(w) == before);
}

TEST_CASE("it goes on where it was, whichever step is done twice") {
    World w;
    fill(w);
    const auto before = kept(w);
    forget_all(w);
    // The server dies after the first step, before its job is done.
    run_backfill({}, w.ground(), w.discovery);
    CHECK(w.rows("jobs") == 1);
    CHECK(w.number("SELECT count(*) FROM category_posts") > 0);
    CHECK(kept(w) != before);
    run_backfill({}, w.ground(), w.discovery);
    CHECK(w.rows("jobs") == 1);
    w.settle();
    CHECK(kept(w) == before);
}
