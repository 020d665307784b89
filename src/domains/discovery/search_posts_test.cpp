// Which posts are found, in which order, and which never.
#include "domains/discovery/search_test.hpp"

namespace grover::discovery::test {
namespace {

using posts::Visibility;

SearchAll by(SearchSort sort) {
    SearchAll in;
    in.sort = sort;
    return in;
}

TEST_CASE(
    "a post is found by its words, whatever their case and accents, and by their beginnings and insides") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.post(ada, "Café by the harbour");
    for (const auto* q : {"cafe", "CAFÉ", "harbour", "harb", "arbou", "harbour cafe"})
        CHECK_MESSAGE(search(w, bob, q).posts() == "Café by the harbour", q);
    CHECK(search(w, bob, "cafe mountain").posts().empty());  // all words must match
    CHECK(search(w, bob, "arb").total("posts") == 1);
    CHECK(search(w, bob, "rb").total("posts") == 0);
}

TEST_CASE("an equal word stands before a beginning, that before an inside") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, "art");
    w.post(ada, "artist");
    w.post(ada, "party");
    CHECK(search(w, ada, "art").posts() == "art artist party");
}

TEST_CASE("hashtags count more than the text, the text more than a poll, that more than place and author") {
    World w;
    const auto paris = w.user("paris"), ada = w.user("ada");
    w.post(paris, "by");
    w.post(ada, {.content = "place", .location = "Paris, France"});
    w.post(ada, {.content = "poll", .poll_question = "Where to?", .poll_options = {"Paris", "Rome"}});
    w.post(ada, "Paris");
    w.post(ada, {.content = "tag", .tags = {"paris"}});
    CHECK(search(w, ada, "paris").posts() == "tag Paris poll place by");
}

TEST_CASE("likes raise, age sinks, followed authors come first among equals") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.post(ada, "red one");
    w.clock.advance(std::chrono::hours{24 * 60});
    w.post(bob, {.content = "red two", .likes = 100});
    w.post(ada, "red three");
    w.post(bob, "red four");
    CHECK(search(w, eve, "red").posts() == "red two red four red three red one");
    w.follow(eve, ada);
    CHECK(search(w, eve, "red").posts() == "red two red three red four red one");
    CHECK(search(w, eve, "red", by(SearchSort::recent)).posts() == "red four red three red two red one");
    CHECK(search(w, eve, "red", by(SearchSort::popular)).posts() == "red two red four red three red one");
}

TEST_CASE("operators") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.post(ada, {.content = "green light", .tags = {"art"}});
    w.post(ada, {.content = "light green", .tags = {"artist"}});
    w.post(bob, "light for @ada");
    CHECK(search(w, bob, "\"green light\"").posts() == "green light");
    CHECK(search(w, bob, "\"green light\"").total("posts") == 1);
    CHECK(search(w, bob, "light -green").posts() == "light for @ada");
    CHECK(search(w, bob, "light -green -ada").posts().empty());
    CHECK(search(w, bob, "#art").posts() == "green light");
    CHECK(search(w, bob, "@ada").posts() == "light for @ada");
    CHECK(search(w, bob, "from:bob light").posts() == "light for @ada");
    CHECK(search(w, bob, "from:@ADA").total("posts") == 2);
    CHECK(search(w, bob, "from:nobody light").total("posts") == 0);
}

TEST_CASE("nothing typed is a pattern or a query of the store") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, "plain words");
    w.post(ada, "100% of it");
    for (const auto* q : {".*", "%", "_", "*", "' OR 1=1 --", "\"", "a\" OR \"b", "NEAR(plain words)",
                          "content:plain", "plain*words^2", "{plain} (words", "\\", "(((((((((("})
        CHECK_NOTHROW(search(w, ada, q));
    CHECK(search(w, ada, ".*").total("posts") == 0);
    CHECK(search(w, ada, "pl.in").total("posts") == 0);
    CHECK(search(w, ada, "plain OR nothing").total("posts") == 0);
    CHECK(search(w, ada, "100%").posts() == "100% of it");
}

