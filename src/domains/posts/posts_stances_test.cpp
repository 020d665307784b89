#include <latch>
#include <thread>

#include "domains/posts/posts_test.hpp"

using namespace grover;
using namespace grover::posts;
using namespace grover::posts::test;

namespace {

// Counters equal their rows, whatever happened.
void check_counters(World& w) {
    CHECK(w.number("SELECT count(*) FROM posts p WHERE likes_count <> (SELECT count(*) FROM post_stances s "
                   "WHERE s.post_id = p.post_id AND s.stance = 'like')") == 0);
    CHECK(w.number("SELECT count(*) FROM posts p WHERE dislikes_count <> (SELECT count(*) FROM post_stances "
                   "s WHERE s.post_id = p.post_id AND s.stance = '-')") == 0);
    CHECK(w.number("SELECT count(*) FROM posts p WHERE repost_count <> (SELECT count(*) FROM posts r WHERE "
                   "r.original_post_id = p.post_id)") == 0);
    CHECK(
        w.number("SELECT count(*) FROM posts p WHERE reactions_count <> (SELECT count(*) FROM post_stances s "
                 "WHERE s.post_id = p.post_id AND s.stance <> '-')") == 0);
    CHECK(w.number("SELECT count(*) FROM (SELECT post_id, stance, count(*) AS n FROM post_stances "
                   "WHERE stance <> '-' GROUP BY post_id, stance) s JOIN posts p ON p.post_id = s.post_id "
                   "WHERE ',' || p.reaction_counts || ',' NOT LIKE '%,' || s.stance || ' ' || s.n || ',%'") ==
          0);
    // Each type has one blank.
    CHECK(w.number("SELECT count(*) FROM posts p WHERE length(reaction_counts) - "
                   "length(replace(reaction_counts, ' ', '')) "
                   "<> (SELECT count(DISTINCT stance) FROM post_stances s WHERE s.post_id = p.post_id AND "
                   "s.stance <> '-')") == 0);
    CHECK(w.number("SELECT count(*) FROM poll_counts c WHERE votes <> (SELECT count(*) FROM poll_votes v "
                   "WHERE v.post_id = c.post_id AND v.option_index = c.option_index)") == 0);
}

// Calls f(i) on `count` threads at once.
template <class F>
void at_once(int count, F&& f) {
    std::latch start(count);
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            f(i);
        });
    }
}

}  // namespace

TEST_CASE("a reaction is set, changed and taken back; likes are exactly the reactions of that type") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.post(ada);
    const auto set = w.posts.react(bob, id, "like");
    CHECK(set.message == "Reaction added");
    CHECK(set.liked);
    CHECK(set.likes_count == 1);
    CHECK(w.get(bob, id).number("likes_count") == 1);

    const auto changed = w.posts.react(bob, id, "🔥");
    CHECK(changed.message == "Reaction changed");
    CHECK(changed.reaction_counts == std::map<std::string, std::int64_t>{{"like", 0}, {"🔥", 1}});
    CHECK(changed.likes_count == 0);

    const auto removed = w.posts.react(bob, id, "🔥");
    CHECK(removed.message == "Reaction removed");
    CHECK_FALSE(removed.reaction_type);
    CHECK(removed.reaction_counts == std::map<std::string, std::int64_t>{{"🔥", 0}});
    CHECK(w.get(bob, id).root().find("reaction_counts").find("🔥").present() == false);
    CHECK(w.rows("post_stances") == 0);
    check_counters(w);
}

TEST_CASE("a dislike and a reaction replace each other") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.post(ada);
    w.posts.react(bob, id, "like");
    const auto disliked = w.posts.dislike(bob, id);
    CHECK(disliked.message == "Disliked");
    CHECK(disliked.disliked);
    CHECK(disliked.likes_count == 0);
    CHECK(disliked.dislikes_count == 1);
    CHECK(w.rows("post_stances") == 1);
    CHECK(w.posts.react(bob, id, "love").dislikes_count == 0);
    CHECK(w.posts.unlike(bob, id).message == "Like removed");
    CHECK(w.posts.unlike(bob, id).message == "No like to remove");
    CHECK(w.posts.dislike(bob, id).message == "Disliked");
    CHECK(w.posts.dislike(bob, id).message == "Dislike removed");
    check_counters(w);
}

