#include <array>
#include <random>
#include <thread>

#include "domains/posts/posts_test.hpp"
#include "sql/posts.hpp"
#include "sql/posts_account.hpp"
#include "sql/posts_index.hpp"
#include "sql/posts_lists.hpp"
#include "sql/posts_marks.hpp"
#include "sql/posts_tallies.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::posts;
using namespace grover::posts::test;
using Ids = std::vector<std::string>;

namespace {

Ids strings(std::initializer_list<PostId> ids) {
    Ids out;
    for (const auto& id : ids) out.push_back(id.str());
    return out;
}

PostPage everything(World& w, const Caller& me, const PostsList& in) {
    bool is_private = false;
    return w.posts.everything(me, in, is_private);
}

}  // namespace

TEST_CASE("who sees what: public, followers-only, private, private account, block") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan"), stranger = w.user("stranger"),
               blocked = w.user("blocked");
    w.follow(fan, ada);
    w.block(ada, blocked);
    const auto open = w.post(ada), followers = w.post(ada, "x", Visibility::followers),
               own = w.post(ada, "x", Visibility::private_);

    CHECK(w.get(fan, followers).text("post_id") == followers.view());
    refuses(ErrorKind::not_authorized, "Not authorized", [&] { w.get(stranger, followers); });
    refuses(ErrorKind::not_found, "Post not found", [&] { w.get(fan, own); });
    refuses(ErrorKind::not_found, "Post not found", [&] { w.get(blocked, open); });
    refuses(ErrorKind::not_found, "Post not found", [&] { w.get(ada, PostId("post_none")); });
    CHECK(ids_of(everything(w, ada, {})) == strings({own, followers, open}));
    CHECK(ids_of(everything(w, fan, {})) == strings({followers, open}));
    CHECK(ids_of(w.posts.explore(ada, {})) == strings({followers, open}));
    CHECK(ids_of(w.posts.mine(ada, {})) == strings({own, followers, open}));
    CHECK(ids_of(everything(w, stranger, {})) == strings({open}));
    CHECK(ids_of(everything(w, blocked, {})).empty());
    CHECK(ids_of(w.posts.feed(fan, {})) == strings({followers, open}));

    w.make_private(ada);
    refuses(ErrorKind::not_authorized, "Not authorized", [&] { w.get(stranger, open); });
    CHECK(w.get(fan, open).text("post_id") == open.view());
    CHECK(ids_of(w.posts.explore(stranger, {})).empty());
    CHECK(ids_of(w.posts.explore(fan, {})) == strings({followers, open}));
    bool is_private = false;
    CHECK(ids_of(w.posts.posts_of_user(stranger, ada.id, {}, is_private)).empty());
    CHECK(is_private);
    refuses(ErrorKind::not_found, "User not found",
            [&] { w.posts.posts_of_user(blocked, ada.id, {}, is_private); });
    CHECK(ids_of(w.posts.everything(stranger, {.user_id = ada.id}, is_private)).empty());
    CHECK(is_private);
    CHECK(ids_of(w.posts.media_of(stranger, ada.id, MediaKind::all, {}, is_private)).empty());
    CHECK(is_private);
    // Nothing is told of whom one must not know, and nothing is missing for a follower.
    for (const auto& [reader, author] : {std::pair{blocked, ada.id}, {stranger, UserId("user_none")}}) {
        CHECK(ids_of(w.posts.everything(reader, {.user_id = author}, is_private)).empty());
        CHECK_FALSE(is_private);
    }
    CHECK(ids_of(w.posts.everything(fan, {.user_id = ada.id}, is_private)) == strings({followers, open}));
    CHECK_FALSE(is_private);
}

