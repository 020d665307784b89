// Which people are found, in which order, and which never.
#include "domains/discovery/search_test.hpp"

namespace grover::discovery::test {
namespace {

std::string people(World& w, const Caller& me, const std::string& q) {
    w.index.catch_up();
    SearchUsers in;
    in.q = q;
    return Answer::all(Answer(w.search.users(me, in).json).root(), "username");
}

TEST_CASE("people are found by username, name and bio, an exact username first") {
    World w;
    const auto eve = w.user("eve");
    w.user("grace_h", "sails with ada");
    const auto popular = w.user("adalovelace");
    const auto ada = w.user("ada");
    for (int i = 0; i < 5; ++i) w.follow(w.user("fan" + std::to_string(i)), popular);
    CHECK(people(w, eve, "ada") == "ada adalovelace grace_h");
    CHECK(people(w, eve, "ADA") == "ada adalovelace grace_h");
    CHECK(people(w, eve, "@ada") == "ada adalovelace");  // usernames only
    CHECK(people(w, eve, "lovelace") == "adalovelace");
    CHECK(people(w, eve, "sails ada") == "grace_h");
    CHECK(people(w, eve, "adalovelcae") == "adalovelace");  // a typo
    CHECK(people(w, eve, "nobody").empty());
    w.set(ada, "name = 'Countess', username = 'countess'");
    CHECK(people(w, eve, "countess") == "countess");
    CHECK(people(w, eve, "@ada") == "adalovelace");
}

TEST_CASE("a phrase stands in the name, the username or the bio") {
    World w;
    const auto eve = w.user("eve"), jane = w.user("jdoe");
    w.set(jane, "name = 'Jane Doe', bio = 'sails at night'");
    CHECK(people(w, eve, "\"jane doe\"") == "jdoe");
    CHECK(people(w, eve, "\"doe jane\"").empty());
    CHECK(people(w, eve, "\"at night\"") == "jdoe");
    CHECK(people(w, eve, "\"doe sails\"").empty());
    CHECK(people(w, eve, "sails \"jdoe\"") == "jdoe");
    CHECK(search(w, eve, "\"doe jane\"").total("users") == 0);
}

TEST_CASE("an address of mail finds nobody and is never told") {
    World w;
    const auto eve = w.user("eve");
    const auto ada = w.user("ada");
    w.set(ada, "paypal_email = 'money@pay.example'");
    for (const auto* q : {"secret", "secret.example", "ada@secret.example", "pay", "money", "example"}) {
        const auto found = search(w, eve, q);
        CHECK_MESSAGE(found.users().find("ada") == std::string::npos, q);
    }
    const auto found = search(w, eve, "ada");
    CHECK(found.users() == "ada");
    CHECK(found.raw().find("example") == std::string::npos);
}

TEST_CASE(
    "who is blocked, hidden or muted is not found; who does not want to be found only by the exact "
    "username") {
    World w;
    const auto eve = w.user("eve"), ada = w.user("ada"), adam = w.user("adam");
    CHECK(people(w, eve, "ada") == "ada adam");
    w.set(adam, "is_discoverable = 0");
    CHECK(people(w, eve, "ada") == "ada");
    CHECK(people(w, eve, "adam") == "adam ada");  // ada is one slip away
    CHECK(people(w, eve, "@adam") == "adam ada");
    w.mute(eve, ada);
    CHECK(people(w, eve, "ad").empty());
    CHECK(people(w, eve, "ada") == "ada");
    w.block(ada, eve);
    CHECK(people(w, eve, "ada").empty());
    w.set(adam, "suspended_at = 1");
    CHECK(people(w, eve, "adam").empty());
    CHECK(search(w, eve, "adam").total("users") == 0);
}

TEST_CASE("a person hidden or blocked is gone before the index hears of it") {
    World w;
    const auto eve = w.user("eve"), ada = w.user("ada");
    REQUIRE(search(w, eve, "ada").users() == "ada");
    w.execute("UPDATE users SET suspended_at = 1 WHERE user_id = '" + ada.id.str() + "'");
    const auto found = search(w, eve, "ada");
    CHECK(found.users().empty());
    CHECK(found.total("users") == 0);
}

TEST_CASE("who no longer wants to be found is gone before the index hears of it") {
    World w;
    const auto eve = w.user("eve");
    w.user("ada");
    const auto adam = w.user("adam");
    REQUIRE(people(w, eve, "ad") == "adam ada");
    w.execute("UPDATE users SET is_discoverable = 0 WHERE user_id = '" + adam.id.str() + "'");
    const auto found = search(w, eve, "ad");
    CHECK(found.users() == "ada");
    CHECK(found.total("users") == 1);
    CHECK(people(w, eve, "Adam") == "adam ada");
    CHECK(people(w, adam, "ad") == "adam ada");
}

TEST_CASE("followed people and friends of friends come earlier") {
    World w;
    const auto eve = w.user("eve"), bob = w.user("bob");
    const auto red1 = w.user("red_one"), red2 = w.user("red_two");
    w.user("red_three");
    CHECK(people(w, eve, "red") == "red_three red_two red_one");
    w.follow(eve, bob);
    w.follow(bob, red2);
    w.clock.advance(std::chrono::minutes{2});
    CHECK(people(w, eve, "red") == "red_two red_three red_one");
    w.follow(eve, red1);
    CHECK(people(w, eve, "red") == "red_one red_two red_three");

    SearchUsers in;
    in.q = "red_two";
    const Answer answer(w.search.users(eve, in).json);
    const auto person = answer.root().at(0);
    CHECK(person.find("mutual_followers").integer() == 1);
    CHECK(person.find("followers_count").integer() == 1);
    CHECK(person.find("follower_count").integer() == 1);
    CHECK(person.find("is_following").boolean() == false);
    CHECK(person.find("follows_you").boolean() == false);
    CHECK_FALSE(person.find("email").present());
}

TEST_CASE("the kinds that are asked for are filled, the others are empty lists") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, {.content = "red", .tags = {"redcar"}});
    w.user("red_one");
    auto all = search(w, ada, "red");
    CHECK(all.posts() == "red");
    CHECK(all.users() == "red_one");
    CHECK(all.hashtags() == "#redcar");
    SearchAll in;
    in.type = {"posts", "hashtags"};
    auto two = search(w, ada, "red", in);
    CHECK(two.posts() == "red");
    CHECK(two.users().empty());
    CHECK(two.hashtags() == "#redcar");
    in.type = {"products"};
    auto none = search(w, ada, "red", in);
    CHECK(none.total("posts") == 0);
    CHECK(none.root().find("products").size() == 0);
    in.type = {"nonsense"};
    refuses(ErrorKind::invalid_input, "", [&] { search(w, ada, "red", in); });
}

}  // namespace
}  // namespace grover::discovery::test
