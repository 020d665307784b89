#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

namespace {

std::string refused(World& w, const Caller& me, const UserUpdate& in) {
    return refusal([&] { w.parts().profiles.update(me, in); });
}

}  // namespace

TEST_CASE("one's own profile is Me; others never see what is private in it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.parts().profiles.update(ada, {.paypal_email = "pay@example.com"});

    const auto own = w.profile(ada, ada);
    CHECK(has(
        own,
        R"("email":"ada@example.com","email_verified":false,"paypal_email":"pay@example.com","notify_followers":true)"));
    CHECK(has(own,
              R"("has_password":false,"mfa_enabled":false,"is_admin":false,"deletion_scheduled_at":null})"));
    CHECK_FALSE(has(own, "is_following"));

    const auto seen = w.profile(bob, ada);
    for (const auto* key : {"email", "paypal_email", "notify_", "has_password", "mfa_enabled", "is_admin",
                            "deletion_scheduled_at"}) {
        CHECK_FALSE(has(seen, std::string("\"") + key));
    }
    CHECK_FALSE(has(seen, "example.com"));
}

TEST_CASE("a profile has every field of the contract, doubled names included") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CHECK(
        w.profile(bob, ada) ==
        R"({"user_id":")" + ada.id.str() +
            R"(","name":"Ada","username":"ada","picture":null,"profile_picture":null,"is_premium":false,"is_private":false,)"
            R"("bio":"","website":null,"twitter":null,"instagram":null,"linkedin":null,"monetization_enabled":false,)"
            R"("followers_count":0,"follower_count":0,"following_count":0,"posts_count":0,"post_count":0,)"
            R"("created_at":"2026-01-24T10:11:12.345Z","is_following":false,"follows_you":false,"follow_requested":false,)"
            R"("is_blocked":false,"is_muted":false,"mutual_followers":0})");
}

TEST_CASE("mutual followers are those whom the viewer follows, and follow later changes") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), sam = w.user("sam");
    w.follow(bob, eve);
    w.follow(bob, sam);
    CHECK(has(w.profile(bob, ada), R"("mutual_followers":0)"));
    w.follow(eve, ada);
    w.follow(sam, ada);
    CHECK(has(w.profile(bob, ada), R"("mutual_followers":2)"));
    w.parts().follows.clear(bob, sam.id);
    CHECK(has(w.profile(bob, ada), R"("mutual_followers":1)"));
}

TEST_CASE("an unknown user is not found under any path") {
    World w;
    const auto ada = w.user("ada");
    CHECK(refusal([&] { w.parts().profiles.get(ada, UserId("user_nobody")); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().profiles.get(ada, UserId("deleted")); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().profiles.stats(ada, UserId("user_nobody")); }) == "404 User not found");
    CHECK(refusal([&] { w.parts().profiles.get_by_username(ada, "nobody"); }) == "404 User not found");
    CHECK(w.parts().profiles.get_by_username(ada, "ADA").json == w.profile(ada, ada));
}

TEST_CASE("a profile is changed field by field, and what is left out stays") {
    World w;
    const auto ada = w.user("ada");
    const auto answer = w.parts().profiles.update(ada, {.name = "  Ada   Lovelace ",
                                                        .bio = "counts",
                                                        .website = "example.com/ada",
                                                        .twitter = "@ada",
                                                        .instagram = "@@ada",
                                                        .linkedin = "https://linkedin.com/in/ada",
                                                        .paypal_email = " Pay@Example.com "});
    CHECK(answer.message == "Profile updated");
    CHECK(answer.user.name == "Ada   Lovelace");
    CHECK(answer.user.bio == "counts");
    CHECK(answer.user.website == "https://example.com/ada");
    CHECK(answer.user.twitter == "ada");
    CHECK(answer.user.instagram == "@ada");
    CHECK(answer.user.linkedin == "https://linkedin.com/in/ada");
    CHECK(answer.user.paypal_email == "pay@example.com");

    const auto later =
        w.parts().profiles.update(ada, {.bio = "", .website = "", .twitter = "", .paypal_email = ""});
    CHECK(later.user.name == "Ada   Lovelace");
    CHECK(later.user.bio.empty());
    CHECK(later.user.website == std::nullopt);
    CHECK(later.user.twitter == std::nullopt);
    CHECK(later.user.paypal_email == std::nullopt);
    CHECK(later.user.instagram == "@ada");
    CHECK(w.parts().profiles.update(ada, {}).user.instagram == "@ada");
}