TEST_CASE("everything has the reader's own private posts in their places, on every page") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto ada = w.user("ada"), bob = w.user("bob");
        Ids expected, open;
        for (int i = 0; i < 23; ++i) {
            const bool is_private = i % 3 == 0 || (i > 8 && i < 14);
            const auto id = w.post(is_private || i % 2 == 0 ? ada : bob, "x",
                                   is_private ? Visibility::private_ : Visibility::public_);
            expected.insert(expected.begin(), id.str());
            if (!is_private) open.insert(open.begin(), id.str());
        }
        const auto walk = [&](const Caller& me, int limit) {
            Ids found;
            PageRequest page{.limit = limit};
            do {
                const auto answer = everything(w, me, {.page = page});
                const auto ids = ids_of(answer);
                if (!answer.next.empty()) CHECK(std::ssize(ids) == limit);
                found.insert(found.end(), ids.begin(), ids.end());
                page.after = answer.next;
            } while (!page.after.empty());
            return found;
        };
        for (const int limit : {1, 2, 5, 22, 23, 50}) {
            CHECK(walk(ada, limit) == expected);
            CHECK(walk(bob, limit) == open);
        }
        for (const std::int64_t skip : {1, 7, 22})
            CHECK(ids_of(everything(w, ada, {.page = {.limit = 3, .skip = skip}})) ==
                  Ids(expected.begin() + skip, expected.begin() + std::min<std::int64_t>(skip + 3, 23)));
        CHECK(ids_of(w.posts.explore(ada, {.limit = 50})) == open);
    }
}

TEST_CASE("an author's private posts are found without passing by the others") {
    World w;
    CHECK(w.db().plan(sql::posts_lists::private_of_author::statement).find("posts_private_of_author") !=
          std::string::npos);
}

TEST_CASE("no write gets past what the reader may see, and a refusal writes nothing") {
    World w;
    const auto ada = w.user("ada"), blocked = w.user("blocked"), stranger = w.user("stranger");
    w.block(ada, blocked);
    const auto open = w.post(ada);
    const auto followers = w.post(ada, "x", Visibility::followers);
    w.effects();
    for (const auto& [caller, post, kind] : {std::tuple{blocked, open, ErrorKind::not_found},
                                             std::tuple{stranger, followers, ErrorKind::not_authorized}}) {
        const auto& who = caller;
        const auto& id = post;
        refuses(kind, "", [&] { w.posts.react(who, id, "like"); });
        refuses(kind, "", [&] { w.posts.unlike(who, id); });
        refuses(kind, "", [&] { w.posts.dislike(who, id); });
        refuses(kind, "", [&] { w.posts.save(who, id); });
        refuses(kind, "", [&] { w.posts.share(who, id); });
        refuses(kind, "", [&] { w.posts.repost(who, {.post_id = id}); });
        refuses(kind, "", [&] { w.posts.vote(who, {.post_id = id}); });
        refuses(kind, "", [&] { w.posts.reactions(who, {.post_id = id}); });
        refuses(kind, "", [&] { w.posts.reposts(who, id, {}); });
        refuses(kind, "", [&] { w.posts.poll_results(who, id); });
    }
    CHECK(w.rows("post_stances") == 0);
    CHECK(w.rows("post_saves") == 0);
    CHECK(w.rows("posts") == 2);
    CHECK(w.number("SELECT sum(shares_count) FROM posts") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("a repost whose root the reader must not see is in no list") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.follow(eve, bob);
    const auto root = w.post(ada);
    const auto repost = w.posts.repost(bob, {.post_id = root}).repost_id;
    CHECK(ids_of(w.posts.feed(eve, {})) == strings({repost}));
    w.block(ada, eve);
    CHECK(ids_of(w.posts.feed(eve, {})).empty());
    refuses(ErrorKind::not_found, "Post not found", [&] { w.get(eve, repost); });
}

TEST_CASE("the feed holds every followed account, own posts, and nobody else's") {
    World w;
    const auto me = w.user("reader"), stranger = w.user("stranger");
    Ids expected;
    for (int i = 0; i < 60; ++i) {
        const auto author = w.user("author" + std::to_string(i));
        w.follow(me, author);
        expected.insert(expected.begin(), w.post(author).str());
    }
    w.post(stranger);
    expected.insert(expected.begin(), w.post(me).str());
    CHECK(ids_of(w.posts.feed(me, {.limit = 100})) == expected);
}

TEST_CASE("pages by cursor and by skip hold each post once, in order, to the end") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto me = w.user("reader"), ada = w.user("ada"), bob = w.user("bob");
        w.follow(me, ada);
        w.follow(me, bob);
        Ids expected;
        for (int i = 0; i < 150; ++i)
            expected.insert(expected.begin(), w.post(i % 7 == 0 ? bob : ada, "p").str());
        Ids by_cursor, by_skip;
        PageRequest page{.limit = 20};
        int pages = 0;
        do {
            const auto answer = w.posts.feed(me, page);
            for (const auto& id : ids_of(answer)) by_cursor.push_back(id);
            page.after = answer.next;
            ++pages;
        } while (!page.after.empty() && pages < 20);
        CHECK(pages == 8);
        for (int skip = 0; skip < 160; skip += 40) {
            for (const auto& id : ids_of(w.posts.feed(me, {.limit = 40, .skip = skip})))
                by_skip.push_back(id);
        }
        CHECK(by_cursor == expected);
        CHECK(by_skip == expected);
        CHECK(ids_of(w.posts.feed(me, {.limit = 40, .skip = kMaxSkip + 1})).empty());
    }
}

