// One page of recommendations in the making: three streams merged in turn. Private to domains/discovery.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "domains/discovery/pools.hpp"
#include "domains/discovery/seen.hpp"

namespace grover::discovery {

// What a cursor remembers: when its first page was made, who wrote the last posts, and the beginnings of the hashes of all that
// were sent, as many bits of each as fit into a cursor: 24 up to some 120 posts, 14 of the last. A post that shares them with
// another one is left out: one in some ten thousand, at the end one in forty.
class Sent {
public:
    // A cursor ends after so many posts: the next first page begins with what is new.
    static constexpr std::size_t kMost = 400;

    // Empty text: a first page begins now. Throws 400 "Invalid cursor".
    Sent(const std::string& text, Time now);

    bool is_first() const { return is_first_; }
    Time started_at() const { return started_at_; }
    std::size_t size() const { return posts_.size() + added_.size(); }
    bool contains(std::uint64_t hash) const;
    // How many of the last posts are by this author, as far as they are in a row; no more than two are counted.
    std::size_t run_of(const UserId& author) const;
    // What came by contains() as not sent.
    void add(std::uint64_t hash) { added_.push_back(hash); }
    // Of the last two posts of a page at least, in order.
    void add_author(const UserId& author);
    // At most 367 bytes, of fewer than kMost posts.
    std::string to_text() const;

private:
    Time started_at_;
    bool is_first_ = true;
    int bits_;                          // of each hash in posts_
    std::vector<std::uint32_t> posts_;  // of the pages before this one, ascending
    std::vector<std::uint64_t> added_;
    std::uint32_t author_ = 0;
    std::uint8_t run_ = 0;
};

enum Stream : std::size_t { followed, popular, fresh };
inline constexpr std::size_t kStreams = 3;

// What was read of one reader's home feed, as far as it is recommended at all: its newest posts of some time, at most so many.
struct FeedPart {
    static constexpr std::size_t kMost = 1'000;

    std::vector<posts::FeedPost> posts;
    posts::Position last;
    bool ended = false;
    std::size_t passed = 0;  // posts at its beginning that are not in `posts` any more

    std::size_t left() const { return ended ? 0 : kMost - passed - posts.size(); }
    // What comes next of it. False: nothing.
    bool add(const std::vector<posts::FeedPost>& more, Time now);
};

// What one page is chosen from, and by what.
struct Deck {
    PoolsPtr pools;
    std::shared_ptr<const users::Relations> relations;
    std::shared_ptr<const Wishes> wishes;
    std::shared_ptr<const Topics> interests;

    // Of fresh, these come first.
    std::vector<Place> preferred;

    // Where the reader's next first page begins in each stream: what stands before was seen, or is not for them.
    std::array<std::size_t, kStreams> from{};
    FeedPart feed;
    FeedPart again;               // the feed once more, for what was seen of it
    std::uint64_t feed_seen = 0;  // both are good while posts::kAnyPostKey is not stamped higher
    // A request chooses from it. On PostgreSQL it waits in between, and another one of the reader takes a deck of its own.
    bool is_taken = false;
    // What turned out to be not for this reader when it was to be written.
    std::unordered_set<std::uint64_t> invisible;
    // The first page that was recorded last (seen.hpp), and until when it need not be again.
    std::vector<std::uint64_t> recorded;
    Time recorded_until{};

    bool is_of(const Deck& other) const {
        return pools == other.pools && relations == other.relations && wishes == other.wishes &&
               interests == other.interests;
    }
    void prefer();
    // Whether the reader wants to see posts of this author, and this one.
    bool is_welcome(const PostId& post, const UserId& author) const;
    std::size_t bytes() const {
        return sizeof(Deck) + sizeof(Place) * preferred.size() + sizeof(recorded[0]) * recorded.size() +
               sizeof(posts::FeedPost) * (feed.posts.capacity() + again.posts.capacity());
    }
};

class Mix {
public:
    Mix(posts::PostFeed& feed, db::Read& tx, const Sent& sent, Deck& deck, const SeenView& seen)
        : feed_(feed), tx_(tx), sent_(sent), deck_(deck), seen_(seen) {}

    struct Choice {
        PostId post_id;
        UserId user_id;
        Time created_at;
        std::uint64_t hash = 0;
    };
    // Up to `limit` posts in their order, and one more if there is another page.
    const std::vector<Choice>& choose(std::size_t limit);
    // Takes note in the deck of how far a first page used the streams.
    void settle();

    static constexpr int kFeedAtOnce = 40;

private:
    enum class Phase : std::uint8_t { unseen, seen, own };
    struct Waiting {
        Choice choice;
        std::size_t place;
    };

    void mix(Phase phase);
    void note_place();
    void look_ahead() const;
    bool take_next(std::size_t stream, Phase phase);
    std::optional<Waiting> next_of(std::size_t stream, Phase phase);
    std::optional<Waiting> next_fresh(Phase phase);
    std::optional<Waiting> next_followed(Phase phase);
    bool read(FeedPart& part);
    bool is_for_later(std::uint64_t hash, Phase phase) const;
    bool suits(const Choice& choice, Phase phase) const;
    bool is_wanted(const Choice& choice) const;
    bool is_run_of(const UserId& author) const;

    posts::PostFeed& feed_;
    db::Read& tx_;
    const Sent& sent_;
    Deck& deck_;
    const SeenView& seen_;

    std::size_t page_ = 0, limit_ = 0;  // posts of the page, and with the one behind it
    std::array<std::size_t, kStreams> next_{}, settled_{};
    // A third post in a row of one author waits here, until somebody else's came.
    std::array<std::vector<Waiting>, kStreams> put_off_;
    int feed_at_once_ = kFeedAtOnce;
    std::vector<Choice> chosen_;
};

}  // namespace grover::discovery
