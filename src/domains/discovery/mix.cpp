#include "domains/discovery/mix.hpp"

#include <algorithm>
#include <charconv>

#include "platform/base/error.hpp"

namespace grover::discovery {
namespace {

constexpr std::size_t kAuthorRun = 2;
constexpr std::chrono::hours kFollowedFor{14 * 24};
constexpr int kMostAtOnce = 320;
// Of the feed's beginning so much is kept for the next page.
constexpr std::size_t kMostAgain = 100;

}  // namespace

Sent::Sent(const std::string& text, Time now) : started_at_(now), is_first_(text.empty()) {
    if (is_first_) return;
    const auto dot = text.find('.');
    const auto parsed =
        std::from_chars(text.data(), text.data() + std::min(dot, text.size()), started_at_.us);
    if (dot == std::string::npos || parsed.ec != std::errc{} || (text.size() - dot - 1) % 3 != 0)
        throw validation_error("Invalid cursor");
    bytes_ = text.substr(dot + 1);
    for (std::size_t i = 0; i < bytes_.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t j = 0; j < 3; ++j) three = three << 8 | static_cast<unsigned char>(bytes_[i + j]);
        posts_.insert(three);
    }
}

void Sent::add(std::uint64_t hash) {
    const auto three = short_of(hash);
    for (const int shift : {16, 8, 0}) bytes_ += static_cast<char>(three >> shift & 0xFF);
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
    limit_ = limit;
    chosen_.clear();
    for (auto& stream : put_off_) stream.clear();
    mix(Phase::unseen);
    for (std::size_t stream = 0; stream < kStreams; ++stream)
        settled_[stream] = put_off_[stream].empty() ? next_[stream] : put_off_[stream].front().place;
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
    if (chosen_.size() < kAuthorRun) return false;
    return std::all_of(chosen_.end() - kAuthorRun, chosen_.end(),
                       [&](const Choice& choice) { return choice.user_id == author; });
}

}  // namespace grover::discovery