TEST_CASE("only the eight names and single emojis are reactions, at most fifty kinds to a post") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.post(ada);
    for (const auto* bad : {"", "LIKE", "x", "👍👍", "like ", "-", "<b>"}) {
        refuses(ErrorKind::validation_error, "Invalid reaction type", [&] { w.posts.react(ada, id, bad); });
    }
    CHECK(w.rows("post_stances") == 0);
    CHECK(w.posts.react(ada, id, "👩‍🚀").reaction_type == "👩‍🚀");

    std::vector<std::string> kinds;
    for (char32_t c = 0x1F400; kinds.size() < 51; ++c) {
        std::string emoji{static_cast<char>(0xF0), static_cast<char>(0x80 | ((c >> 12) & 0x3F)),
                          static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
        kinds.push_back(emoji);
    }
    const auto other = w.post(ada);
    for (int i = 0; i < 50; ++i)
        w.posts.react(w.user("u" + std::to_string(i) + "x"), other, kinds[static_cast<std::size_t>(i)]);
    const auto last = w.user("last");
    refuses(ErrorKind::validation_error, "", [&] { w.posts.react(last, other, kinds[50]); });
    CHECK(w.posts.react(last, other, kinds[0]).reaction_counts.at(kinds[0]) == 2);
    check_counters(w);
}

TEST_CASE("only a new reaction is told to the author") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.post(ada);
    w.effects();
    w.posts.react(bob, id, "like");
    const auto payload = [&] {
        const std::string table = testing::events_table();
        auto text = testing::query_text(w.db(), "SELECT payload FROM " + table);
        testing::execute(w.db(), "DELETE FROM " + table);
        return text;
    };
    CHECK(payload().find("\"added\":\"like\"") != std::string::npos);
    w.posts.react(bob, id, "love");
    CHECK(payload().find("\"added\":null") != std::string::npos);
    w.posts.unlike(bob, id);
    CHECK(payload().find("\"removed\":true") != std::string::npos);
    w.posts.unlike(bob, id);
    CHECK(payload().empty());
}

TEST_CASE("who reacted: by type, newest first, without people in a block with the reader") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), zoe = w.user("zoe");
    const auto id = w.post(ada);
    for (const auto& who : {bob, eve, zoe}) {
        w.posts.react(who, id, who.id == eve.id ? "love" : "like");
        w.clock.advance(std::chrono::seconds{1});
    }
    w.posts.dislike(ada, id);
    const Json all(w.posts.reactions(ada, {.post_id = id}).json);
    REQUIRE(all.root().find("like").size() == 2);
    CHECK(all.root().find("like").at(0).find("user_id").string() == zoe.id.view());
    CHECK(all.root().find("love").size() == 1);
    CHECK_FALSE(all.has("-"));
    const auto first = w.posts.reactions(ada, {.post_id = id, .page = {.limit = 1}});
    const auto rest = w.posts.reactions(ada, {.post_id = id, .page = {.limit = 2, .after = first.next}});
    CHECK(Json(rest.json).root().find("love").size() == 1);
    CHECK(rest.next.empty());
    CHECK(Json(w.posts.reactions(ada, {.post_id = id, .type = "love"}).json).has("like") == false);
    w.block(bob, ada);
    const auto own = w.post(zoe);
    w.posts.react(bob, own, "like");
    CHECK(w.posts.reactions(ada, {.post_id = own}).json == "{}");
}

