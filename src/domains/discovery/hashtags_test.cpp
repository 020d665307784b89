// Hashtags: counted, listed, trending.
#include <thread>

#include "domains/discovery/search_test.hpp"

namespace grover::discovery::test {
namespace {

std::string beginning_with(World& w, const std::string& q) {
    w.index.catch_up();
    HashtagSearch in;
    in.q = q;
    std::string out;
    for (const auto& tag : w.hashtags.beginning_with(in).items)
        out += (out.empty() ? "" : " ") + tag.tag + ":" + std::to_string(tag.post_count);
    return out;
}

std::string posts_of(World& w, const Caller& me, const std::string& tag,
                     HashtagSort sort = HashtagSort::recent) {
    w.index.catch_up();
    HashtagPosts in;
    in.tag = tag;
    in.sort = sort;
    return Answer::all(Answer(w.hashtags.posts(me, in).json).root(), "content");
}

std::string trending(World& w, TrendWindow window = TrendWindow::week, int limit = 20) {
    w.index.catch_up();
    return w.hashtags.trending(window, {.limit = limit}).json;
}

TEST_CASE("tags that begin so, most used first") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, {.content = "1", .tags = {"music", "musician"}});
    w.post(ada, {.content = "2", .tags = {"music", "art"}});
    w.post(ada, {.content = "3", .tags = {"musical"}});
    CHECK(beginning_with(w, "mus") == "#music:2 #musical:1 #musician:1");
    CHECK(beginning_with(w, "#MUSIC") == "#music:2 #musical:1 #musician:1");
    CHECK(beginning_with(w, "usic").empty());
    CHECK(beginning_with(w, "!?").empty());
    CHECK(beginning_with(w, "#") == "#music:2 #art:1 #musical:1 #musician:1");  // trending
}

TEST_CASE("lists of hashtags come in pages, by skip and by cursor") {
    World w;
    const auto ada = w.user("ada");
    for (int i = 0; i < 5; ++i) w.post(ada, {.content = "x", .tags = {"tag" + std::to_string(i)}});
    w.index.catch_up();
    const auto join = [](auto&& page_of) {
        std::string out;
        PageRequest request{.limit = 2};
        do {
            const auto [names, next] = page_of(request);
            out += names + "|";
            request.after = next;
        } while (!request.after.empty());
        request = {.limit = 2, .skip = 4};
        const auto [names, next] = page_of(request);
        return out + names + next;
    };
    const std::string expected = "#tag0 #tag1|#tag2 #tag3|#tag4|#tag4";
    CHECK(join([&](const PageRequest& page) {
              const auto found = w.hashtags.trending(TrendWindow::week, page);
              return std::pair(Answer::all(Answer(found.json).root(), "tag"), found.next);
          }) == expected);
    SearchAll in;
    in.q = "tag";
    in.type = {"hashtags"};
    CHECK(join([&](const PageRequest& page) {
              in.page = page;
              const auto found = w.search.all(ada, in);
              CHECK(Answer(found.json).total("hashtags") == 5);
              return std::pair(Answer(found.json).hashtags(), found.next);
          }) == expected);
    in.type = {"hashtags", "posts"};
    in.page = {.limit = 2};
    CHECK(w.search.all(ada, in).next.empty());
    // A cursor of another list of the same endpoint.
    in.type = {"hashtags"};
    in.page.after = "1.n.2.3.post_x";
    refuses(ErrorKind::validation_error, "Invalid cursor", [&] { w.search.all(ada, in); });
    in.type = {"posts"};
    in.page.after = "#2";
    refuses(ErrorKind::validation_error, "Invalid cursor", [&] { w.search.all(ada, in); });
}

TEST_CASE("only public posts of public accounts count") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada, {.content = "1", .tags = {"music"}});
    w.post(bob, {.content = "2", .tags = {"music"}});
    w.post(bob, {.content = "3", .tags = {"music", "secret"}, .visibility = posts::Visibility::followers});
    CHECK(beginning_with(w, "music") == "#music:2");
    CHECK(beginning_with(w, "secret").empty());
    w.set(ada, "is_private = 1");
    CHECK(beginning_with(w, "music") == "#music:1");
    CHECK(trending(w).find("\"post_count\":1") != std::string::npos);
    w.set(ada, "is_private = 0");
    CHECK(beginning_with(w, "music") == "#music:2");
    w.set(ada, "suspended_at = 1");
    CHECK(beginning_with(w, "music") == "#music:1");
    w.set(ada, "suspended_at = NULL");
    w.set(post, "tags = '[\"art\"]'");
    CHECK(beginning_with(w, "music") == "#music:1");
    CHECK(beginning_with(w, "art") == "#art:1");
    w.remove(post);
    w.index.post_changed(post);
    CHECK(beginning_with(w, "art").empty());
}

