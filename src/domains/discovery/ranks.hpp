// Ranks of posts and people, kept from committed events: docs/discovery.md says what counts. Requests read the top of
// indexes; nothing is counted then. Private to domains/discovery.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "domains/comments/comments.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/db/together.hpp"
#include "platform/jobs/background.hpp"

namespace grover::discovery {

// Touched by every change of a rank.
inline constexpr std::string_view kRanksKey = "discovery:ranks";

inline constexpr std::chrono::hours kDay{24};
inline constexpr std::chrono::hours kWeek{7 * 24};
inline constexpr std::chrono::hours kMonth{30 * 24};

enum class Window : std::uint8_t { day, week, month, all };
constexpr std::array<std::string_view, 4> enum_names(Window) { return {"24h", "7d", "30d", "all"}; }
// Where the window begins.
Time start_of(Window window, Time now);

struct RankedPost {
    PostId post_id;
    UserId user_id;
    Time created_at;
    std::int64_t value = 0;  // likes, or likes + 2 comments + 3 reposts

    bool operator==(const RankedPost&) const = default;

    static constexpr auto columns = Pack{
        db::column("post_id", &RankedPost::post_id),
        db::column("user_id", &RankedPost::user_id),
        db::column("created_at", &RankedPost::created_at),
        db::column("value", &RankedPost::value),
    };
};

struct RankedCreator {
    UserId user_id;
    std::int64_t posts = 0, likes = 0, comments = 0, score = 0;

    bool operator==(const RankedCreator&) const = default;

    static constexpr auto columns = Pack{
        db::column("user_id", &RankedCreator::user_id), db::column("posts", &RankedCreator::posts),
        db::column("likes", &RankedCreator::likes),     db::column("comments", &RankedCreator::comments),
        db::column("score", &RankedCreator::score),
    };
};

struct RankedGrowth {
    UserId user_id;
    Time joined_at;
    std::int64_t followers = 0;
    std::int64_t gained = 0, gained_in_month = 0;  // in the last 7 and the last 30 days

    bool operator==(const RankedGrowth&) const = default;

    static constexpr auto columns = Pack{
        db::column("user_id", &RankedGrowth::user_id),
        db::column("joined_at", &RankedGrowth::joined_at),
        db::column("followers", &RankedGrowth::followers),
        db::column("gained", &RankedGrowth::gained),
        db::column("gained_in_month", &RankedGrowth::gained_in_month),
    };
};

// Behind every rank: the start of a list.
inline const RankedPost kBestPost{PostId("~"), {}, Time{INT64_MAX}, INT64_MAX};
struct PersonPlace {
    std::int64_t value = INT64_MAX;
    UserId user_id;

    bool operator==(const PersonPlace&) const = default;
};
// The next posts of a window with likes, most first, ties newer first.
std::vector<RankedPost> most_liked(db::Read& tx, Window window, Time now, const RankedPost& after, int limit);
// Which of the posts have likes, as far as they are ranked.
std::vector<PostId> liked_among(db::Read& tx, std::span<const PostId> posts);
// Those with the best scores of every age class, at most `limit` of each, in no order; as parts of one statement.
void ask_best_scored(db::Together& ask, std::vector<RankedPost>& out, int limit);
// Best first, ties newer first.
bool ranks_before(const RankedPost& a, const RankedPost& b);
// The next ones, best first, ties by id.
std::vector<RankedCreator> top_creators(db::Read& tx, const PersonPlace& after, int limit);
std::vector<RankedGrowth> new_with_followers(db::Read& tx, const PersonPlace& after, int limit);
std::vector<RankedGrowth> gained_most(db::Read& tx, const PersonPlace& after, int limit);
// Asked as parts of one statement, in no order.
void ask_new_with_most_followers(db::Together& ask, std::vector<RankedGrowth>& out, int limit);
void ask_gained_most_in_month(db::Together& ask, std::vector<RankedGrowth>& out, int limit);

// Keeps the ranks: gathers what events name, and reads its true numbers before their place in the order is stored. So what
// is told twice, or late, changes nothing.
class Ranks {
public:
    Ranks(db::Database& db, const Clock& clock, users::UsersService& users)
        : db_(db), clock_(clock), users_(users) {}

    void listen(jobs::Events& events);
    // Counts these now. For an instance that does not listen: what events name is gathered elsewhere.
    void recount(std::span<const PostId> posts, std::span<const UserId> people);
    // Periodic, each minute: posts grow older, and what left the windows is counted again.
    void age();

private:
    void store();
    void store_posts();
    void store_creators();
    void store_growth();
    bool move_outgrown();

    db::Database& db_;
    const Clock& clock_;
    users::UsersService& users_;
    // Of the one fiber that tells the listener.
    std::set<PostId> posts_;
    std::set<UserId> creators_, grown_;
    std::chrono::steady_clock::time_point stored_at_{}, creators_stored_at_{};
};

}  // namespace grover::discovery