TEST_CASE("a hundred people at once: every counter is exact") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.poll(ada);
    std::vector<Caller> people;
    for (int i = 0; i < 100; ++i) people.push_back(w.user("person" + std::to_string(i)));
    std::atomic<int> refused = 0;
    at_once(100, [&](int i) {
        const auto& me = people[static_cast<std::size_t>(i)];
        try {
            w.posts.react(me, id, i % 2 == 0 ? "like" : "love");
            w.posts.save(me, id);
            w.posts.share(me, id);
            w.posts.vote(me, {.post_id = id, .option_index = i % 2});
            w.posts.repost(me, {.post_id = id});
        } catch (const Error&) {
            ++refused;
        }
    });
    CHECK(refused == 0);
    const auto post = w.get(ada, id);
    CHECK(post.number("likes_count") == 50);
    CHECK(post.number("reactions_count") == 100);
    CHECK(post.number("shares_count") == 100);
    CHECK(post.number("repost_count") == 100);
    CHECK(post.number("poll_total_votes") == 100);
    CHECK(w.rows("post_saves") == 100);
    check_counters(w);
}

TEST_CASE("one person, many devices at once: never two stances, saves, votes or reposts") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.poll(ada);
    at_once(16, [&](int i) {
        w.posts.react(bob, id, i % 3 == 0 ? "like" : "love");
        w.posts.dislike(bob, id);
        w.posts.save(bob, id);
        w.posts.vote(bob, {.post_id = id, .option_index = i % 2});
        try {
            w.posts.repost(bob, {.post_id = id});
        } catch (const Error& error) {
            CHECK(error.detail == "You have already reposted this");
        }
    });
    CHECK(w.rows("post_stances") <= 1);
    CHECK(w.rows("post_saves") == 0);  // sixteen toggles
    CHECK(w.rows("poll_votes") == 1);
    CHECK(w.number("SELECT count(*) FROM posts WHERE is_repost = 1") == 1);
    check_counters(w);
}

TEST_CASE("votes: one each, moved by voting again, never outside the options nor after the end") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.poll(ada);
    const auto plain = w.post(ada);
    const Json voted(w.posts.vote(bob, {.post_id = id, .option_index = 1}).json);
    CHECK(voted.text("message") == "Vote recorded");
    CHECK(voted.number("poll_user_vote") == 1);
    CHECK(voted.number("user_vote_index") == 1);
    CHECK(voted.number("total_votes") == 1);
    CHECK(voted.text("post_id") == id.view());
    w.posts.vote(bob, {.post_id = id, .option_index = 0});
    w.posts.vote(ada, {.post_id = id, .option_index = 0});
    const auto results = w.posts.poll_results(bob, id);
    CHECK(results.total_votes == 2);
    CHECK(results.results[0].percentage == 100.0);

    for (const int bad : {-1, 2, 1'000'000}) {
        refuses(ErrorKind::validation_error, "Invalid option index",
                [&] { w.posts.vote(bob, {.post_id = id, .option_index = bad}); });
    }
    refuses(ErrorKind::validation_error, "Post does not have a poll",
            [&] { w.posts.vote(bob, {.post_id = plain}); });
    refuses(ErrorKind::not_found, "Poll not found", [&] { w.posts.poll_results(bob, plain); });

    // A repost shows its root's poll, and a vote there counts for the root.
    const auto repost = w.posts.repost(bob, {.post_id = id}).repost_id;
    CHECK(Json(w.posts.vote(bob, {.post_id = repost, .option_index = 1}).json).text("post_id") ==
          repost.view());
    CHECK(w.posts.poll_results(ada, id).results[1].votes == 1);

    w.clock.advance(std::chrono::hours{24});
    refuses(ErrorKind::validation_error, "Poll has expired",
            [&] { w.posts.vote(bob, {.post_id = id, .option_index = 0}); });
    CHECK(w.posts.poll_results(bob, id).is_expired);
    CHECK(w.get(bob, id).flag("poll_closed"));
    check_counters(w);
}