TEST_CASE("a tag finds exactly its posts") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.post(ada, {.content = "one", .tags = {"art"}, .likes = 3});
    w.post(ada, {.content = "two", .tags = {"artist"}});
    w.post(ada, {.content = "three", .tags = {"art", "音楽"}});
    w.post(ada, {.content = "four", .tags = {"art"}, .visibility = posts::Visibility::private_});
    CHECK(posts_of(w, bob, "art") == "three one");
    CHECK(posts_of(w, bob, "#ART") == "three one");
    CHECK(posts_of(w, bob, "art", HashtagSort::popular) == "one three");
    CHECK(posts_of(w, bob, "音楽") == "three");
    CHECK(posts_of(w, bob, "unused").empty());
    refuses(ErrorKind::validation_error, "Invalid hashtag format", [&] { posts_of(w, bob, "#"); });
    refuses(ErrorKind::validation_error, "Invalid hashtag format", [&] { posts_of(w, bob, "!!!"); });
    refuses(ErrorKind::validation_error, "Invalid hashtag format",
            [&] { posts_of(w, bob, std::string(51, 'a')); });
}

TEST_CASE("trends: twice the posts plus their likes, over the posts made in the window") {
    World w;
    const auto ada = w.user("ada");
    w.post(ada, {.content = "old", .tags = {"music"}, .likes = 50});
    w.clock.advance(std::chrono::hours{24 * 8});
    w.post(ada, {.content = "1", .tags = {"art"}, .likes = 1});
    w.post(ada, {.content = "2", .tags = {"art"}});
    w.post(ada, {.content = "3", .tags = {"music", "dance"}, .likes = 3});
    CHECK(
        trending(w) ==
        R"([{"tag":"#art","name":"art","post_count":2,"total_likes":1,"trending_score":5,"change":null},)"
        R"({"tag":"#dance","name":"dance","post_count":1,"total_likes":3,"trending_score":5,"change":null},)"
        R"({"tag":"#music","name":"music","post_count":1,"total_likes":3,"trending_score":5,"change":-90.4}])");
    CHECK(
        trending(w, TrendWindow::month, 1) ==
        R"([{"tag":"#music","name":"music","post_count":2,"total_likes":53,"trending_score":57,"change":null}])");
    w.clock.advance(std::chrono::hours{25});
    CHECK(trending(w, TrendWindow::day) == "[]");
}

TEST_CASE("many posts of one author are not many people, and blocked words never trend") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    auto words = std::make_shared<const text::WordList>(std::vector<std::string>{"rude"});
    SearchIndex strict(w.db(), w.clock, {.hashtags = {.min_authors = 2, .blocked = words}});
    for (int i = 0; i < 5; ++i) w.post(ada, {.content = "wave", .tags = {"wave", "shared", "rude"}});
    w.post(bob, {.content = "me too", .tags = {"shared", "rude"}});
    strict.catch_up();
    const auto& trends = strict.snapshot()->hashtags->trends(TrendWindow::week);
    REQUIRE(trends.size() == 1);
    CHECK(trends[0].tag == "shared");
    CHECK(strict.snapshot()->hashtags->count_of("wave") == 5);
}

TEST_CASE("counts agree with the posts whatever ten writers do at once") {
    World w;
    const auto ada = w.user("ada");
    std::vector<PostId> made;
    for (int i = 0; i < 40; ++i) made.push_back(w.post(ada, {.content = "x", .tags = {"race"}}));
    w.index.start();
    std::vector<std::thread> writers;
    for (std::size_t writer = 0; writer < 4; ++writer) {
        writers.emplace_back([&, writer] {
            for (std::size_t i = writer; i < made.size(); i += 4) {
                w.set(made[i], i % 3 == 0 ? "tags = '[]'" : "likes_count = likes_count + 1");
                w.index.post_counted(made[i]);
                w.index.snapshot()->hashtags->count_of("race");
            }
        });
    }
    for (auto& writer : writers) writer.join();
    w.index.stop();
    w.index.catch_up();
    CHECK(w.index.snapshot()->hashtags->count_of("race") == 26);
    SearchIndex anew(w.db(), w.clock, {});
    anew.catch_up();
    CHECK(anew.snapshot()->hashtags->count_of("race") == 26);
}

}  // namespace
}  // namespace grover::discovery::test