TEST_CASE("a phrase stands in one text of the post, in a hashtag, or in its author's name") {
    World w;
    const auto jane = w.user("jdoe"), ada = w.user("ada");
    w.set(jane, "name = 'Jane Doe'");
    w.post(jane, "harbour lights");
    w.post(ada, {.content = "harbour one", .tags = {"artists"}});
    w.post(ada, "harbour by Jane, not by Doe");
    const auto found = [&](const std::string& q) { return search(w, ada, q).posts(); };
    CHECK(found("\"jane doe\" harbour") == "harbour lights");
    CHECK(search(w, ada, "\"jane doe\" harbour").total("posts") == 1);
    CHECK(found("\"doe jane\" harbour").empty());
    CHECK(found("\"jdoe\"") == "harbour lights");
    CHECK(found("\"artists\"") == "harbour one");
    CHECK(found("\"jane not\"") == "harbour by Jane, not by Doe");
    CHECK(found("\"jane doe\" \"harbour lights\"") == "harbour lights");
    CHECK(found("\"jane doe lights\"").empty());
}

TEST_CASE("who does not want to be found is not found by the name on their posts") {
    World w;
    const auto jane = w.user("janedoe"), ada = w.user("ada");
    w.set(jane, "name = 'Zelda Quux', is_discoverable = 0");
    w.post(jane, "harbour");
    CHECK(search(w, ada, "zelda").total("posts") == 0);
    CHECK(search(w, ada, "zeldq").total("posts") == 0);
    CHECK(search(w, ada, "\"zelda quux\"").total("posts") == 0);
    CHECK(search(w, ada, "janed").total("posts") == 0);
    CHECK(search(w, ada, "janedoe").posts() == "harbour");
    CHECK(search(w, ada, "harbour -zelda").posts() == "harbour");
    CHECK(search(w, jane, "zelda").posts() == "harbour");
    w.set(jane, "is_discoverable = 1");
    CHECK(search(w, ada, "zelda").posts() == "harbour");
}

TEST_CASE("a typo finds the word and suggests it, but only when there is little without it") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, "a guitar at night");
    auto found = search(w, ada, "guitra night");
    CHECK(found.posts() == "a guitar at night");
    CHECK(found.text("suggestion") == "guitar night");
    CHECK(search(w, ada, "guitar").is_null("suggestion"));
    CHECK(search(w, ada, "uitar").is_null("suggestion"));  // an inside
    CHECK(search(w, ada, "zuitar").total("posts") == 0);   // another first letter
    CHECK(search(w, ada, "nihgt").posts() == "a guitar at night");
    CHECK(search(w, ada, "car").total("posts") == 0);  // too short for a typo
    for (int i = 0; i < 3; ++i) w.post(ada, "guitra");
    SearchAll in;
    in.page.limit = 3;
    CHECK(search(w, ada, "guitra", in).total("posts") == 3);  // enough without typos
}

TEST_CASE("a suggestion knows nothing of words that the reader cannot find") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto hidden = w.post(bob, "zqharbour");
    w.post(eve, "zqharbours");
    CHECK(search(w, ada, "zqharbuor").text("suggestion") == "zqharbour");
    w.set(hidden, "visibility = 2");
    const auto suggested = [&](const Caller& me, const std::string& q) {
        return search(w, me, q).text("suggestion");
    };
    CHECK(suggested(ada, "zqharbuor") == "zqharbours");
    CHECK(suggested(bob, "zqharbuor") == "zqharbour");
    // Whether the word itself is there is not told either.
    w.post(bob, {.content = "zqharbuor", .visibility = Visibility::private_});
    CHECK(suggested(ada, "zqharbuor") == "zqharbours");
    CHECK(search(w, bob, "zqharbuor").is_null("suggestion"));
    w.execute("DELETE FROM posts WHERE content = 'zqharbuor'");
    w.set(hidden, "visibility = 0");
    w.set(bob, "is_private = 1");
    CHECK(suggested(ada, "zqharbuor") == "zqharbours");
    w.follow(ada, bob);
    CHECK(suggested(ada, "zqharbuor") == "zqharbour");
    w.block(bob, ada);
    CHECK(suggested(ada, "zqharbuor") == "zqharbours");
    w.set(bob, "is_private = 0");
    CHECK(suggested(eve, "zqharbuor") == "zqharbour");
    // Gone at once, also before the index hears of it.
    w.remove(hidden);
    CHECK(suggested(eve, "zqharbuor") == "zqharbours");
    w.index.post_changed(hidden);
    CHECK(suggested(eve, "zqharbuor") == "zqharbours");
}

