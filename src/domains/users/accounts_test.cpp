#include "domains/users/usernames.hpp"
#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

namespace {

UserId create(World& w, const NewAccount& account) {
    return w.db().write([&](db::Write& tx) { return w.users().create(tx, account); });
}

AccountState account(World& w, const UserId& user) {
    return w.db().read([&](db::Read& tx) { return *w.users().cached_account(tx, user); });
}

}  // namespace

TEST_CASE("a new account has a profile, settings and counts, and is announced once") {
    World w;
    const auto id = create(
        w, {.email = "ana@example.com", .name = "Ana María López", .picture = "https://example.com/a.png"});
    CHECK(w.effects() == "user.registered");
    const auto me = w.db().read([&](db::Read& tx) { return w.users().me(tx, id, kBase); });
    CHECK(me.user_id == id);
    CHECK(id.view().starts_with("user_"));
    CHECK(me.username == "ana_maria_lopez");
    CHECK(me.name == "Ana María López");
    CHECK(me.picture == "https://example.com/a.png");
    CHECK(me.bio.empty());
    CHECK_FALSE(me.email_verified);
    CHECK_FALSE(me.is_private);
    CHECK_FALSE(me.monetization_enabled);
    CHECK(me.notify_followers);
    CHECK(me.created_at == w.clock.now());
    CHECK(w.rows("user_counts") == 1);
    CHECK(w.rows("notification_settings") == 1);
    CHECK(w.rows("privacy_settings") == 1);
}

TEST_CASE("a picture that is no https URL is not taken over from elsewhere") {
    World w;
    const auto id = create(w, {.email = "a@example.com", .name = "A", .picture = "javascript:alert(1)"});
    CHECK(w.db().read([&](db::Read& tx) { return w.users().me(tx, id, kBase); }).picture == std::nullopt);
}

TEST_CASE("one e-mail address is one account") {
    World w;
    w.user("ada");
    w.forget_effects();
    CHECK_THROWS_AS(create(w, {.email = "ada@example.com", .name = "Other"}), db::AlreadyExists);
    try {
        create(w, {.email = "ada@example.com", .name = "Other"});
    } catch (const db::AlreadyExists& taken) {
        CHECK(taken.constraint == "users.email");
    }
    CHECK(w.rows("users") == 1);
    CHECK(w.rows("user_counts") == 1);
    CHECK(w.effects().empty());
}

TEST_CASE("a chosen username is refused when it is taken, reserved or malformed") {
    World w;
    w.user("ada");
    const auto with = [&](const char* username) {
        return refusal([&] { create(w, {.email = "new@example.com", .name = "New", .username = username}); });
    };
    CHECK(with("Ada") == "409 Username already taken");
    CHECK(with("me") == "400 Invalid username");
    CHECK(with("admin") == "400 Invalid username");
    CHECK(with("a b") == "400 Invalid username");
    CHECK(with("ab") == "400 Invalid username");
    CHECK(w.rows("users") == 1);
    CHECK(with("New_One").empty());
    CHECK(w.query("SELECT username FROM users WHERE email = 'new@example.com'") == "new_one");
}

TEST_CASE("usernames are made from any name, and stay unique and well-formed") {
    World w;
    for (int i = 0; i < 30; ++i) {
        create(w, {.email = std::to_string(i) + "@example.com", .name = "Ana"});
    }
    create(w, {.email = "a@example.com", .name = "李小龍"});
    create(w, {.email = "b@example.com", .name = "Me"});
    create(w, {.email = "c@example.com", .name = std::string(100, 'x')});
    CHECK(w.query("SELECT count(DISTINCT username) FROM users") == "33");
    CHECK(w.query("SELECT count(*) FROM users WHERE username = 'ana'") == "1");
    CHECK(w.query("SELECT count(*) FROM users WHERE length(username) < 3 OR length(username) > 30") == "0");
    CHECK(w.query("SELECT count(*) FROM users WHERE username = 'me'") == "0");
}

TEST_CASE("what of a name can stand in a username") {
    CHECK(username_base("Ana María López") == "ana_maria_lopez");
    CHECK(username_base("  J.R.R. Tolkien! ") == "j_r_r_tolkien");
    CHECK(username_base("Straße_Ünal") == "strase_unal");
    CHECK(username_base("李小龍").empty());
    CHECK(username_base(std::string(100, 'a')).size() == 30);
    for (const auto& candidate : username_candidates(std::string(30, 'a'), 16)) CHECK(candidate.size() <= 30);
}