TEST_CASE("every refused value has its sentence, and nothing of the request is kept") {
    World w;
    const auto ada = w.user("ada");
    w.forget_effects();
    const std::string before = w.profile(ada, ada);
    const auto with_bio = [](UserUpdate in) {
        in.bio = "must not be stored";
        return in;
    };
    CHECK(refused(w, ada, with_bio({.name = "  "})) == "400 Name cannot be empty");
    CHECK(refused(w, ada, with_bio({.name = ""})) == "400 Name cannot be empty");
    CHECK(refused(w, ada, with_bio({.name = "<script>alert(1)</script>"})) == "400 Name cannot be empty");
    CHECK(refused(w, ada, with_bio({.name = std::string(101, 'x')})) ==
          "400 Name exceeds maximum length of 100");
    CHECK(refused(w, ada, {.bio = std::string(501, 'x')}) == "400 Bio exceeds maximum length of 500");
    CHECK(refused(w, ada, with_bio({.website = "not a url"})) == "400 Invalid URL format");
    CHECK(refused(w, ada, with_bio({.website = "javascript:alert(1)"})) == "400 Invalid URL format");
    CHECK(refused(w, ada, with_bio({.website = "example.com/" + std::string(200, 'x')})) ==
          "400 Invalid URL format");
    CHECK(refused(w, ada, with_bio({.twitter = std::string(51, 'x')})) ==
          "400 Twitter exceeds maximum length of 50");
    CHECK(refused(w, ada, with_bio({.instagram = std::string(51, 'x')})) ==
          "400 Instagram exceeds maximum length of 50");
    CHECK(refused(w, ada, with_bio({.linkedin = std::string(101, 'x')})) ==
          "400 LinkedIn exceeds maximum length of 100");
    CHECK(refused(w, ada, with_bio({.paypal_email = "nonsense"})) == "400 Invalid PayPal email");
    CHECK(refused(w, ada, with_bio({.paypal_email = std::string(95, 'x') + "@example.com"})) ==
          "400 Invalid PayPal email");
    CHECK(refused(w, ada, with_bio({.picture = "http://example.com/a.png"})) == "400 Invalid URL format");
    CHECK(refused(w, ada, with_bio({.picture = "data:image/png;base64,AAAA"})) == "400 Invalid URL format");
    CHECK(refused(w, ada, with_bio({.picture = "https://example.com/" + std::string(2'000, 'x')})) ==
          "400 Invalid URL format");
    CHECK(refused(w, ada, with_bio({.username = "a"})) == "400 Invalid username");
    CHECK(w.profile(ada, ada) == before);
    CHECK(w.effects().empty());
}

TEST_CASE("lengths are counted in code points") {
    World w;
    const auto ada = w.user("ada");
    std::string name;
    for (int i = 0; i < 100; ++i) name += "é";
    CHECK(w.parts().profiles.update(ada, {.name = name}).user.name == name);
    CHECK(refused(w, ada, {.name = name + "é"}) == "400 Name exceeds maximum length of 100");
}

TEST_CASE("going public lets everybody in who had asked; going private keeps those who are in") {
    World w;
    const auto ada = w.private_user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(bob, ada);
    w.follow(eve, ada);
    w.forget_effects();
    CHECK_FALSE(w.parts().profiles.update(ada, {.is_private = false}).user.is_private);
    CHECK(w.counts(ada) == "2 0 = 2 0");
    CHECK(w.counts(eve) == "0 1 = 0 1");
    CHECK(w.rows("follow_requests") == 0);
    CHECK(has(w.profile(bob, ada), R"("is_following":true)"));
    CHECK(w.effects() ==
          "user.followed\nuser.follow_accepted\nuser.followed\nuser.follow_accepted\nuser.privacy_"
          "changed\nuser.profile_updated");

    const auto sam = w.user("sam");
    CHECK(w.parts().profiles.update(ada, {.is_private = true}).user.followers_count == 2);
    CHECK(w.sight(bob, ada) == Sight::everything);
    CHECK(w.sight(sam, ada) == Sight::private_account);
    CHECK(has(w.profile(sam, ada), R"("is_private":true)"));
}

TEST_CASE("a changed payout address is announced, an unchanged one is not") {
    World w;
    const auto ada = w.user("ada");
    w.parts().profiles.update(ada, {.paypal_email = "pay@example.com"});
    CHECK(has(w.effects(), "user.payout_address_changed"));
    w.forget_effects();
    w.parts().profiles.update(ada, {.paypal_email = "pay@example.com"});
    CHECK(w.effects() == "user.profile_updated");
}

TEST_CASE("monetisation is switched on only by accounts that are old enough") {
    World w(true, std::chrono::days{30});
    const auto ada = w.user("ada");
    w.forget_effects();
    CHECK(refused(w, ada, {.bio = "x", .monetization_enabled = true}) ==
          "403 Account must be at least 30 days old to switch on monetization");
    CHECK(w.me(ada).bio.empty());
    CHECK_FALSE(w.me(ada).monetization_enabled);
    CHECK(w.effects().empty());
    CHECK(refused(w, ada, {.monetization_enabled = false}).empty());

    w.clock.advance(30 * 24h);
    CHECK(w.parts().profiles.update(ada, {.monetization_enabled = true}).user.monetization_enabled);
    CHECK(has(w.effects(), "user.monetization_switched"));
    CHECK_FALSE(w.parts().profiles.update(ada, {.monetization_enabled = false}).user.monetization_enabled);
}

TEST_CASE("a username is changed twice in 14 days at most, and its former one is kept for its owner") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CHECK(refused(w, bob, {.username = "ADA"}) == "409 Username already taken");
    CHECK(w.parts().profiles.update(ada, {.username = "Ada_One"}).user.username == "ada_one");
    CHECK(refused(w, bob, {.username = "ada"}) == "409 Username already taken");
    CHECK(w.parts().profiles.update(ada, {.username = "ada"}).user.username == "ada");
    CHECK(w.parts().profiles.update(ada, {.username = "ada"}).user.username == "ada");
    CHECK(refused(w, ada, {.username = "ada_two"}) ==
          "429 Username can be changed at most 2 times in 14 days");
    w.clock.advance(14 * 24h + 1s);
    CHECK(w.parts().profiles.update(ada, {.username = "ada_two"}).user.username == "ada_two");

    CHECK(refused(w, bob, {.username = "ada"}) == "409 Username already taken");
    w.clock.advance(30 * 24h + 1s);
    CHECK(w.parts().profiles.update(bob, {.username = "ada"}).user.username == "ada");
}

TEST_CASE("availability of a username comes with free suggestions") {
    World w;
    w.user("ada");
    const auto bob = w.user("bob");
    const auto available = [&](const char* name) { return w.parts().profiles.username_available(bob, name); };
    CHECK(available("Fresh_Name").username == "fresh_name");
    CHECK(available("fresh_name").available);
    CHECK(available("fresh_name").suggestions.empty());
    CHECK(available("bob").available);
    const auto taken = available("ada");
    CHECK_FALSE(taken.available);
    CHECK(taken.suggestions.size() == 3);
    for (const auto& name : taken.suggestions) CHECK(available(name.c_str()).available);
    CHECK_FALSE(available("admin").available);
    CHECK(refusal([&] { available("no"); }) == "400 Invalid username");
    CHECK(refusal([&] { available("a b c"); }) == "400 Invalid username");
}

TEST_CASE("pictures are kept as keys, shown as absolute URLs, and the old one is released") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    PictureUpload upload;
    CHECK(refusal([&] { w.parts().profiles.set_picture(ada, upload); }).starts_with("422 "));
    upload.profile_picture.emplace();
    upload.profile_picture->size = 11;
    CHECK(refusal([&] { w.parts().profiles.set_picture(ada, upload); }) ==
          "400 File too large. Maximum size: 10MB");
    CHECK(w.me(ada).picture == std::nullopt);

    upload.profile_picture->size = 5;
    auto answer = w.parts().profiles.set_picture(ada, upload);
    CHECK(answer.message == "Picture updated");
    CHECK(answer.picture == "http://localhost:8001/api/media/image/upload/grover/profiles/media_1/full.jpg");
    CHECK(has(
        w.profile(bob, ada),
        R"("picture":"http://localhost:8001/api/media/image/upload/grover/profiles/media_1/full.jpg","profile_picture":"http://localhost:8001/)"));
    w.parts().profiles.set_picture(ada, upload);
    CHECK(w.pictures.kept == std::vector<std::string>{"grover/profiles/media_2/full.jpg"});

    PictureUpload as_text;
    as_text.text = "media_3";
    w.parts().profiles.set_picture(ada, as_text);
    CHECK(w.pictures.kept == std::vector<std::string>{"grover/profiles/media_3/full.jpg"});
    w.parts().profiles.set_picture(ada, upload);

    w.parts().profiles.update(ada, {.picture = "https://example.com/me.png"});
    CHECK(w.pictures.kept.empty());
    w.parts().profiles.update(
        ada, {.picture = std::string(kBase) + "/api/media/image/upload/grover/profiles/media_2/full.jpg"});
    CHECK(w.pictures.kept.size() == 1);
    CHECK(w.parts().profiles.remove_picture(ada).picture == std::nullopt);
    CHECK(w.pictures.kept.empty());
    CHECK(w.me(ada).picture == std::nullopt);
    w.parts().profiles.update(ada, {.picture = "https://example.com/me.png"});
    CHECK(w.parts().profiles.update(ada, {.picture = ""}).user.picture == std::nullopt);
}

TEST_CASE("links in a copy in memory are those of whoever asks") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    PictureUpload upload;
    upload.profile_picture.emplace();
    w.parts().profiles.set_picture(ada, upload);
    const auto card = [&](std::string_view base) {
        return w.db().read([&](db::Read& tx) { return w.users().card(tx, ada.id, base)->json; });
    };
    auto elsewhere = bob;
    elsewhere.base_url = "https://grover.example";
    for (int i = 0; i < 2; ++i) {
        CHECK(has(w.profile(bob, ada), "http://localhost:8001/api/"));
        CHECK(has(w.profile(elsewhere, ada), "https://grover.example/api/"));
        CHECK(has(card(kBase), "http://localhost:8001/api/"));
        CHECK(has(card("https://grover.example"), "https://grover.example/api/"));
    }
}

TEST_CASE("stats count by stored counters; money is for the owner") {
    struct Posts final : EngagementSource {
        Sums engagement(db::Read&, const UserId&, Time) override { return {.posts = 4, .engagements = 3}; }
    } posts;
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    auto plugs = w.plugs();
    plugs.engagement = &posts;
    w.users().plug(plugs);
    CHECK(w.parts().profiles.stats(bob, ada.id).avg_engagement_rate == 0);
    w.follow(bob, ada);
    w.follow(w.user("eve"), ada);
    const auto seen = wire::to_json(w.parts().profiles.stats(bob, ada.id));
    CHECK(
        seen ==
        R"({"user_id":")" + ada.id.str() +
            R"(","posts_count":0,"posts":0,"followers_count":2,"followers":2,"following_count":0,"following":0,)"
            R"("likes_count":0,"streams_count":0,"avg_engagement_rate":37.5})");
    CHECK(
        has(wire::to_json(w.parts().profiles.stats(ada, ada.id)), R"("total_earnings":0,"total_spent":0})"));
}