TEST_CASE("scripts without spaces are found by any two neighbours") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, {.content = "東京音楽祭", .tags = {"音楽祭"}});
    for (const auto* q : {"音楽", "東京", "楽祭", "音楽祭", "#音楽祭", "音"})
        CHECK_MESSAGE(search(w, ada, q).total("posts") == 1, q);
    CHECK(search(w, ada, "京楽").total("posts") == 0);
}

TEST_CASE("what a reader may not open is neither found nor counted") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.post(ada, "secret public");
    w.post(ada, {.content = "secret followers", .visibility = Visibility::followers});
    w.post(ada, {.content = "secret private", .visibility = Visibility::private_});
    CHECK(search(w, bob, "secret").posts() == "secret public");
    CHECK(search(w, bob, "secret").total("posts") == 1);
    CHECK(search(w, ada, "secret").total("posts") == 3);
    w.follow(bob, ada);
    CHECK(search(w, bob, "secret").total("posts") == 2);

    w.set(ada, "is_private = 1");
    CHECK(search(w, eve, "secret").total("posts") == 0);
    CHECK(search(w, bob, "secret").total("posts") == 2);
    w.block(ada, bob);
    CHECK(search(w, bob, "secret").total("posts") == 0);
    w.set(ada, "is_private = 0");
    CHECK(search(w, eve, "secret").total("posts") == 1);
    w.mute(eve, ada);
    CHECK(search(w, eve, "secret").total("posts") == 0);
    w.set(ada, "suspended_at = 1");
    CHECK(search(w, ada, "secret").total("posts") == 3);  // her own are hers
    CHECK(search(w, w.user("zoe"), "secret").total("posts") == 0);
}

TEST_CASE("what was hidden or deleted is gone before the index hears of it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada, "secret one");
    const auto other = w.post(ada, "secret two");
    REQUIRE(search(w, bob, "secret").total("posts") == 2);
    w.remove(post);  // and nothing is told
    w.execute("UPDATE posts SET visibility = 2 WHERE post_id = '" + other.str() + "'");
    const auto found = search(w, bob, "secret");
    CHECK(found.posts().empty());
    CHECK(found.total("posts") == 0);
    CHECK(found.raw().find("secret") == std::string::npos);
}

TEST_CASE("reposts of what the reader may not see are neither found nor counted, and leave no gap") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    for (int i = 0; i < 3; ++i) w.post(eve, "wow own");
    std::vector<PostId> roots;
    for (int i = 0; i < 12; ++i) {
        roots.push_back(w.post(ada, "root"));
        w.repost(eve, roots.back(), "wow root");
    }
    SearchAll in;
    in.q = "wow";
    in.type = {"posts"};
    in.sort = SearchSort::recent;
    in.page.limit = 1;
    const auto pages = [&](const Caller& me) {
        w.index.catch_up();
        std::string out;
        in.page.after.clear();
        do {
            const auto page = w.search.all(me, in);
            const Answer answer(page.json);
            out += std::to_string(answer.total("posts")) + ":" +
                   std::to_string(answer.root().find("posts").size()) + " ";
            in.page.after = page.next;
        } while (!in.page.after.empty());
        return out;
    };
    in.page.limit = 10;
    CHECK(pages(bob) == "15:10 15:5 ");
    in.page.limit = 1;
    w.block(ada, bob);
    CHECK(pages(bob) == "3:1 3:1 3:1 ");
    in.page.limit = 20;
    CHECK(pages(eve) == "15:15 ");
    w.set(ada, "is_private = 1");
    CHECK(pages(eve) == "3:3 ");
    w.set(ada, "is_private = 0");
    w.set(roots[0], "visibility = 1");
    w.set(roots[1], "visibility = 2");
    CHECK(pages(eve) == "13:13 ");
    w.set(ada, "suspended_at = 1");
    CHECK(pages(eve) == "3:3 ");
    // Without its root a repost stands alone.
    w.execute("UPDATE posts SET original_post_id = NULL WHERE original_post_id = '" + roots[2].str() + "'");
    w.remove(roots[2]);
    w.index.post_changed(roots[2]);
    CHECK(pages(eve) == "4:4 ");
    SearchIndex anew(w.db(), w.clock, {});
    anew.catch_up();
    SearchService again(w.db(), w.clock, w.users, w.views(), w.gate(), anew);
    CHECK(Answer(again.all(eve, in).json).total("posts") == 4);
}

