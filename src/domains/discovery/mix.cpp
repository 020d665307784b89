#include "domains/discovery/mix.hpp"

#include <algorithm>
#include <bit>

#include "platform/base/error.hpp"
#include "platform/base/stable_hash.hpp"

namespace grover::discovery {
namespace {

constexpr std::uint8_t kAuthorRun = 2;
constexpr std::chrono::hours kFollowedFor{14 * 24};
constexpr int kMostAtOnce = 320;
// Of the feed's beginning so much is kept for the next page.
constexpr std::size_t kMostAgain = 100;
constexpr int kMostBits = 24;
// A cursor has at most 512 characters (system.md §2), which are 384 bytes, 16 of them its signature; 117 bits stand before the
// posts.
constexpr std::size_t kBitsOfPosts = (384 - 16 - 1) * 8 - 117;

std::uint32_t author_of(const UserId& author) {
    return static_cast<std::uint32_t>(stable_hash(author.view()) >> 32);
}

class BitWriter {
public:
    // The lowest bits of it, 32 at most, the highest of them first.
    void put(std::uint64_t value, int count) {
        waiting_ = waiting_ << count | (value & ((std::uint64_t{1} << count) - 1));
        for (count_ += count; count_ >= 8;) {
            count_ -= 8;
            bytes_ += static_cast<char>(waiting_ >> count_);
        }
    }
    // So many ones and a zero.
    void put_unary(std::uint64_t value) {
        for (; value >= 32; value -= 31) put(0x7FFF'FFFF, 31);
        put((std::uint64_t{1} << value) - 1, static_cast<int>(value));
        put(0, 1);
    }
    std::string take() {
        if (count_ > 0) put(0, 8 - count_);
        return std::move(bytes_);
    }

private:
    std::string bytes_;
    std::uint64_t waiting_ = 0;
    int count_ = 0;  // bits that wait
};

class BitReader {
public:
    explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