TEST_CASE("far down the feed a page is right however often it is read, and after every change") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto me = w.user("reader"), ada = w.user("ada"), bob = w.user("bob");
        w.follow(me, ada);
        w.follow(me, bob);
        std::vector<PostId> posts;  // newest first
        for (int i = 0; i < 360; ++i) posts.insert(posts.begin(), w.post(i % 3 == 0 ? bob : ada, "p"));
        const auto page_after = [&](std::size_t place, int limit = 20) {
            PageRequest page{.limit = limit};
            // A cursor names a post, wherever the pages before were cut.
            page.after = w.posts.feed(me, {.limit = 1, .skip = static_cast<int>(place)}).next;
            return ids_of(w.posts.feed(me, page));
        };
        const auto expected = [&](std::size_t place, std::size_t limit = 20) {
            Ids out;
            for (auto i = place + 1; i < std::min(posts.size(), place + 1 + limit); ++i)
                out.push_back(posts[i].str());
            return out;
        };
        for (const std::size_t place : {250U, 250U, 270U, 260U, 230U, 339U, 355U, 10U, 190U, 250U})
            CHECK(page_after(place) == expected(place));
        CHECK(page_after(255, 100) == expected(255, 100));

        w.posts.remove(ada, posts[262]);
        posts.erase(posts.begin() + 262);
        CHECK(page_after(250) == expected(250));
        posts.insert(posts.begin(), w.post(bob, "new"));
        CHECK(page_after(250) == expected(250));
        w.block(bob, me);
        std::erase_if(posts, [&](const PostId& id) {
            return w.db().read([&](db::Read& tx) { return w.posts.gate().find(tx, id)->user_id == bob.id; });
        });
        CHECK(page_after(200) == expected(200));
    }
}

TEST_CASE("a page far down is right where nothing of the feed is in memory yet") {
    World w;
    const auto me = w.user("reader"), ada = w.user("ada"), bob = w.user("bob");
    w.follow(me, ada);
    w.follow(me, bob);
    Ids posts;  // newest first
    for (int i = 0; i < 200; ++i) posts.insert(posts.begin(), w.post(i % 3 == 0 ? bob : ada, "p").str());
    for (const std::size_t place : {10U, 60U, 150U, 195U}) {
        INFO("after ", place);
        const auto after = w.posts.feed(me, {.limit = 1, .skip = static_cast<int>(place)}).next;
        Ids page;
        // Another thread has copies of its own.
        std::thread([&] { page = ids_of(w.posts.feed(me, {.limit = 20, .after = after})); }).join();
        const auto from = posts.begin() + static_cast<std::ptrdiff_t>(place) + 1;
        CHECK(page == Ids(from, std::min(from + 20, posts.end())));
    }
}