TEST_CASE("a page is short only at the end, also while the index does not know what was hidden") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    for (int i = 0; i < 3; ++i) w.post(bob, "wow old");
    for (int i = 0; i < 30; ++i) w.post(ada, "wow new");
    w.index.catch_up();
    w.execute("UPDATE posts SET visibility = 2 WHERE content = 'wow new'");
    SearchAll in;
    in.q = "wow";
    in.type = {"posts"};
    in.page.limit = 2;
    for (const auto sort : {SearchSort::recent, SearchSort::relevance}) {
        in.sort = sort;
        in.page.after.clear();
        const auto first = w.search.all(bob, in);
        CHECK(Answer(first.json).posts() == "wow old wow old");
        CHECK(Answer(first.json).total("posts") == 3);
        in.page.after = first.next;
        const auto second = w.search.all(bob, in);
        CHECK(Answer(second.json).posts() == "wow old");
        CHECK(second.next.empty());
    }

    for (int i = 0; i < 30; ++i) w.user("red" + std::to_string(i));
    w.index.catch_up();
    w.execute("UPDATE users SET suspended_at = 1 WHERE username LIKE 'red%' AND username <> 'red0'");
    SearchUsers people;
    people.q = "red";
    people.page.limit = 1;
    const auto page = w.search.users(bob, people);
    CHECK(Answer::all(Answer(page.json).root(), "username") == "red0");
    CHECK(page.next.empty());
}

TEST_CASE("posts of communities are found by who may read them, and count for no hashtag") {
    struct OneCommunity final : posts::CommunityGate {
        std::vector<posts::CommunityView> views(db::Read&, const UserId& viewer,
                                                std::span<const CommunityId> ids) override {
            ++asked;
            return std::vector<posts::CommunityView>(ids.size(), {.may_read = viewer == member});
        }
        std::vector<UserId> readers_of(db::Read&, const CommunityId&, std::span<const UserId>) override {
            return {member};
        }
        void posts_removed(db::Write&, const CommunityId&, std::int64_t) override {}
        UserId member;
        int asked = 0;
    };
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    OneCommunity gate;
    gate.member = bob.id;
    w.gate().plug(gate);
    w.execute(
        "INSERT INTO communities (community_id, name, name_key, description, category, category_key, "
        "created_at, active_at, owner_id) VALUES ('community_x', 'X', 'x', '', 'x', 'x', 1, 1, '" +
        ada.id.str() + "')");
    const auto one = w.post(ada, {.content = "secret one", .tags = {"inside"}});
    const auto two = w.post(ada, "secret two");
    for (const auto& post : {one, two}) w.set(post, "community_id = 'community_x'");
    CHECK(search(w, bob, "secret").total("posts") == 2);
    gate.asked = 0;
    CHECK(search(w, eve, "secret").total("posts") == 0);
    CHECK(gate.asked == 1);  // not once for each post
    CHECK(search(w, eve, "secret").raw().find("secret") == std::string::npos);
    CHECK(w.index.snapshot()->hashtags->count_of("inside") == 0);
}

TEST_CASE("the index is right after every edit") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada, {.content = "first", .tags = {"one"}});
    CHECK(search(w, bob, "first").total("posts") == 1);
    w.set(post, "content = 'second', tags = '[\"two\"]'");
    CHECK(search(w, bob, "first").total("posts") == 0);
    CHECK(search(w, bob, "second").total("posts") == 1);
    CHECK(search(w, bob, "#one").total("posts") == 0);
    CHECK(search(w, bob, "#two").total("posts") == 1);
    w.set(post, "visibility = 2");
    CHECK(search(w, bob, "second").total("posts") == 0);
    w.set(post, "visibility = 0");
    CHECK(search(w, bob, "second").total("posts") == 1);
    w.set(ada, "name = 'Grace'");
    CHECK(search(w, bob, "grace").total("posts") == 1);
    w.remove(post);
    w.index.post_changed(post);
    w.index.post_changed(post);  // told twice
    CHECK(search(w, bob, "second").total("posts") == 0);
}

