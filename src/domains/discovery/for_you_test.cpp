// Recommendations: contract/discovery.md §4, §5.
#include "domains/discovery/discovery_test.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "domains/discovery/mix.hpp"
#include "domains/discovery/seen.hpp"
#include "platform/api/cursor.hpp"

using namespace grover;
using namespace grover::discovery;
using namespace grover::discovery::ranks_test;

namespace {

bool has(const std::vector<std::string>& ids, const PostId& post) {
    return std::ranges::find(ids, post.str()) != ids.end();
}

std::string suggested(World& w, const Caller& me, std::string_view field = "username", int limit = 10) {
    w.settle();
    return World::each(
        wire::JsonDocument::parse(w.discovery.suggested_users(me, {.limit = limit}).json)->root(), field);
}

// In a fiber of a loop, where copies are kept in memory.
template <class F>
void in_a_loop(F&& f) {
    runtime::Loops loops(1);
    runtime::spawn_on(loops, 0, [&] {
        f();
        loops.stop();
    });
    loops.run();
}

}  // namespace

TEST_CASE("followed, popular and fresh in turn, each post once") {
    World w;
    const auto me = w.user("myself"), friend_ = w.user("friend"), star = w.user("star"),
               other = w.user("other");
    w.follow(me, friend_);
    const auto popular = w.post(star, "popular");
    w.like(friend_, popular);
    const auto fresh = w.post(other, "fresh"), followed = w.post(friend_, "followed");
    w.settle();
    const auto page = w.for_you(me);
    CHECK(page == texts({followed, popular, fresh}));
}

TEST_CASE("a new user gets a full page as long as there are posts, own ones only at the end") {
    World w;
    const auto me = w.user("myself");
    for (int i = 0; i < 12; ++i) w.post(w.user("person" + std::to_string(i)));
    const auto own = w.post(me, "own");
    CHECK(w.for_you(me, 10).size() == 10);
    CHECK_FALSE(has(w.for_you(me, 10), own));
    const auto all = w.for_you(me, 30);
    CHECK(all.size() == 13);
    CHECK(all.back() == own.str());
    World empty;
    CHECK(empty.for_you(empty.user("alone")).empty());
}

TEST_CASE(
    "over all pages of a cursor no post comes twice and none is missing, whatever is written meanwhile") {
    World w;
    const auto me = w.user("myself");
    const auto authors = w.crowd("author", 8);
    std::set<std::string> written;
    for (int i = 0; i < 60; ++i) {
        const auto& author = authors[static_cast<std::size_t>(i) % authors.size()];
        const auto post = w.post(author, "p" + std::to_string(i));
        written.insert(post.str());
        if (i % 3 == 0) w.like(authors[static_cast<std::size_t>(i + 1) % authors.size()], post);
    }
    w.follow(me, authors[0]);
    w.follow(me, authors[1]);
    w.settle();

    std::vector<std::string> got;
    PageRequest request{.limit = 7};
    for (int n = 0;; ++n) {
        const auto page = w.discovery.for_you(me, request);
        const auto again = w.discovery.for_you(me, request);
        if (!request.after.empty()) CHECK(page.json == again.json);
        const auto ids = posts::test::ids_of(page);
        got.insert(got.end(), ids.begin(), ids.end());
        request.after = page.next;
        if (request.after.empty()) break;
        if (n == 2) {
            w.clock.advance(1ms);
            w.post(authors[3], "new");
            w.follow(me, authors[4]);
            w.like(me, PostId(ids[0]));
            w.settle();
        }
    }
    CHECK(std::set<std::string>(got.begin(), got.end()).size() == got.size());
    CHECK(std::set<std::string>(got.begin(), got.end()) == written);
    refuses(ErrorKind::validation_error, "Invalid cursor", [&] { w.discovery.for_you(me, {.after = "x"}); });
}

