// Cards: what every reader sees of a post, already serialised and kept in memory; and marks: what one reader did with it.
// A list is ids → cards → drop what this reader may not see → views (style.md). Private to domains/posts.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "domains/media/media.hpp"
#include "domains/posts/posts_facts.hpp"
#include "domains/posts/posts_writing.hpp"
#include "domains/users/users.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/row_cache.hpp"

namespace grover::posts {

struct PostCard {
    PostFacts facts;
    std::string frame;    // members of PostFrame, without braces
    std::string content;  // members of PostContent; a repost shows its root's
    std::string public_id;
    std::optional<Time> poll_expires_at;

    // What the links in `content` were made for.
    bool has_media = false;
    std::optional<std::string> thumbnail;
    std::uint64_t media_key = 0;  // stamp of the medium, which changes by itself
    std::uint64_t media_seen = 0;
    bool author_is_private = false;
    std::string base_url;
    Time links_until{INT64_MAX};
};

// What one reader did with one post.
struct Marks {
    std::string stance;  // a reaction type, "-" for a dislike, empty for none
    bool saved = false;
    bool reposted = false;
    std::optional<int> vote;

    bool operator==(const Marks&) const = default;
};

// Stamp key of everything one reader does with posts, commenting included.
std::string marks_key(const UserId& viewer);

// Stamp key of a post's facts: its counters change with every reaction, these hardly ever.
std::string facts_key(const PostId& post);
// Facts of a post change: everything that is copied of it. Where only counters do, tx.touch(post) is enough.
void touch_facts(db::Write& tx, const PostId& post);

using CardPtr = std::shared_ptr<const PostCard>;
using AuthorPtr = std::shared_ptr<const users::UserCard>;

struct MarksByPost;  // posts_marks.hpp
using MarksPtr = std::shared_ptr<const MarksByPost>;

// One post of a page with all that its view needs.
struct LoadedPost {
    CardPtr card;  // null: no such post
    AuthorPtr author;
    CardPtr root;  // of a repost whose root lives
    AuthorPtr root_author;
    // Of the reader, set by PostViews::find_marks() and good while the page holds them. Null: none.
    const Marks* mark = nullptr;
    const Marks* root_mark = nullptr;
};

struct LoadedPage {
    std::vector<LoadedPost> posts;  // one for each id, in order
    // These come with the rows if all are read; else null, until PostViews::find_marks().
    MarksPtr marks;
    std::shared_ptr<const users::Relations> relations;
};

// A post that was written a moment ago.
struct MadePost {
    const PostDraft& draft;
    const PostWriter::As& as;
    const PostWriter::Named& named;
};

class PostCards {
public:
    PostCards(media::MediaService& media, users::UsersService& users, const Clock& clock)
        : media_(media), users_(users), clock_(clock) {}

    // At most three statements (posts with roots, authors, media), whatever the number of ids; none when all is in memory.
    // On PostgreSQL they are one, with the viewer's relations.
    LoadedPage load(db::Read& tx, const UserId& viewer, std::span<const PostId> ids,
                    std::string_view base_url);
    // Marks of one reader on the given posts; at most two statements, usually none.
    MarksPtr marks(db::Read& tx, const UserId& viewer, std::span<const PostId> ids);
    // Of their copy, on this thread.
    static db::CachePlace place_of_marks(const UserId& viewer);

    // The same of what was just written, without asking for it; not kept, because others may have changed it since.
    LoadedPost made(db::Read& tx, const UserId& author, const MadePost& post, std::string_view base_url);

private:
    struct Row;
    struct Fetched;
    std::shared_ptr<PostCard> card_of(const Row& row, const users::UserCard& author,
                                      const media::Medium* medium, std::string_view base_url,
                                      std::uint64_t snapshot) const;
    void fetch(db::Read& tx, const UserId& viewer, const std::vector<PostId>& missing,
               std::string_view base_url, Fetched& out);
    bool is_usable(const db::Read& tx, const PostCard& card, const users::UserCard& author,
                   std::string_view base_url) const;

    media::MediaService& media_;
    users::UsersService& users_;
    const Clock& clock_;
};

}  // namespace grover::posts