TEST_CASE("an index made anew finds the same as one that followed along") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.index.catch_up();
    for (int i = 0; i < 300; ++i) {
        const auto post = w.post(i % 3 == 0 ? bob : ada,
                                 {.content = "word" + std::to_string(i % 7) + " red", .likes = i % 11});
        if (i % 5 == 0) w.set(post, "content = 'blue " + std::to_string(i) + "'");
        if (i % 9 == 0) {
            w.remove(post);
            w.index.post_changed(post);
        }
        if (i % 10 == 0) w.index.catch_up();
    }
    SearchIndex anew(w.db(), w.clock, {});
    anew.catch_up();
    SearchService again(w.db(), w.clock, w.users, w.views(), w.gate(), anew);
    SearchAll in;
    in.page.limit = 100;
    for (const auto* q : {"red", "word3", "blue", "wor"}) {
        in.q = q;
        const auto followed = search(w, ada, q, in), made_anew = Answer(again.all(ada, in).json);
        CHECK(followed.posts() == made_anew.posts());
        CHECK(followed.total("posts") == made_anew.total("posts"));
        CHECK(followed.total("posts") > 20);
    }
}

TEST_CASE("while much changes segments are merged less often, afterwards down to few") {
    World w;
    const auto ada = w.user("ada");
    constexpr int kRounds = 9, kInRound = 300;
    const auto segments = [&] { return w.index.snapshot()->posts.size(); };
    std::size_t most = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto first = std::to_string(1'000'000 + round * kInRound);
        w.execute("WITH RECURSIVE numbers (i) AS (SELECT " + first +
                  " UNION ALL SELECT i + 1 FROM numbers WHERE i < " + first + " + " +
                  std::to_string(kInRound - 1) +
                  ") INSERT INTO posts (post_id, user_id, content, likes_count, created_at) SELECT 'post_' "
                  "|| i, '" +
                  ada.id.str() + "', 'red ' || i, i % 7, i FROM numbers");
        for (int i = 0; i < kInRound; ++i)
            w.index.post_changed(PostId("post_" + std::to_string(1'000'000 + round * kInRound + i)));
        w.index.catch_up();
        most = std::max(most, segments());
    }
    CHECK(most > 2);
    CHECK(most < 7);
    std::size_t documents = 0;
    for (const auto& segment : w.index.snapshot()->posts) documents += segment->size();
    CHECK(documents == kRounds * kInRound);
    const auto before = search(w, ada, "red").posts();
    for (int i = 0; i < 4; ++i) w.index.catch_up();
    CHECK(segments() <= 2);
    CHECK(search(w, ada, "red").posts() == before);
    CHECK(search(w, ada, "red").total("posts") == 1'000);
    for (const int i : {0, kRounds * kInRound - 1})
        CHECK(search(w, ada, std::to_string(1'000'000 + i))
                  .posts()
                  .starts_with("red " + std::to_string(1'000'000 + i)));
}

TEST_CASE("a full index leaves out the oldest posts, and says so") {
    World w;
    const auto ada = w.user("ada");
    std::vector<PostId> posts;
    for (int i = 0; i < 64; ++i)
        posts.push_back(w.post(ada, {.content = "post", .tags = {"t" + std::to_string(i)}}));
    SearchIndex full(w.db(), w.clock, {.max_bytes = 1});
    CHECK_FALSE(full.snapshot()->is_complete);
    full.catch_up();
    SearchService small(w.db(), w.clock, w.users, w.views(), w.gate(), full);
    const auto found = [&](const std::string& q) {
        SearchAll in;
        in.q = q;
        in.type = {"posts"};
        const auto answer = small.all(ada, in);
        CHECK(answer.is_partial);
        return Answer(answer.json).total("posts");
    };
    CHECK(found("#t7") == 0);
    CHECK(found("#t8") == 1);
    CHECK(found("#t63") == 1);
    // What was left out does not come back by a change of it.
    full.post_changed(posts[3]);
    full.post_changed(posts[63]);
    full.catch_up();
    CHECK(found("#t3") == 0);
    CHECK(found("#t63") == 1);
    // Nor is there too little room for ever: what is dead gives its memory back.
    for (int i = 0; i < 100; ++i) full.catch_up();
    std::size_t documents = 0;
    for (const auto& segment : full.snapshot()->posts) documents += segment->size();
    CHECK(documents < 16);

    SearchIndex roomy(w.db(), w.clock, {.max_bytes = 1 << 24});
    roomy.catch_up();
    CHECK(roomy.snapshot()->is_complete);
}