TEST_CASE("a cursor stays short and keeps its promise over hundreds of posts") {
    const unsigned seed = 20'261'128;
    INFO("seed ", seed);
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> hashes;
    const UserId ada("user_ada"), bob("user_bob");
    std::string text;
    while (true) {
        Sent sent(text, Time{1'769'249'472'345'678});
        CHECK(sent.is_first() == hashes.empty());
        CHECK(sent.started_at() == Time{1'769'249'472'345'678});
        for (const auto hash : hashes) REQUIRE(sent.contains(hash));
        int mistaken = 0;
        for (int i = 0; i < 10'000; ++i) mistaken += sent.contains(random());
        CHECK(mistaken <= (hashes.size() <= 120 ? 3 : hashes.size() <= 200 ? 20 : 350));
        CHECK(sent.run_of(ada) == (hashes.empty() ? 0 : 2));
        CHECK(sent.run_of(bob) == 0);
        for (int i = 0; i < 7; ++i) {
            hashes.push_back(random());
            sent.add(hashes.back());
        }
        sent.add_author(ada);
        sent.add_author(ada);
        if (sent.size() >= Sent::kMost) break;
        text = sent.to_text();
        REQUIRE(api::CursorCodec("a secret of sixteen").seal("/discover/for-you", text).size() <= 512);
        for (const auto cut : {std::size_t{1}, text.size() / 2, text.size() - 1})
            refuses(ErrorKind::validation_error, "Invalid cursor",
                    [&] { Sent(text.substr(0, cut), Time{}); });
    }
    CHECK(hashes.size() > 390);
}

TEST_CASE("there is a next page only when there is something on it") {
    World w;
    const auto me = w.user("myself");
    std::vector<PostId> posts;
    for (const auto& author : w.crowd("author", 6)) posts.push_back(w.post(author));
    CHECK(w.discovery.for_you(me, {.limit = 6}).next.empty());
    const auto first = w.discovery.for_you(me, {.limit = 3});
    REQUIRE_FALSE(first.next.empty());
    const auto second = w.discovery.for_you(me, {.limit = 3, .after = first.next});
    CHECK(posts::test::ids_of(second).size() == 3);
    CHECK(second.next.empty());
}

TEST_CASE("no author comes three times in a row over the edge of a page") {
    for (const int limit : {1, 2, 3, 4}) {
        World w;
        const auto me = w.user("myself"), loud = w.user("loud"), quiet = w.user("quiet");
        for (int i = 0; i < 3; ++i) w.post(quiet);
        for (int i = 0; i < 5; ++i) w.post(loud);
        const auto all = w.all_for_you(me, limit);
        CHECK(all.size() == 8);
        int run = 0, longest = 0;
        std::string last;
        for (const auto& id : all) {
            const auto author =
                testing::query_text(w.db(), "SELECT user_id FROM posts WHERE post_id = '" + id + "'");
            run = author == last ? run + 1 : 1;
            last = author;
            longest = std::max(longest, run);
        }
        CHECK_MESSAGE(longest == 2, limit);
    }
}

TEST_CASE("what was seen in 48 hours comes after what was not") {
    World w;
    const auto me = w.user("myself");
    const auto authors = w.crowd("author", 6);
    std::vector<PostId> posts;
    for (const auto& author : authors) posts.push_back(w.post(author));
    const auto first = w.for_you(me, 3);
    CHECK(first == texts({posts[5], posts[4], posts[3]}));
    CHECK(w.for_you(me, 3) == texts({posts[2], posts[1], posts[0]}));
    CHECK(w.for_you(me, 3) == first);
    w.clock.advance(49h);
    CHECK(w.for_you(me, 3) == first);
    w.clock.advance(49h);
    w.posts.get(me, posts[5]);
    CHECK(w.discovery.seen(me, {.post_ids = {posts[4].str(), "post_unknown"}}).recorded == 1);
    w.clock.advance(1s);
    CHECK(w.for_you(me, 2) == texts({posts[3], posts[2]}));
    refuses(ErrorKind::invalid_input, "",
            [&] { w.discovery.seen(me, {.post_ids = std::vector<std::string>(101, "post_x")}); });
}

TEST_CASE("what one loop noted as seen every other one knows at once") {
    World w;
    const auto me = w.user("myself");
    std::vector<PostId> posts;
    for (const auto& author : w.crowd("author", 6)) posts.push_back(w.post(author));
    runtime::Loops loops(2);
    std::vector<std::vector<std::string>> pages;
    runtime::spawn_on(loops, 0, [&] {
        w.posts.get(me, posts[5]);
        w.discovery.seen(me, {.post_ids = {posts[4].str()}});
        w.clock.advance(1s);
        runtime::spawn_on(loops, 1, [&] {
            pages.push_back(w.for_you(me, 2));
            w.clock.advance(1s);
            runtime::spawn_on(loops, 0, [&] {
                pages.push_back(w.for_you(me, 2));
                loops.stop();
            });
        });
    });
    loops.run();
    REQUIRE(pages.size() == 2);
    CHECK(pages[0] == texts({posts[3], posts[2]}));
    CHECK(pages[1] == texts({posts[1], posts[0]}));
}

TEST_CASE("a page that comes once more is recorded again after ten minutes, not before") {
    World w;
    const auto me = w.user("myself");
    for (const auto& author : w.crowd("author", 3)) w.post(author);
    const auto recorded_at = [&] {
        return testing::query_text(w.db(),
                                   "SELECT seen_at FROM seen_posts WHERE user_id = '" + me.id.str() + "'");
    };
    const auto page = w.for_you(me);
    CHECK(page.size() == 3);
    CHECK(w.for_you(me) == page);
    const auto first = recorded_at();
    w.clock.advance(9min);
    CHECK(w.for_you(me) == page);
    CHECK(recorded_at() == first);
    w.clock.advance(2min);
    CHECK(w.for_you(me) == page);
    const auto second = recorded_at();
    CHECK(second != first);
    w.clock.advance(1min);
    w.post(w.user("late"));
    CHECK(w.for_you(me).size() == 4);
    CHECK(recorded_at() != second);
}

TEST_CASE("a post and its reposts count as one, and no author comes three times in a row") {
    World w;
    const auto me = w.user("myself"), ada = w.user("ada"), bob = w.user("bob");
    w.follow(me, bob);
    const auto root = w.post(ada, "root");
    const auto again = w.posts.repost(bob, {.post_id = root}).repost_id;
    w.settle();
    CHECK(w.for_you(me) == texts({again}));

    World run;
    const auto reader = run.user("reader"), loud = run.user("loud"), quiet = run.user("quiet");
    const auto calm = run.post(quiet);
    for (int i = 0; i < 5; ++i) run.post(loud);
    const auto page = run.for_you(reader);
    CHECK(page.size() == 6);
    CHECK(page[2] == calm.str());
}

TEST_CASE(
    "first pages of a running server go on where the last one stopped, and show what changed meanwhile") {
    World w;
    const auto me = w.user("myself");
    const auto authors = w.crowd("author", 8);
    std::set<std::string> written;
    for (int i = 0; i < 60; ++i) {
        const auto post =
            w.post(authors[static_cast<std::size_t>(i) % authors.size()], "p" + std::to_string(i));
        written.insert(post.str());
        if (i % 3 == 0) w.like(authors[static_cast<std::size_t>(i + 1) % authors.size()], post);
    }
    w.follow(me, authors[0]);
    w.follow(me, authors[1]);
    w.settle();

    in_a_loop([&] {
        std::set<std::string> seen;
        const auto next_page = [&](int limit) {
            const auto page = w.for_you(me, limit);
            for (const auto& id : page) CHECK(seen.insert(id).second);
            return page;
        };
        for (int i = 0; i < 3; ++i) CHECK(next_page(7).size() == 7);
        // A followed author writes.
        const auto news = w.post(authors[0], "news");
        written.insert(news.str());
        CHECK(has(next_page(7), news));
        // What is deleted, or of somebody in a block, does not come, and takes nobody's place.
        std::set<std::string> gone;
        for (const auto& id : written) {
            if (!seen.contains(id) && gone.size() < 3) gone.insert(id);
        }
        for (const auto& id : gone) {
            const auto user =
                testing::query_text(w.db(), "SELECT user_id FROM posts WHERE post_id = '" + id + "'");
            const auto author = std::ranges::find(authors, UserId(user), &Caller::id);
            REQUIRE(author != authors.end());
            w.posts.remove(*author, PostId(id));
        }
        for (int i = 0; i < 4; ++i) {
            const auto page = next_page(7);
            CHECK(page.size() == 7);
            for (const auto& id : page) CHECK_FALSE(gone.contains(id));
        }
        // All of it was shown; then it comes again.
        const auto rest = w.for_you(me, 50);
        seen.insert(rest.begin(), rest.end());
        for (const auto& id : written) CHECK((seen.contains(id) || gone.contains(id)));
        CHECK(w.for_you(me, 7).size() == 7);
        w.block(authors[3], me);
        const auto after = w.for_you(me, 50);
        CHECK(after.size() > 30);
        for (const auto& id : after) {
            const auto author =
                testing::query_text(w.db(), "SELECT user_id FROM posts WHERE post_id = '" + id + "'");
            CHECK(author != authors[3].id.str());
        }
    });
}

TEST_CASE("recommendations hold only what the reader may open") {
    World w;
    const auto me = w.user("myself"), ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"),
               zoe = w.user("zoe");
    const auto open = w.post(ada, "open");
    const auto followers = w.post(ada, "f", "", posts::Visibility::followers),
               secret = w.post(ada, "p", "", posts::Visibility::private_), blocked = w.post(bob),
               muted = w.post(eve), closed = w.post(zoe), gone = w.post(ada, "gone");
    for (const auto& post : {open, blocked, muted, closed, gone}) w.like(ada, post);
    w.settle();
    w.block(bob, me);
    w.mute(me, eve);
    w.make_private(zoe);
    w.posts.remove(ada, gone);
    CHECK(w.for_you(me) == texts({open}));
    w.follow(me, ada);
    w.follow(me, zoe);
    const auto page = w.for_you(me);
    CHECK(page.size() == 3);
    CHECK(has(page, followers));
    CHECK(has(page, closed));
    CHECK_FALSE(has(page, secret));
}

TEST_CASE("fresh posts about what the reader liked come first") {
    World w;
    const auto me = w.user("myself");
    const auto authors = w.crowd("author", 4);
    const auto liked = w.post(authors[0], "#jazz");
    w.clock.advance(1h);
    const auto jazz = w.post(authors[1], "more #jazz"), later = w.post(authors[2], "something else");
    CHECK(w.for_you(me, 2) == texts({later, jazz}));
    w.clock.advance(49h);
    w.posts.save(me, liked);
    CHECK(w.for_you(me, 2) == texts({jazz, liked}));
}

TEST_CASE("feedback takes effect on the next page") {
    World w;
    const auto me = w.user("myself"), ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.post(ada), second = w.post(ada), of_bob = w.post(bob);
    CHECK(w.for_you(me).size() == 3);
    CHECK(w.discovery.feedback(me, {.post_id = second, .action = FeedbackAction::not_interested}).message ==
          "Thanks for the feedback");
    CHECK_FALSE(has(w.for_you(me), second));
    w.discovery.feedback(me, {.user_id = ada.id, .action = FeedbackAction::hide_author});
    CHECK(w.for_you(me) == texts({of_bob}));
    w.clock.advance(std::chrono::hours{31 * 24});
    CHECK(has(w.for_you(me), first));
    CHECK_FALSE(has(w.for_you(me), second));
    refuses(ErrorKind::invalid_input, "", [&] { w.discovery.feedback(me, {}); });
    refuses(ErrorKind::not_found, "Post not found",
            [&] { w.discovery.feedback(me, {.post_id = PostId("post_x")}); });
}

TEST_CASE("suggested are whom friends follow, most mutual first, and never those who must not be") {
    World w;
    const auto me = w.user("myself"), ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"),
               zoe = w.user("zoe"), dan = w.user("dan");
    w.settle();
    w.clock.advance(std::chrono::hours{8 * 24});
    for (int i = 0; i < 3; ++i) w.settle();
    w.follow(me, ada);
    w.follow(me, bob);
    w.follow(ada, eve);
    w.follow(bob, eve);
    w.follow(ada, zoe);
    w.follow(ada, bob);
    w.follow(ada, me);
    CHECK(suggested(w, me) == "eve zoe");
    CHECK(suggested(w, me, "mutual_followers") == "2 1");
    CHECK(suggested(w, me, "reason") == "mutual mutual");
    w.discovery.dismiss(me, eve.id);
    w.discovery.dismiss(me, eve.id);
    CHECK(suggested(w, me) == "zoe");
    w.block(zoe, me);
    CHECK(suggested(w, me).empty());
    w.clock.advance(std::chrono::hours{91 * 24});
    CHECK(suggested(w, me) == "eve");
    w.mute(eve, me);
    CHECK(suggested(w, me).empty());
    testing::execute(w.db(), "UPDATE mutes SET scope = 'stories'");
    CHECK(suggested(w, me) == "eve");
    testing::execute(w.db(), "UPDATE mutes SET scope = 'posts', until = 1");
    CHECK(suggested(w, me) == "eve");
    w.follow(me, eve);
    CHECK(suggested(w, me).empty());
    refuses(ErrorKind::not_found, "User not found", [&] { w.discovery.dismiss(me, UserId("user_x")); });
    (void)dan;
}

TEST_CASE("with few friends come people of one's topics, then who gains followers, then the new") {
    World w;
    const auto me = w.user("myself"), ada = w.user("ada"), bob = w.user("bob");
    const auto liked = w.post(ada, "#chess");
    w.like(me, liked);
    w.settle();
    CHECK(suggested(w, me, "reason") == "interests new");
    CHECK(suggested(w, me) == "ada bob");
    testing::execute(w.db(), "UPDATE users SET is_discoverable = 0 WHERE username = 'bob'");
    w.forget("profile:" + bob.id.str(), bob.id.str());
    CHECK(suggested(w, me) == "ada");
    const auto page = w.discovery.suggested_users(me, {.limit = 1});
    CHECK(page.next.empty());
}

TEST_CASE("similar posts share hashtags, a category, or readers") {
    World w;
    const auto me = w.user("myself"), ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto post = w.post(ada, "#jazz #piano"), both = w.post(bob, "#jazz #piano too"),
               one = w.post(bob, "#jazz"), third = w.post(bob, "#jazz again"), liked = w.post(eve, "cats"),
               other = w.post(eve, "dogs");
    w.like(me, post);
    w.like(me, liked);
    const auto ids = [&] {
        std::vector<std::string> out;
        const auto document = *wire::JsonDocument::parse(w.discovery.similar(me, post, {.limit = 12}).json);
        for (std::size_t i = 0; i < document.root().size(); ++i)
            out.emplace_back(document.root().at(i).find("post_id").string());
        return out;
    };
    CHECK(ids() == texts({both, third, liked}));
    const auto page = w.discovery.similar(me, post, {.limit = 2});
    CHECK(posts::test::ids_of(page) == texts({both, third}));
    const auto rest = w.discovery.similar(me, post, {.limit = 2, .after = page.next});
    CHECK(posts::test::ids_of(rest) == texts({liked}));
    CHECK(rest.next.empty());
    CHECK(posts::test::ids_of(w.discovery.similar(me, post, {.skip = 1})) == texts({third, liked}));
    refuses(ErrorKind::not_found, "Post not found", [&] { w.discovery.similar(me, PostId("post_x"), {}); });
    (void)one, (void)other;
}

TEST_CASE("page after page is the same without copies in memory, until all was seen and beyond") {
    const auto pages_of = [](bool cached) {
        World w(cached);
        const auto me = w.user("myself");
        const auto authors = w.crowd("author", 8);
        std::map<std::string, int> number;
        for (int i = 0; i < 60; ++i) {
            const auto& author = authors[static_cast<std::size_t>(i) % authors.size()];
            const auto post = w.post(author);
            number[post.str()] = i;
            if (i % 3 == 0) w.like(authors[static_cast<std::size_t>(i + 1) % authors.size()], post);
        }
        number[w.post(me, "own").str()] = 60;
        w.follow(me, authors[0]);
        w.follow(me, authors[1]);
        w.settle();
        std::vector<std::vector<int>> pages;
        in_a_loop([&] {
            for (int i = 0; i < 24; ++i) {
                if (i == 16) number[w.post(authors[1], "news").str()] = 61;
                auto& page = pages.emplace_back();
                for (const auto& id : w.for_you(me, 7)) page.push_back(number.at(id));
            }
        });
        return pages;
    };
    const auto pages = pages_of(true);
    CHECK(pages == pages_of(false));
    std::set<int> shown;
    for (std::size_t i = 0; i < 8; ++i) shown.insert(pages[i].begin(), pages[i].end());
    CHECK(shown.size() == 56);
    // Who saw all of them sees the first ones again, after what is new.
    CHECK(pages[10] == pages[11]);
    CHECK(pages[16].front() == 61);
}

TEST_CASE("recommendations are the same without copies in memory") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto me = w.user("myself"), ada = w.user("ada"), bob = w.user("bob");
        const auto a = w.post(ada, "#a"), b = w.post(bob, "#b");
        w.like(bob, a);
        w.settle();
        CHECK(w.for_you(me, 1) == texts({a}));
        CHECK(w.for_you(me, 1) == texts({b}));
    }
}

TEST_CASE("popular are those who won most followers in thirty days, whatever the last week brought") {
    World w;
    const auto me = w.user("myself"), steady = w.user("steady"), recent = w.user("recent");
    const auto fans = w.crowd("fan", 3);
    w.settle();
    w.clock.advance(std::chrono::hours{40 * 24});
    const auto follow = [&](const Caller& who, const Caller& whom) {
        w.follow(who, whom);
        w.db().write([&](db::Write& tx) {
            tx.publish(
                users::Followed{.follower_id = who.id, .following_id = whom.id, .created_at = w.clock.now()});
        });
    };
    for (const auto& fan : fans) follow(fan, steady);
    w.settle();
    w.clock.advance(std::chrono::hours{10 * 24});
    follow(fans[0], recent);
    for (int i = 0; i < 3; ++i) w.settle();
    CHECK(suggested(w, me) == "steady recent");
    CHECK(suggested(w, me, "reason") == "popular popular");
    w.clock.advance(std::chrono::hours{21 * 24});
    for (int i = 0; i < 3; ++i) w.settle();
    CHECK(suggested(w, me) == "recent");
}
