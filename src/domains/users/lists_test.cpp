#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

namespace {

template <class Items>
std::string names(const Items& items) {
    std::string out;
    for (const auto& item : items) out += item.username + ' ';
    return out;
}

}  // namespace

TEST_CASE("followers come newest first, with what each is to the viewer") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), sam = w.user("sam");
    w.follow(bob, ada);
    w.clock.advance(1s);
    w.follow(eve, ada);
    const Time eve_followed = w.clock.now();
    w.follow(sam, eve);
    w.follow(bob, sam);
    w.clock.advance(1s);

    const auto list = w.parts().lists.followers(sam, {.user_id = ada.id}).page;
    CHECK(names(list.items) == "eve bob ");
    CHECK(list.next.empty());
    CHECK(list.items[0].followed_at == eve_followed);
    CHECK(list.items[0].is_following);
    CHECK_FALSE(list.items[0].follows_you);
    CHECK_FALSE(list.items[1].is_following);
    CHECK(list.items[1].follows_you);
    CHECK(names(w.parts().lists.following(sam, {.user_id = bob.id}).page.items) == "sam ada ");
    CHECK(names(w.parts().lists.followers(ada, {.user_id = ada.id}).page.items) == "eve bob ");
}

TEST_CASE("pages by cursor and by skip show everybody once, even at one instant") {
    World w;
    const auto ada = w.user("ada");
    for (const char* name : {"bob", "eve", "sam", "tim", "uma"}) {
        const auto user = w.user(name);
        w.db().write([&](db::Write& tx) { w.users().add_follow(tx, user.id, ada.id, Time{1'000}); });
    }
    std::string seen;
    UserListFollowers in{.user_id = ada.id, .page = {.limit = 2}};
    int pages = 0;
    do {
        const auto page = w.parts().lists.followers(ada, in).page;
        seen += names(page.items);
        in.page.after = page.next;
        ++pages;
    } while (!in.page.after.empty());
    CHECK(seen == "uma tim sam eve bob ");
    CHECK(pages == 3);

    const auto skipped =
        w.parts().lists.followers(ada, {.user_id = ada.id, .page = {.limit = 2, .skip = 3}}).page;
    CHECK(names(skipped.items) == "eve bob ");
    CHECK(skipped.next.empty());
    CHECK(w.parts()
              .lists.followers(ada, {.user_id = ada.id, .page = {.skip = kMaxSkip + 1}})
              .page.items.empty());
}

TEST_CASE("a list is searched by the beginning of name or username, in any case") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.parts().profiles.update(eve, {.name = "Évelyn Bobson"});
    w.follow(bob, ada);
    w.clock.advance(1s);
    w.follow(eve, ada);
    const auto search = [&](const char* q) {
        return names(w.parts().lists.followers(ada, {.user_id = ada.id, .q = q}).page.items);
    };
    CHECK(search("BO") == "bob ");
    CHECK(search("@bo") == "bob ");
    CHECK(search("éve") == "eve ");
    CHECK(search("e") == "eve ");
    CHECK(search("%").empty());
    CHECK(search("") == "eve bob ");

    // The same answers for an account with so many followers that the search starts from the names.
    testing::execute(w.db(),
                     "UPDATE user_counts SET followers_count = 6000 WHERE user_id = '" + ada.id.str() + "'");
    CHECK(search("BO") == "bob ");
    CHECK(search("éve") == "eve ");
    CHECK(search("e") == "eve ");
    CHECK(search("x").empty());
}

TEST_CASE("lists of a private account are empty to strangers, and say why") {
    World w;
    const auto ada = w.private_user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    w.parts().follows.accept(ada, bob.id);
    w.follow(ada, eve);

    const auto seen = w.parts().lists.followers(eve, {.user_id = ada.id});
    CHECK(seen.page.items.empty());
    CHECK(seen.account_private);
    CHECK(w.parts().lists.following(eve, {.user_id = ada.id}).page.items.empty());
    CHECK(w.parts().lists.mutual(eve, {.user_id = ada.id}).account_private);
    CHECK(names(w.parts().lists.following(bob, {.user_id = ada.id}).page.items) == "eve ");
    CHECK(names(w.parts().lists.followers(ada, {.user_id = ada.id}).page.items) == "bob ");
}

TEST_CASE("lists leave out who blocked the viewer and who is hidden, before paging") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), sam = w.user("sam"),
               tim = w.user("tim");
    for (const auto* user : {&bob, &eve, &sam, &tim}) {
        w.follow(*user, ada);
        w.clock.advance(1s);
    }
    w.block(sam, bob);
    w.db().write([&](db::Write& tx) { w.users().suspend(tx, tim.id); });
    const auto page = w.parts().lists.followers(bob, {.user_id = ada.id, .page = {.limit = 2}}).page;
    CHECK(names(page.items) == "eve bob ");
    CHECK(page.next.empty());

    w.block(ada, eve);
    CHECK(refusal([&] { w.parts().lists.followers(eve, {.user_id = ada.id}); }) == "404 User not found");
    const auto blocked = w.parts().lists.followers(ada, {.user_id = eve.id});
    CHECK(blocked.page.items.empty());
    CHECK_FALSE(blocked.account_private);
    CHECK(refusal([&] { w.parts().lists.following(ada, {.user_id = tim.id}); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().lists.mutual(ada, {.user_id = UserId("user_nobody")}); }) ==
          "404 User not found");
}

TEST_CASE("mutual followers are listed page by page") {
    World w;
    const auto ada = w.user("ada"), viewer = w.user("viewer");
    for (const char* name : {"bob", "eve", "sam"}) {
        const auto user = w.user(name);
        w.follow(user, ada);
        w.follow(viewer, user);
    }
    w.follow(w.user("tim"), ada);
    UserListMutual in{.user_id = ada.id, .page = {.limit = 2}};
    const auto first = w.parts().lists.mutual(viewer, in).page;
    CHECK(names(first.items) == "bob eve ");
    in.page.after = first.next;
    const auto second = w.parts().lists.mutual(viewer, in).page;
    CHECK(names(second.items) == "sam ");
    CHECK(second.next.empty());
}

TEST_CASE("requests are listed to both sides, newest first") {
    World w;
    const auto ada = w.private_user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    w.clock.advance(1s);
    w.follow(eve, ada);
    const auto in = w.parts().lists.requests(ada, {.page = {.limit = 1}});
    REQUIRE(in.items.size() == 1);
    CHECK(in.items[0].user.username == "eve");
    CHECK(in.items[0].created_at == w.clock.now());
    const auto more = w.parts().lists.requests(ada, {.page = {.limit = 1, .after = in.next}});
    REQUIRE(more.items.size() == 1);
    CHECK(more.items[0].user.username == "bob");
    CHECK(more.next.empty());
    const auto out = w.parts().lists.requests(bob, {.direction = Direction::out});
    REQUIRE(out.items.size() == 1);
    CHECK(out.items[0].user.username == "ada");
    CHECK(w.parts().lists.requests(bob, {}).items.empty());
}

TEST_CASE("who was blocked and who is muted is listed to the one who did it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.block(ada, bob);
    const Time blocked_at = w.clock.now();
    w.clock.advance(1s);
    w.block(ada, eve);
    const auto blocked = w.parts().lists.blocked(ada, {});
    CHECK(names(blocked.items) == "eve bob ");
    CHECK(blocked.items[1].blocked_at == blocked_at);
    CHECK(w.parts().lists.blocked(bob, {}).items.empty());

    const auto sam = w.user("sam"), tim = w.user("tim");
    w.parts().blocks.mute(ada, {.user_id = sam.id, .scope = MuteScope::posts});
    w.parts().blocks.mute(ada, {.user_id = sam.id, .scope = MuteScope::stories});
    w.clock.advance(1s);
    w.parts().blocks.mute(ada, {.user_id = tim.id, .until = w.clock.now() + 1h});
    MutedList in{.page = {.limit = 1}};
    std::string seen;
    do {
        const auto page = w.parts().lists.muted(ada, in);
        for (const auto& item : page.items)
            seen += item.username + ':' + std::string(wire::name_of(item.scope)) + ' ';
        in.page.after = page.next;
    } while (!in.page.after.empty());
    CHECK(seen == "tim:all sam:stories sam:posts ");
    w.clock.advance(1h);
    CHECK(names(w.parts().lists.muted(ada, {}).items) == "sam sam ");
}
