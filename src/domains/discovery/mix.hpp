// One page of recommendations in the making: three streams merged in turn. Private to domains/discovery.
#pragma once

#include <array>
#include <deque>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "domains/discovery/seen.hpp"
#include "domains/discovery/tastes.hpp"

namespace grover::discovery {

// What a cursor remembers: when its first page was made, and three bytes of the hash of each post that was sent. A post that
// shares them with another one is left out, one in some ten thousand.
class Sent {
public:
    // Empty text: a first page begins now. Throws 400 "Invalid cursor".
    Sent(const std::string& text, Time now);

    bool is_first() const { return is_first_; }
    Time started_at() const { return started_at_; }
    std::size_t size() const { return posts_.size(); }
    bool contains(std::uint64_t hash) const { return !posts_.empty() && posts_.contains(short_of(hash)); }
    void add(std::uint64_t hash);
    std::string to_text() const { return std::to_string(started_at_.us) + '.' + bytes_; }

private:
    static std::uint32_t short_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 40); }

    Time started_at_;
    bool is_first_ = true;
    std::unordered_set<std::uint32_t> posts_;
    std::string bytes_;
};

using Pool = std::shared_ptr<const std::vector<Candidate>>;

// What one reader can be recommended out of the pools that are everybody's, in order; unseen and seen apart. It is good for as
// long as all that it was made of.
struct Deck {
    Pool popular, fresh;
    std::shared_ptr<const users::Relations> relations;
    std::shared_ptr<const Wishes> wishes;
    std::shared_ptr<const Topics> interests;

    using Places = std::vector<std::uint16_t>;
    std::array<Places, 2> popular_places, fresh_places;  // [0] unseen, [1] seen
    Places own_places;                                   // of fresh

    bool is_of(const Deck& other) const {
        return popular == other.popular && fresh == other.fresh && relations == other.relations &&
               wishes == other.wishes && interests == other.interests;
    }
    void fill(const SeenView& seen);
    // These were shown just now: from unseen to the end of seen.
    void move_to_seen(const std::unordered_set<std::uint64_t>& hashes);
    std::size_t bytes() const { return sizeof(Deck) + 2 * (popular->size() + fresh->size()); }
};

class Mix {
public:
    struct Ground {
        users::UsersService& users;
        posts::PostViews& views;
        posts::PostFeed& feed;
    };
    Mix(const Ground& ground, db::Read& tx, const Caller& me, const Sent& sent, const Deck& deck,
        const SeenView& seen)
        : ground_(ground), tx_(tx), me_(me), sent_(sent), deck_(deck), seen_(seen) {}

    // Up to `limit` posts that the reader may see, in their order.
    std::vector<PostId> choose(std::size_t limit);
    // Of these posts.
    const std::unordered_set<std::uint64_t>& hashes() const { return taken_; }

private:
    enum Stream : std::size_t { followed, popular, fresh };
    enum class Phase : std::uint8_t { unseen, seen, own };

    void start_over();
    void mix(Phase phase);
    bool take_next(std::size_t stream, Phase phase);
    const Candidate* next_of(std::size_t stream, Phase phase);
    const Candidate* next_followed(Phase phase);
    bool read_followed();
    void look_at(std::size_t from, bool is_shown);
    bool is_wanted(const Candidate& candidate) const;
    bool is_run_of(const UserId& author) const;
    void take(const Candidate& candidate);
    bool leave_out_invisible();

    const Ground& ground_;
    db::Read& tx_;
    const Caller& me_;
    const Sent& sent_;
    const Deck& deck_;
    const SeenView& seen_;

    std::size_t limit_ = 0;
    std::array<std::size_t, 3> next_{};
    // A third post in a row of one author waits here, until somebody else's came.
    std::array<std::vector<const Candidate*>, 3> put_off_;
    struct Followed {
        PostId post_id;
        const Candidate* candidate = nullptr;  // null: not looked at yet, or not for this reader
        bool is_known = false;
    };
    // In the order of the feed. What was shown before is only looked at when the rest is used up.
    std::vector<Followed> followed_;
    std::deque<Candidate> candidates_;
    posts::Position followed_until_;
    std::size_t followed_at_once_ = 40;
    bool followed_ended_ = false;
    std::vector<const Candidate*> chosen_;
    std::unordered_set<std::uint64_t> taken_;
    std::unordered_set<std::uint64_t> invisible_;
};

}  // namespace grover::discovery