TEST_CASE("accounts are found by address, whatever their state") {
    World w;
    const auto ada = w.user("ada");
    w.db().write([&](db::Write& tx) { w.users().suspend(tx, ada.id); });
    const auto find = [&](const char* email) {
        return w.db().read([&](db::Read& tx) { return w.users().find_by_email(tx, email); });
    };
    CHECK(find("ada@example.com") == ada.id);
    CHECK(find("eve@example.com") == std::nullopt);
}

TEST_CASE("what sign-in changes shows at once in the account and in Me") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CHECK_FALSE(account(w, ada.id).email_verified);
    w.db().write([&](db::Write& tx) {
        w.users().mark_email_verified(tx, ada.id);
        w.users().set_sign_in_methods(tx, ada.id, true, true);
    });
    CHECK(account(w, ada.id).email_verified);
    CHECK(account(w, ada.id).has_password);
    CHECK(w.me(ada).mfa_enabled);

    w.db().write([&](db::Write& tx) { w.users().change_email(tx, ada.id, "ada@new.example.com", true); });
    CHECK(w.me(ada).email == "ada@new.example.com");
    CHECK_THROWS_AS(
        w.db().write([&](db::Write& tx) { w.users().change_email(tx, ada.id, "bob@example.com", true); }),
        db::AlreadyExists);
    CHECK(w.me(ada).email == "ada@new.example.com");
    CHECK(w.me(bob).email == "bob@example.com");
}

TEST_CASE("a suspended account is hidden, signed out, and comes back as it was") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(bob, ada);
    w.profile(bob, ada);
    w.forget_effects();
    w.db().write([&](db::Write& tx) { w.users().suspend(tx, ada.id); });
    w.db().write([&](db::Write& tx) { w.users().suspend(tx, ada.id); });
    CHECK(w.effects() == "user.account_hidden");
    CHECK(w.guard.ended == std::vector<std::string>{ada.id.str()});
    CHECK(account(w, ada.id).suspended());
    CHECK(refusal([&] { w.profile(bob, ada); }) == "404 User not found");
    CHECK(w.sight(bob, ada) == Sight::nothing);
    const auto card = w.db().read([&](db::Read& tx) { return w.users().card(tx, ada.id, kBase); });
    CHECK(card->json == wire::to_json(kDeletedUser));

    w.db().write([&](db::Write& tx) { w.users().unsuspend(tx, ada.id); });
    CHECK(account(w, ada.id).status == AccountStatus::active);
    CHECK(w.sight(bob, ada) == Sight::everything);
    CHECK(refusal([&] {
              w.db().write([&](db::Write& tx) { w.users().suspend(tx, UserId("user_nobody")); });
          }) == "404 User not found");
}

TEST_CASE("an unknown account is an answer, not an error") {
    World w;
    CHECK_FALSE(account(w, UserId("user_nobody")).exists);
    CHECK(w.db().read([&](db::Read& tx) { return w.users().account(tx, UserId("user_nobody")); }).status ==
          AccountStatus::unknown);
    CHECK(refusal([&] {
              w.db().read([&](db::Read& tx) { w.users().me(tx, UserId("user_nobody"), kBase); });
          }) == "404 User not found");
}

TEST_CASE("an account that is made after somebody asked for it is found") {
    World w;
    CHECK_FALSE(account(w, UserId("user_nobody")).exists);
    const auto ada = w.user("ada");
    CHECK(account(w, ada.id).exists);
    CHECK(account(w, ada.id).username == "ada");
}

TEST_CASE("counters of posts and likes follow what others count, and never go below zero") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.profile(bob, ada);
    w.db().write([&](db::Write& tx) {
        w.users().add_posts_count(tx, ada.id, 3);
        w.users().add_posts_count(tx, ada.id, -1);
        w.users().add_likes_received(tx, ada.id, 5);
        w.users().add_likes_received(tx, ada.id, -9);
        w.users().add_posts_count(tx, UserId("user_gone"), 1);
    });
    CHECK(has(w.profile(bob, ada), R"("posts_count":2,"post_count":2)"));
    const auto stats = w.parts().profiles.stats(bob, ada.id);
    CHECK(stats.posts_count == 2);
    CHECK(stats.likes_count == 0);
}
