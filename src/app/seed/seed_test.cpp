// The large community, in small: what it promises holds on either engine.
#include "app/seed/seed.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "app/seed/community.hpp"
#include "app/seed/posts.hpp"
#include "app/seed/timeline.hpp"
#include "app/seed/words.hpp"
#include "platform/text/hashtags.hpp"
#include "platform/text/mentions.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/seed.hpp"
#include "testing/database.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::seed;

namespace {

struct StoppedClock final : Clock {
    Time now() const override { return Time{1'767'225'600'000'000}; }
};

const SeedOptions kSmall{.users = 60, .posts = 3'000, .follows = 12, .days = 20};

std::int64_t number(db::Database& db, const std::string& sql) { return testing::query_number(db, sql); }

std::string read_file(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("every counter of a seeded store equals its rows") {
    const auto db = testing::fresh_database();
    const StoppedClock clock;
    CHECK(run_seed(kSmall, *db, clock, {}) == 0);

    CHECK(testing::count_rows(*db, "users") == 60);
    CHECK(testing::count_rows(*db, "posts") == 3'000);
    CHECK(testing::count_rows(*db, "follows") == 60 * 12);
    CHECK(number(*db,
                 "SELECT count(*) FROM (SELECT follower_id FROM follows GROUP BY follower_id HAVING count(*) "
                 "<> 12) x") == 0);
    for (const char* table :
         {"post_stances", "post_saves", "post_mentions", "polls", "poll_counts", "poll_votes", "comments",
          "comment_likes", "notification_settings", "privacy_settings"}) {
        INFO(table);
        CHECK(testing::count_rows(*db, table) > 0);
    }

    struct Rule {
        const char* name;
        const char* broken;  // counts what breaks it
    };
    for (const auto& [name, broken] : {
             Rule{"likes_count",
                  "SELECT count(*) FROM posts p WHERE likes_count <> "
                  "(SELECT count(*) FROM post_stances s WHERE s.post_id = p.post_id AND s.stance = 'like')"},
             Rule{"dislikes_count",
                  "SELECT count(*) FROM posts p WHERE dislikes_count <> "
                  "(SELECT count(*) FROM post_stances s WHERE s.post_id = p.post_id AND s.stance = '-')"},
             Rule{"reaction counts",
                  "SELECT count(*) FROM (SELECT post_id, stance, count(*) AS n FROM post_stances WHERE "
                  "stance <> '-' "
                  "GROUP BY post_id, stance) s JOIN posts p ON p.post_id = s.post_id "
                  "WHERE ',' || p.reaction_counts || ',' NOT LIKE '%,' || s.stance || ' ' || s.n || ',%'"},
             Rule{"reactions_count",
                  "SELECT count(*) FROM posts p WHERE reactions_count <> "
                  "(SELECT count(*) FROM post_stances s WHERE s.post_id = p.post_id AND s.stance <> '-')"},
             Rule{"reaction counts without reactions",
                  "SELECT count(*) FROM posts p WHERE length(reaction_counts) - "
                  "length(replace(reaction_counts, ' ', '')) "
                  "<> (SELECT count(DISTINCT stance) FROM post_stances s WHERE s.post_id = p.post_id AND "
                  "s.stance <> '-')"},
             Rule{"repost_count",
                  "SELECT count(*) FROM posts p WHERE repost_count <> "
                  "(SELECT count(*) FROM posts r WHERE r.original_post_id = p.post_id)"},
             Rule{"comments_count",
                  "SELECT count(*) FROM posts p WHERE comments_count <> "
                  "(SELECT count(*) FROM comments c WHERE c.post_id = p.post_id AND c.depth = 0)"},
             Rule{"comments_total_count",
                  "SELECT count(*) FROM posts p WHERE comments_total_count <> "
                  "(SELECT count(*) FROM comments c WHERE c.post_id = p.post_id)"},
             Rule{"replies_count",
                  "SELECT count(*) FROM comments p WHERE replies_count <> "
                  "(SELECT count(*) FROM comments c WHERE c.parent_comment_id = p.comment_id)"},
             Rule{"comment likes",
                  "SELECT count(*) FROM comments c WHERE likes_count <> "
                  "(SELECT count(*) FROM comment_likes l WHERE l.comment_id = c.comment_id)"},
             Rule{"votes",
                  "SELECT count(*) FROM poll_counts c WHERE votes <> (SELECT count(*) FROM poll_votes v "
                  "WHERE v.post_id = c.post_id AND v.option_index = c.option_index)"},
             Rule{"polls",
                  "SELECT count(*) FROM posts p WHERE has_poll <> (SELECT count(*) FROM polls l WHERE "
                  "l.post_id = p.post_id)"},
             Rule{"followers_count",
                  "SELECT count(*) FROM user_counts u WHERE followers_count <> "
                  "(SELECT count(*) FROM follows f WHERE f.following_id = u.user_id)"},
             Rule{"following_count",
                  "SELECT count(*) FROM user_counts u WHERE following_count <> "
                  "(SELECT count(*) FROM follows f WHERE f.follower_id = u.user_id)"},
             Rule{"posts_count",
                  "SELECT count(*) FROM user_counts u WHERE posts_count <> "
                  "(SELECT count(*) FROM posts p WHERE p.user_id = u.user_id)"},
             Rule{"likes of users",
                  "SELECT count(*) FROM user_counts u WHERE likes_count <> "
                  "(SELECT COALESCE(sum(p.likes_count), 0) FROM posts p WHERE p.user_id = u.user_id)"},
             Rule{"a mention has its row",
                  "SELECT count(*) FROM posts p WHERE (mentioned_users <> '[]') <> EXISTS "
                  "(SELECT 1 FROM post_mentions m WHERE m.post_id = p.post_id)"},
             Rule{"nobody reposts what is not public",
                  "SELECT count(*) FROM posts r JOIN posts p ON p.post_id = r.original_post_id JOIN users u "
                  "ON u.user_id = p.user_id WHERE p.visibility > 0 OR u.is_private = 1 OR p.is_repost = 1"},
             Rule{"only followers react to private accounts",
                  "SELECT count(*) FROM post_stances s JOIN posts p ON p.post_id = s.post_id JOIN users u ON "
                  "u.user_id = p.user_id "
                  "WHERE (u.is_private = 1 OR p.visibility = 1) AND NOT EXISTS (SELECT 1 FROM follows f "
                  "WHERE f.follower_id = "
                  "s.user_id AND f.following_id = p.user_id)"},
             Rule{"answers come after questions",
                  "SELECT count(*) FROM comments c JOIN comments p ON p.comment_id = c.parent_comment_id "
                  "WHERE c.created_at < p.created_at OR c.post_id <> p.post_id OR c.depth <> p.depth + 1"},
         }) {
        INFO(name);
        CHECK(number(*db, broken) == 0);
    }
}

TEST_CASE("ids sort as their times do, and nothing is newer than now") {
    const auto db = testing::fresh_database();
    const StoppedClock clock;
    REQUIRE(run_seed(kSmall, *db, clock, {}) == 0);
    for (const auto& [table, id] :
         {std::pair{"posts", "post_id"}, {"comments", "comment_id"}, {"users", "user_id"}}) {
        INFO(table);
        CHECK(number(*db,
                     std::string("SELECT count(*) FROM (SELECT created_at, lag(created_at) OVER (ORDER BY ") +
                         id + ") AS before FROM " + table + ") x WHERE before > created_at") == 0);
        CHECK(number(*db, std::string("SELECT count(*) FROM ") + table +
                              " WHERE created_at >= " + std::to_string(clock.now().us)) == 0);
    }
}

TEST_CASE("the same options make the same community") {
    const auto once = make_community(kSmall, Time{1'767'225'600'000'000}, 0);
    const auto again = make_community(kSmall, Time{1'767'225'600'000'000}, 0);
    auto other_options = kSmall;
    other_options.random_seed = 7;
    const auto other = make_community(other_options, Time{1'767'225'600'000'000}, 0);
    const std::vector<MediaId> pictures;
    auto contents = [&](const SeedOptions& options, const Community& community) {
        const auto moments = make_timeline(options, community);
        Chronicle chronicle(options, community, moments, pictures);
        std::string all;
        for (const auto& post : chronicle.next(500).posts)
            all += post.content + std::to_string(post.at.us - community.begin.us);
        return all;
    };
    CHECK(contents(kSmall, once) == contents(kSmall, again));
    CHECK(contents(kSmall, once) != contents(other_options, other));
}

TEST_CASE("a few are followed by very many") {
    SeedOptions options = kSmall;
    options.users = 2'000;
    options.follows = 50;
    const auto community = make_community(options, Time{1'767'225'600'000'000}, 0);
    std::vector<std::size_t> followers;
    for (MemberIndex i = 0; i < 2'000; ++i) {
        CHECK(community.following.of(i).size() == 50);
        CHECK(std::ranges::find(community.following.of(i), i) == community.following.of(i).end());
        followers.push_back(community.followers.of(i).size());
    }
    std::ranges::sort(followers, std::greater{});
    CHECK(followers[0] > 20 * followers[1'000]);
    CHECK(followers[1'999] < 50);
}

TEST_CASE("posts come in bursts") {
    SeedOptions options = kSmall;
    options.posts = 5'000;
    const auto community = make_community(options, Time{1'767'225'600'000'000}, 0);
    std::vector<std::vector<Time>> by_author(60);
    for (const auto& moment : make_timeline(options, community))
        by_author[moment.author].push_back(moment.at);
    std::size_t soon = 0;
    for (const auto& times : by_author) {
        for (std::size_t i = 1; i < times.size(); ++i)
            soon += times[i] - times[i - 1] < std::chrono::minutes(30) ? 1 : 0;
    }
    CHECK(soon > 2'000);  // evenly spread it would be some 900
}

TEST_CASE("texts keep the rules that posts have") {
    const auto community = make_community(kSmall, Time{1'767'225'600'000'000}, 0);
    SeedOptions options = kSmall;
    options.posts = 20'000;
    const auto moments = make_timeline(options, community);
    const std::vector<MediaId> pictures;
    Chronicle chronicle(options, community, moments, pictures);
    std::size_t longest = 0;
    for (const auto& post : chronicle.next(20'000).posts) {
        if (post.original) {
            CHECK(post.content.empty());
            continue;
        }
        longest = std::max(longest, text::count_code_points(post.content));
        std::vector<std::string> tags;
        for (const auto& tag : text::extract_hashtags(post.content)) tags.push_back(tag.substr(1));
        CHECK(wire::to_json(tags) == post.tags);
        CHECK(text::extract_mentions(post.content).size() == (post.mentioned_users == "[]" ? 0 : 1));
    }
    CHECK(longest > 1'000);
    CHECK(longest <= 5'000);
    for (const auto& member : community.members) {
        CHECK(text::validate_username(member.username) == member.username);
        CHECK(text::validate_bio(member.bio) == member.bio);
        CHECK(text::validate_name(member.name) == member.name);
    }
}

TEST_CASE("a store in use is left alone unless told otherwise") {
    const auto db = testing::fresh_database();
    const StoppedClock clock;
    REQUIRE(run_seed(kSmall, *db, clock, {}) == 0);
    CHECK(run_seed(kSmall, *db, clock, {}) == 1);
    CHECK(testing::count_rows(*db, "users") == 60);
    CHECK(testing::count_rows(*db, "posts") == 3'000);

    auto again = kSmall;
    again.force = true;
    CHECK(run_seed(again, *db, clock, {}) == 0);
    CHECK(testing::count_rows(*db, "users") == 120);
    CHECK(testing::count_rows(*db, "posts") == 6'000);
}

TEST_CASE("impossible wishes are refused before anything is written") {
    const auto db = testing::fresh_database();
    const StoppedClock clock;
    for (const auto& wish : {SeedOptions{.users = 1, .follows = 0}, SeedOptions{.users = 10, .follows = 10},
                             SeedOptions{.posts = -1}, SeedOptions{.users = 10, .follows = 2, .tokens = 11},
                             SeedOptions{.days = 0}}) {
        CHECK(run_seed(wish, *db, clock, {}) == 1);
    }
    CHECK(testing::count_rows(*db, "users") == 0);
}

TEST_CASE("tokens are written for their owner's eyes only, one line for each user") {
    const auto db = testing::fresh_database();
    const StoppedClock clock;
    auto options = kSmall;
    options.tokens = 3;
    options.data_dir = std::filesystem::temp_directory_path() /
                       ("grover-seed-test-" + IdSource::unguessable<MediaId>().str());
    SeedPlugs plugs;
    plugs.open_sessions = [](const std::vector<UserId>& users) {
        std::vector<std::string> tokens;
        for (const auto& user : users) tokens.push_back("token-of-" + user.str());
        return tokens;
    };
    REQUIRE(run_seed(options, *db, clock, plugs) == 0);

    const auto file = options.data_dir / "seed-tokens.txt";
    std::istringstream lines(read_file(file));
    std::set<std::string> users;
    for (std::string token, user; lines >> token >> user;) {
        CHECK(token == "token-of-" + user);
        CHECK(number(*db, "SELECT count(*) FROM users WHERE user_id = '" + user + "'") == 1);
        users.insert(user);
    }
    CHECK(users.size() == 3);
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    std::filesystem::remove_all(options.data_dir);
}

TEST_CASE("all statements are understood") {
    testing::check_no_scans(*testing::fresh_database(), sql::seed::all);
}