    std::uint64_t take(int count) {
        std::uint64_t value = 0;
        for (; count > 0; --count, ++at_) {
            if (at_ / 8 >= bytes_.size()) throw validation_error("Invalid cursor");
            value = value << 1 | (static_cast<unsigned char>(bytes_[at_ / 8]) >> (7 - at_ % 8) & 1);
        }
        return value;
    }
    std::uint64_t take_unary() {
        std::uint64_t value = 0;
        while (take(1) == 1) ++value;
        return value;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

}  // namespace

Sent::Sent(const std::string& text, Time now) : started_at_(now), is_first_(text.empty()), bits_(kMostBits) {
    if (is_first_) return;
    BitReader in(text);
    started_at_.us = static_cast<std::int64_t>(in.take(64));
    author_ = static_cast<std::uint32_t>(in.take(32));
    run_ = static_cast<std::uint8_t>(in.take(2));
    bits_ = static_cast<int>(in.take(5));
    const auto low = static_cast<int>(in.take(5));
    const auto count = in.take(9);
    if (bits_ > kMostBits || low > bits_ || count > kMost) throw validation_error("Invalid cursor");
    std::uint64_t post = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t gap = in.take_unary() << low;
        gap |= in.take(low);
        post += gap + (i > 0 ? 1 : 0);
        if (post >> bits_ != 0) throw validation_error("Invalid cursor");
        posts_.push_back(static_cast<std::uint32_t>(post));
    }
}

bool Sent::contains(std::uint64_t hash) const {
    return !posts_.empty() &&
           std::ranges::binary_search(posts_, static_cast<std::uint32_t>(hash >> (64 - bits_)));
}

std::size_t Sent::run_of(const UserId& author) const {
    return run_ > 0 && author_of(author) == author_ ? run_ : 0;
}

void Sent::add_author(const UserId& author) {
    const auto added = author_of(author);
    run_ = added == author_ && run_ > 0 ? std::min<std::uint8_t>(run_ + 1, kAuthorRun) : 1;
    author_ = added;
}

// Ascending numbers as the gaps between them: what is above `low` bits one by one, then the low bits (Rice's code).
std::string Sent::to_text() const {
    auto posts = posts_;
    for (const auto hash : added_) posts.push_back(static_cast<std::uint32_t>(hash >> (64 - bits_)));
    std::ranges::sort(posts);
    auto bits = bits_;
    int low = 0;
    const auto gap_before = [&](std::size_t i) { return i == 0 ? posts[0] : posts[i] - posts[i - 1] - 1; };
    while (true) {
        const auto rest = std::ranges::unique(posts);
        posts.erase(rest.begin(), rest.end());
        low = std::max(0, bits - static_cast<int>(std::bit_width(posts.size())));
        std::size_t size = 0;
        for (std::size_t i = 0; i < posts.size(); ++i)
            size += (gap_before(i) >> low) + 1 + static_cast<std::size_t>(low);
        if (size <= kBitsOfPosts) break;
        for (auto& post : posts) post >>= 1;
        --bits;
    }
    BitWriter out;
    out.put(static_cast<std::uint64_t>(started_at_.us) >> 32, 32);
    out.put(static_cast<std::uint64_t>(started_at_.us), 32);
    out.put(author_, 32);
    out.put(run_, 2);
    out.put(static_cast<std::uint64_t>(bits), 5);
    out.put(static_cast<std::uint64_t>(low), 5);
    out.put(posts.size(), 9);
    for (std::size_t i = 0; i < posts.size(); ++i) {
        const auto gap = gap_before(i);
        out.put_unary(gap >> low);
        out.put(gap, low);
    }
    return out.take();
}

void Deck::prefer() {
    for (const auto topic : *interests) {
        if (const auto found = pools->by_topic.find(topic); found != pools->by_topic.end())
            preferred.insert(preferred.end(), found->second.begin(), found->second.end());
    }
    for (const auto& author : wishes->more) {
        if (const auto found = pools->by_author.find(UserId(author)); found != pools->by_author.end())
            preferred.insert(preferred.end(), found->second.begin(), found->second.end());
    }
    std::ranges::sort(preferred);
    const auto rest = std::ranges::unique(preferred);
    preferred.erase(rest.begin(), rest.end());
}

bool Deck::is_welcome(const PostId& post, const UserId& author) const {
    if (relations->has_any_block_or_mute() &&
        (relations->is_cut_off_from(author) || relations->mutes_posts_of(author)))
        return false;
    return !holds(wishes->hidden, author.view()) && !holds(wishes->hidden, post.view());
}

const std::vector<Mix::Choice>& Mix::choose(std::size_t limit) {
    page_ = limit;
    limit_ = limit + 1;
    chosen_.clear();
    for (auto& stream : put_off_) stream.clear();
    mix(Phase::unseen);
    if (chosen_.size() <= page_) note_place();
    if (chosen_.size() < limit_) {
        if (deck_.again.posts.empty() && deck_.feed.passed == 0) deck_.again = deck_.feed;
        mix(Phase::seen);
    }
    // Nothing else is left: the rule against runs gives way, then own posts fill the page.
    for (auto& stream : put_off_) {
        for (const auto& waiting : stream) {
            if (chosen_.size() < limit_ && is_wanted(waiting.choice)) chosen_.push_back(waiting.choice);
        }
        stream.clear();
    }
    mix(Phase::own);
    return chosen_;
}

// How far the page itself, without the post behind it, used the streams.
void Mix::note_place() {
    for (std::size_t stream = 0; stream < kStreams; ++stream)
        settled_[stream] = put_off_[stream].empty() ? next_[stream] : put_off_[stream].front().place;
}

void Mix::settle() {
    if (!sent_.is_first()) return;
    deck_.from = settled_;
    if (deck_.again.posts.size() > kMostAgain) deck_.again = {};
    auto& from = deck_.from[followed];
    if (from < static_cast<std::size_t>(kFeedAtOnce)) return;
    auto& posts = deck_.feed.posts;
    posts.erase(posts.begin(), posts.begin() + static_cast<std::ptrdiff_t>(from));
    deck_.feed.passed += from;
    from = 0;
}

void Mix::mix(Phase phase) {
    next_ = phase == Phase::unseen && sent_.is_first() ? deck_.from : decltype(next_){};
    if (phase == Phase::unseen) look_ahead();
    std::array<bool, kStreams> dry{};
    for (std::size_t turn = 0; chosen_.size() < limit_ && !(dry[0] && dry[1] && dry[2]); ++turn) {
        if (phase == Phase::unseen && chosen_.size() == page_) note_place();
        const auto stream = turn % kStreams;
        if (!dry[stream]) dry[stream] = !take_next(stream, phase);
    }
}

// A page needs a third of its posts from each stream, and some more are passed over.
void Mix::look_ahead() const {
    const auto some = limit_ / kStreams + 4;
    const auto ahead = [&](std::size_t stream, std::size_t size, auto&& hash_at) {
        for (auto at = next_[stream]; at < std::min(next_[stream] + some, size); ++at)
            seen_.prefetch(hash_at(at));
    };
    const auto& pools = *deck_.pools;
    const auto& preferred = deck_.preferred;
    const auto& feed = deck_.feed.posts;
    ahead(popular, pools.popular.size(), [&](std::size_t at) { return pools.popular[at].hash; });
    ahead(followed, feed.size(), [&](std::size_t at) { return feed[at].content; });
    ahead(fresh, preferred.size() + pools.fresh.size(), [&](std::size_t at) {
        return pools.fresh[at < preferred.size() ? preferred[at] : at - preferred.size()].hash;
    });
}

// One more post of the stream; false when it has none.
bool Mix::take_next(std::size_t stream, Phase phase) {
    auto& put_off = put_off_[stream];
    for (auto waiting = put_off.begin(); waiting != put_off.end();) {
        if (is_run_of(waiting->choice.user_id)) {
            ++waiting;
            continue;
        }
        const auto choice = waiting->choice;
        waiting = put_off.erase(waiting);
        if (!is_wanted(choice)) continue;
        chosen_.push_back(choice);
        return true;
    }
    while (auto next = next_of(stream, phase)) {
        if (!is_wanted(next->choice)) continue;
        if (is_run_of(next->choice.user_id)) {
            put_off.push_back(*next);
            continue;
        }
        chosen_.push_back(next->choice);
        return true;
    }
    return false;
}

std::optional<Mix::Waiting> Mix::next_of(std::size_t stream, Phase phase) {
    if (stream == followed) return next_followed(phase);
    if (stream == fresh) return next_fresh(phase);
    if (phase == Phase::own) return {};
    const auto& pool = deck_.pools->popular;
    while (next_[popular] < pool.size()) {
        const auto place = next_[popular]++;
        const auto& candidate = pool[place];
        if (is_for_later(candidate.hash, phase)) continue;
        const Choice choice{candidate.post_id, candidate.user_id, candidate.created_at, candidate.hash};
        if (suits(choice, phase)) return Waiting{choice, place};
    }
    return {};
}

// What the reader prefers, then all the others, newest first.
std::optional<Mix::Waiting> Mix::next_fresh(Phase phase) {
    const auto& pool = deck_.pools->fresh;
    const auto& preferred = deck_.preferred;
    while (next_[fresh] < preferred.size() + pool.size()) {
        const auto place = next_[fresh]++;
        const bool is_preferred = place < preferred.size();
        const auto at = is_preferred ? preferred[place] : static_cast<Place>(place - preferred.size());
        if (!is_preferred && std::ranges::binary_search(preferred, at)) continue;
        const auto& candidate = pool[at];
        if (is_for_later(candidate.hash, phase)) continue;
        const Choice choice{candidate.post_id, candidate.user_id, candidate.created_at, candidate.hash};
        if (suits(choice, phase) && !deck_.relations->follows(candidate.user_id))
            return Waiting{choice, place};
    }
    return {};
}

std::optional<Mix::Waiting> Mix::next_followed(Phase phase) {
    FeedPart& part = phase == Phase::unseen ? deck_.feed : deck_.again;
    while (next_[followed] < part.posts.size() || read(part)) {
        const auto place = next_[followed]++;
        const auto& post = part.posts[place];
        if (is_for_later(post.content, phase)) continue;
        const Choice choice{post.id, post.user_id, post.at, post.content};
        const bool is_private = post.visibility == posts::Visibility::private_ && phase != Phase::own;
        if (!is_private && suits(choice, phase)) return Waiting{choice, place};
    }
    return {};
}

// The next posts of the feed. False: there are no more.
bool Mix::read(FeedPart& part) {
    const int count = std::min(feed_at_once_, static_cast<int>(part.left()));
    if (count == 0) return false;
    const auto more = feed_.posts_after(tx_, deck_.relations, part.last, count);
    part.ended = static_cast<int>(more.size()) < count;
    feed_at_once_ = std::min(2 * feed_at_once_, kMostAtOnce);
    return part.add(more, sent_.started_at());
}

bool FeedPart::add(const std::vector<posts::FeedPost>& more, Time now) {
    const auto before = posts.size();
    for (const auto& post : more) {
        if (post.at < now - kFollowedFor) {
            ended = true;
            break;
        }
        posts.push_back(post);
        last = post;
    }
    return posts.size() > before;
}

// What the first phase passed over comes in the second, which begins when nothing unseen is left: so it need not ask again.
bool Mix::is_for_later(std::uint64_t hash, Phase phase) const {
    return phase == Phase::unseen && seen_.contains(hash);
}

bool Mix::suits(const Choice& choice, Phase phase) const {
    const bool is_own = choice.user_id == deck_.relations->viewer();
    return is_own == (phase == Phase::own) && deck_.is_welcome(choice.post_id, choice.user_id);
}

bool Mix::is_wanted(const Choice& choice) const {
    return choice.created_at <= sent_.started_at() && !sent_.contains(choice.hash) &&
           !deck_.invisible.contains(choice.hash) &&
           std::ranges::find(chosen_, choice.hash, &Choice::hash) == chosen_.end();
}

bool Mix::is_run_of(const UserId& author) const {
    std::size_t run = 0;
    for (auto choice = chosen_.rbegin(); choice != chosen_.rend() && run < kAuthorRun; ++choice, ++run) {
        if (choice->user_id != author) return false;
    }
    return run == kAuthorRun || run + sent_.run_of(author) >= kAuthorRun;
}

}  // namespace grover::discovery