TEST_CASE("whoever posts, edits and deletes between two looks, each page of a feed is right") {
    const unsigned seed = 20'261'128;
    INFO("seed ", seed);
    std::mt19937 random(seed);
    const auto below = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
    World w;
    std::vector<Caller> authors;
    for (int i = 0; i < 70; ++i) authors.push_back(w.user("author" + std::to_string(i)));
    // One follows all, one some who write much, one many who write little.
    const std::vector<Caller> readers{w.user("wide"), w.user("few"), w.user("many")};
    const auto follows = [](std::size_t reader, std::size_t author) {
        return reader == 0 || (reader == 1 ? author < 4 : author >= 5 && author < 65);
    };
    struct Known {
        std::size_t author;
        PostId id;
        bool is_private = false;
    };
    std::vector<Known> posts;  // newest first
    const auto write = [&](std::size_t author) {
        posts.insert(posts.begin(), {author, w.post(authors[author], "p")});
    };
    const auto remove = [&](std::size_t place) {
        w.posts.remove(authors[posts[place].author], posts[place].id);
        posts.erase(posts.begin() + static_cast<std::ptrdiff_t>(place));
    };
    for (std::size_t reader = 0; reader < readers.size(); ++reader) {
        for (std::size_t i = 0; i < authors.size(); ++i) {
            if (follows(reader, i)) w.follow(readers[reader], authors[i]);
        }
    }
    for (int i = 0; i < 300; ++i) write(below(5));
    const auto expected = [&](std::size_t reader, std::size_t skip, std::size_t limit) {
        Ids out;
        for (const auto& post : posts) {
            if (post.is_private || !follows(reader, post.author)) continue;
            if (skip > 0) {
                --skip;
            } else if (out.size() < limit) {
                out.push_back(post.id.str());
            }
        }
        return out;
    };
    for (int step = 0; step < 600; ++step) {
        INFO("step ", step);
        const auto what = below(100);
        if (what < 50) {
            write(what < 20 ? below(authors.size()) : below(4));
        } else if (what < 85) {
            remove(below(what < 70 ? 20 : posts.size()));
        } else if (what < 88) {
            for (int i = 0; i < 15; ++i) remove(below(30));
        } else if (what < 97) {
            auto& post = posts[below(40)];
            post.is_private = !post.is_private;
            w.posts.update(authors[post.author],
                           {.post_id = post.id, .visibility = post.is_private ? "private" : "public"});
        } else if (what < 98) {
            for (int i = 0; i < 40; ++i) write(below(4));
        } else {
            for (std::size_t i = 0; i < authors.size(); ++i) write(i);
        }
        const auto reader = below(readers.size());
        constexpr std::array<std::size_t, 6> kSkips{0, 0, 0, 20, 170, 230};
        const auto skip = kSkips[below(kSkips.size())];
        const auto wanted = expected(reader, skip, 20);
        PageRequest page{.limit = 20};
        if (skip > 0) {
            page.after = w.posts.feed(readers[reader], {.limit = 1, .skip = static_cast<int>(skip) - 1}).next;
            REQUIRE(page.after.empty() == wanted.empty());
            if (wanted.empty()) continue;
        }
        REQUIRE(ids_of(w.posts.feed(readers[reader], page)) == wanted);
    }
}

TEST_CASE("everybody sees the own write at once, with memory and without") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto me = w.user("reader"), ada = w.user("ada");
        w.follow(me, ada);
        CHECK(ids_of(w.posts.feed(me, {})).empty());
        const auto id = w.post(ada, "one");
        CHECK(ids_of(w.posts.feed(me, {})) == strings({id}));
        w.posts.react(me, id, "love");
        w.posts.save(me, id);
        const auto document = Json(w.posts.feed(me, {}).json.substr(1, w.posts.feed(me, {}).json.size() - 2));
        CHECK(document.text("user_reaction") == "love");
        CHECK(document.flag("saved"));
        CHECK(document.number("reactions_count") == 1);
        w.posts.update(ada, {.post_id = id, .content = "two"});
        CHECK(w.posts.feed(me, {}).json.find("two") != std::string::npos);
        w.posts.update(ada, {.post_id = id, .visibility = "private"});
        CHECK(ids_of(w.posts.feed(me, {})).empty());
        w.posts.update(ada, {.post_id = id, .visibility = "public"});
        CHECK(ids_of(w.posts.feed(me, {})) == strings({id}));
        w.posts.remove(ada, id);
        CHECK(ids_of(w.posts.feed(me, {})).empty());
        CHECK(ids_of(w.posts.saved(me, {})).empty());
    }
}

TEST_CASE("what a reader did with posts far apart is shown, however much lies between") {
    for (const int between : {5, 320}) {
        for (const bool cached : {true, false}) {
            World w(cached);
            const auto me = w.user("reader"), ada = w.user("ada");
            std::vector<PostId> posts;
            for (int i = 0; i < between; ++i) {
                posts.push_back(w.post(ada));
                if (i % 10 != 9) w.posts.react(me, posts.back(), "like");
            }
            const auto is_liked = [&](std::size_t i) {
                return Json(w.posts.get(me, posts[i]).json).flag("liked");
            };
            // The second time from memory.
            for (int round = 0; round < 2; ++round) {
                CHECK(is_liked(0));
                CHECK(is_liked(posts.size() - 2));
                CHECK(is_liked(posts.size() / 2) == (posts.size() / 2 % 10 != 9));
            }
            w.posts.react(me, posts[2], "like");
            CHECK_FALSE(is_liked(2));
            CHECK(is_liked(1));
            CHECK(is_liked(0));
        }
    }
}