TEST_CASE("filters") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto picture = w.post(ada, {.content = "picture",
                                      .tags = {"art"},
                                      .likes = 5,
                                      .comments = 2,
                                      .location = "Berlin Mitte",

                                      .media_type = "image"});
    w.clock.advance(std::chrono::hours{24});
    w.post(bob, {.content = "film", .media_type = "video"});
    w.post(bob, {.content = "question", .poll_question = "Well?", .poll_options = {"Yes", "No"}});
    w.follow(ada, bob);
    w.index.catch_up();
    const auto found = [&](SearchAll in) {
        in.type = {"posts"};
        in.sort = SearchSort::recent;
        return Answer(w.search.all(ada, in).json).posts();
    };
    const auto with = [](auto change) {
        SearchAll in;
        change(in);
        return in;
    };
    CHECK(found(with([](auto& in) { in.media_type = MediaFilter::image; })) == "picture");
    CHECK(found(with([](auto& in) { in.media_type = MediaFilter::any; })) == "film picture");
    CHECK(found(with([](auto& in) { in.media_type = MediaFilter::none; })) == "question");
    CHECK(found(with([](auto& in) { in.min_likes = 5; })) == "picture");
    CHECK(found(with([](auto& in) { in.min_comments = 3; })).empty());
    CHECK(found(with([&](auto& in) { in.user_id = bob.id; })) == "question film");
    CHECK(found(with([](auto& in) { in.following_only = true; })) == "question film");
    CHECK(found(with([](auto& in) { in.hashtag = "#ART"; })) == "picture");
    CHECK(found(with([](auto& in) { in.category = posts::Category::art; })) == "picture");
    CHECK(found(with([](auto& in) { in.has_poll = true; })) == "question");
    CHECK(found(with([](auto& in) { in.has_poll = false; })) == "film picture");
    CHECK(found(with([](auto& in) { in.is_paid = true; })).empty());
    CHECK(found(with([](auto& in) { in.location = "erli"; })) == "picture");
    CHECK(found(with([](auto& in) { in.location = "berlin pankow"; })).empty());
    CHECK(found(with([](auto& in) { in.location = "BERLIN m"; })) == "picture");
    CHECK(found(with([](auto& in) { in.location = "in mitt"; })) == "picture");
    CHECK(found(with([](auto& in) { in.location = "mitte berlin"; })).empty());
    CHECK(found(with([](auto& in) { in.location = "berlin%mitte"; })).empty());
    const auto york = w.post(bob, {.content = "skyline", .location = "New York, USA"});
    w.post(bob, {.content = "new york usa"});
    w.index.catch_up();
    for (const auto* part : {"rk", "n", "ew yo", "k, u", "NEW YORK, USA", ",", "york"}) {
        SearchAll at;
        at.location = part;
        CHECK_MESSAGE(found(at).find("skyline") != std::string::npos, part);
        CHECK_MESSAGE(found(at).find("usa") == std::string::npos, part);
    }
    w.remove(york);
    w.index.post_changed(york);
    w.execute("DELETE FROM posts WHERE content = 'new york usa'");
    w.index.catch_up();
    const auto there = w.search.posts_at(ada, "Berlin", {});
    CHECK(there.json.find("\"picture\"") != std::string::npos);
    CHECK(wire::JsonDocument::parse(there.json)->root().size() == 1);
    CHECK(w.search.posts_at(ada, "nowhere", {}).json == "[]");
    CHECK(found(with([](auto& in) { in.from_date = "2026-01-25"; })) == "question film");
    CHECK(found(with([](auto& in) { in.to_date = "2026-01-24"; })) == "picture");
    CHECK(found(with([](auto& in) {
              in.from_date = "2026-01-24T10:11:12Z", in.to_date = "2026-01-24T10:11:12.999Z";
          })) == "picture");
    // A post is made in some microsecond of the millisecond that it shows.
    w.execute("UPDATE posts SET created_at = created_at / 1000 * 1000 + 999 WHERE content = 'picture'");
    w.index.post_changed(picture);
    w.index.catch_up();
    CHECK(found(with([](auto& in) {
              in.from_date = "2026-01-24T10:11:12.347Z", in.to_date = "2026-01-24T10:11:12.347Z";
          })) == "picture");
    CHECK(found(with([](auto& in) { in.to_date = "2026-01-24T10:11:12.346Z"; })).empty());
    CHECK(found(with([](auto& in) { in.q = "film", in.media_type = MediaFilter::image; })).empty());
    refuses(ErrorKind::invalid_input, "", [&] { found(with([](auto& in) { in.from_date = "yesterday"; })); });
    refuses(ErrorKind::invalid_input, "", [&] { found(with([](auto& in) { in.to_date = "2026-02-30"; })); });
    refuses(ErrorKind::invalid_input, "", [&] { found(with([](auto& in) { in.hashtag = "!!!"; })); });
    refuses(ErrorKind::invalid_input, "", [&] { found({}); });  // neither words nor filters
}

