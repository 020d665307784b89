// Positions of the home feed and of explore, from memory where it can be (design.md "Home feed").
//
// For each author the newest positions are kept; a feed merges those of the followed. The merged head of each viewer is kept
// too, and what the followed posted, changed or deleted since is put into it: where somebody always posts, only that keeps
// a feed of 1,000 followed accounts cheap. All are copies validated by commit stamps (platform/db/stamps.hpp), so a feed shows
// every commit that its reader could know of; without memory (the cache off) one statement does the same.
// Private to domains/posts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domains/posts/posts_facts.hpp"
#include "domains/users/users.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/db/together.hpp"

namespace grover::posts {

// A place in a list, newest first.
struct Position {
    Time at{INT64_MAX};
    PostId id{"~"};  // behind every id: the start of the list

    friend bool operator==(const Position&, const Position&) = default;
    // True when `a` comes before `b` in the list.
    friend bool comes_before(const Position& a, const Position& b) {
        return a.at != b.at ? a.at > b.at : a.id > b.id;
    }

    static constexpr auto columns =
        Pack{db::column("created_at", &Position::at), db::column("post_id", &Position::id)};
};

// A place in the home feed, with what a choice among its posts needs.
struct FeedPost : Position {
    Visibility visibility = Visibility::public_;
    std::uint64_t content = 0;  // stable_hash of the post whose content it shows: a repost's root
    UserId user_id;
};

std::string to_text(const Position& position);
// Throws 400 "Invalid cursor".
Position position_of(std::string_view text);

// Stamp keys that a change of the set of an author's posts touches, and of anybody's.
std::string author_posts_key(const UserId& author);
inline constexpr std::string_view kAnyPostKey = "posts:any";

class PostFeed {
public:
    explicit PostFeed(users::UsersService& users) : users_(users) {}

    // The next `limit` positions of the viewer's feed after `after`: of followed accounts and own, neither muted nor checked
    // for sight.
    std::vector<Position> after(db::Read& tx, const UserId& viewer, const Position& after, int limit);
    // Of the copy of its first positions, on this thread.
    static db::CachePlace place_of_head(const UserId& viewer);
    std::vector<FeedPost> posts_after(db::Read& tx, const std::shared_ptr<const users::Relations>& viewer,
                                      const Position& after, int limit);
    // The same where nothing is in memory, as part of one statement. `out` outlives its run().
    struct Asked {
        std::vector<UserId> authors;
        std::vector<std::string_view> ids;
        Position after;
        std::vector<FeedPost> posts;
        std::vector<FeedPost> take();
    };
    static void ask(db::Together& ask, Asked& out, const users::Relations& viewer, int limit);
    // Positions of everybody's posts that are not private.
    std::vector<Position> newest(db::Read& tx, const Position& after, int limit);
    // And of the viewer's own that are.
    std::vector<Position> everything(db::Read& tx, const UserId& viewer, const Position& after, int limit);

private:
    users::UsersService& users_;
};

}  // namespace grover::posts