TEST_CASE("saved posts come newest save first, and without what may no longer be seen") {
    World w;
    const auto me = w.user("reader"), ada = w.user("ada");
    const auto first = w.post(ada), second = w.post(ada), third = w.post(ada);
    for (const auto& id : {second, first, third}) {
        CHECK(w.posts.save(me, id).saved);
        w.clock.advance(std::chrono::seconds{1});
    }
    CHECK(ids_of(w.posts.saved(me, {})) == strings({third, first, second}));
    CHECK_FALSE(w.posts.save(me, first).saved);
    CHECK(ids_of(w.posts.saved(me, {})) == strings({third, second}));
    w.posts.update(ada, {.post_id = third, .visibility = "private"});
    CHECK(ids_of(w.posts.saved(me, {})) == strings({second}));
}

TEST_CASE("the viewer's flags are the same wherever a post shows") {
    World w;
    const auto me = w.user("reader"), ada = w.user("ada");
    w.follow(me, ada);
    PostCreate in;
    in.content = "for @reader";
    const auto id = w.posts.create(ada, in).post_id;
    w.posts.react(me, id, "🔥");
    w.posts.save(me, id);
    w.posts.repost(me, {.post_id = id});
    const auto single = w.get(me, id).raw();
    const auto holds = [&](const PostPage& page) { return page.json.find(single) != std::string::npos; };
    CHECK(holds(w.posts.feed(me, {})));
    CHECK(holds(w.posts.explore(me, {})));
    CHECK(holds(w.posts.saved(me, {})));
    CHECK(holds(w.posts.mentions(me, {})));
    CHECK(holds(everything(w, me, {.user_id = ada.id})));
}

TEST_CASE("a reader who reacted to very much still sees the own marks") {
    World w;
    const auto me = w.user("reader"), ada = w.user("ada");
    std::vector<PostId> ids;
    for (int i = 0; i < 320; ++i) {
        ids.push_back(w.post(ada, "p"));
        w.posts.react(me, ids.back(), "wow");
    }
    const auto newest_and_oldest = w.posts.saved(me, {});
    CHECK(ids_of(newest_and_oldest).empty());
    w.posts.save(me, ids.front());
    w.posts.save(me, ids.back());
    const auto page = w.posts.saved(me, {}).json;
    CHECK(page.find("\"user_reaction\":\"wow\"") != page.rfind("\"user_reaction\":\"wow\""));
}

TEST_CASE("for another domain each post keeps its place, and what the reader may not see is empty") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.post(ada, "first"), secret = w.post(ada, "secret", Visibility::private_);
    const std::vector<PostId> ids{secret, PostId("post_gone"), first, first};
    const auto views = w.db().read([&](db::Read& tx) { return w.posts.views_of(tx, bob, ids); });
    REQUIRE(views.size() == 4);
    CHECK(views[0].empty());
    CHECK(views[1].empty());
    CHECK(views[2] == w.get(bob, first).raw());
    CHECK(views[3] == views[2]);
}

TEST_CASE("every list is served by an index") {
    World w;
    testing::check_no_scans(w.db(), sql::posts::all);
    testing::check_no_scans(w.db(), sql::posts_lists::all);
    testing::check_no_scans(w.db(), sql::posts_marks::all);
    testing::check_no_scans(w.db(), sql::posts_account::all);
    testing::check_no_scans(w.db(), sql::posts_index::all);
    testing::check_no_scans(w.db(), sql::posts_tallies::all);
    // PostgreSQL chooses by the table's statistics, and this one is empty.
    if (w.db().engine() == db::Engine::sqlite) {
        CHECK(testing::uses_index_only(w.db(), sql::posts_tallies::subjects_of::statement, "posts"));
        CHECK(testing::uses_index_only(w.db(), sql::posts_tallies::marked_subjects::statement, "posts"));
    }
}