TEST_CASE("pages follow each other without gap or repetition, and totals are exact up to 1,000") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 45; ++i) w.post(ada, {.content = "red " + std::to_string(i), .likes = i % 4});
    for (const auto sort : {SearchSort::relevance, SearchSort::recent, SearchSort::popular}) {
        SearchAll in;
        in.q = "red";
        in.type = {"posts"};
        in.sort = sort;
        std::string seen;
        w.index.catch_up();
        for (int page = 0; page < 3; ++page) {
            const auto found = w.search.all(ada, in);
            const Answer answer(found.json);
            CHECK(answer.total("posts") == 45);
            CHECK(answer.root().find("posts").size() == (page < 2 ? 20 : 5));
            CHECK(found.next.empty() == (page == 2));
            seen += " " + answer.posts();
            in.page.after = found.next;
            w.clock.advance(std::chrono::hours{24});  // a list keeps the time of its first page
        }
        for (int i = 0; i < 45; ++i)
            CHECK((seen + " ").find("red " + std::to_string(i) + " ") != std::string::npos);
        in.page.after.clear();
        in.page.skip = 40;
        CHECK(Answer(w.search.all(ada, in).json).root().find("posts").size() == 5);
    }
    SearchAll two;
    two.q = "red";
    two.page.after = "1.n.2.3.post_x";
    refuses(ErrorKind::invalid_input, "", [&] { w.search.all(ada, two); });
}

TEST_CASE("highlights say where the words stand, in code points") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, {.content = "Ein Café — naïve 東京 C++ rocks", .location = "Café Central"});
    w.post(ada, "nothing \"quoted\" {here} but cafe");
    w.index.catch_up();
    SearchPosts in;
    in.q = "cafe";
    in.sort = SearchSort::recent;
    const Answer answer(w.search.posts(ada, in).json);
    REQUIRE(answer.root().size() == 2);
    const auto spans = [&](std::size_t post) {
        std::string out;
        const auto list = answer.root().at(post).find("highlights");
        for (std::size_t i = 0; i < list.size(); ++i)
            out += std::string(list.at(i).find("field").string()) + ":" +
                   std::to_string(list.at(i).find("start").integer().value()) + "+" +
                   std::to_string(list.at(i).find("length").integer().value()) + " ";
        return out;
    };
    CHECK(spans(0) == "content:28+4 ");
    CHECK(spans(1) == "content:4+4 location:0+4 ");
    CHECK(answer.root().at(0).find("content").string() == "nothing \"quoted\" {here} but cafe");
    std::vector<Highlight> found;
    add_highlights(found, "content", "I like C++, not c# or D", search::parse_query("c++"), false);
    REQUIRE(found.size() == 1);
    CHECK(found[0].start == 7);
    CHECK(found[0].length == 3);
}

TEST_CASE("likes, comments and reposts are followed") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, "red one");
    const auto post = w.post(ada, "red two");
    w.post(ada, "red three");
    CHECK(search(w, ada, "red").posts() == "red three red two red one");
    w.execute("UPDATE posts SET likes_count = 9 WHERE post_id = '" + post.str() + "'");
    w.index.post_counted(post);
    CHECK(search(w, ada, "red").posts() == "red two red three red one");
}

}  // namespace
}  // namespace grover::discovery::test
