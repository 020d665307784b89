#include "domains/discovery/mix.hpp"

#include <algorithm>
#include <charconv>

#include "platform/base/error.hpp"

namespace grover::discovery {
namespace {

constexpr std::size_t kAuthorRun = 2;
constexpr std::chrono::hours kFollowedFor{14 * 24};
constexpr std::size_t kMostAtOnce = 320;
constexpr std::size_t kMostFollowed = 1'000;
// Pages made anew because of posts that this reader may not see.
constexpr int kMostAttempts = 50;

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
    if (!posts_.insert(three).second) return;
    for (const int shift : {16, 8, 0}) bytes_ += static_cast<char>(three >> shift & 0xFF);
}

void Deck::fill(const SeenView& seen) {
    const auto& me = relations->viewer();
    const bool cuts = relations->has_any_block_or_mute();
    const auto is_for_reader = [&](const Candidate& candidate) {
        if (cuts &&
            (relations->is_cut_off_from(candidate.user_id) || relations->mutes_posts_of(candidate.user_id)))
            return false;
        return !holds(wishes->hidden, candidate.user_id.view()) &&
               !holds(wishes->hidden, candidate.post_id.view());
    };
    for (std::size_t i = 0; i < popular->size(); ++i) {
        const auto& candidate = (*popular)[i];
        if (candidate.user_id == me || !is_for_reader(candidate)) continue;
        popular_places[seen.contains(candidate.hash)].push_back(static_cast<std::uint16_t>(i));
    }
    std::array<Places, 2> rest;
    for (std::size_t i = 0; i < fresh->size(); ++i) {
        const auto& candidate = (*fresh)[i];
        const auto place = static_cast<std::uint16_t>(i);
        if (candidate.user_id == me) {
            own_places.push_back(place);
            continue;
        }
        if (relations->follows(candidate.user_id) || !is_for_reader(candidate)) continue;
        const bool comes_first =
            share_any(candidate.topics, *interests) || holds(wishes->more, candidate.user_id.view());
        (comes_first ? fresh_places : rest)[seen.contains(candidate.hash)].push_back(place);
    }
    for (const std::size_t i : {0, 1})
        fresh_places[i].insert(fresh_places[i].end(), rest[i].begin(), rest[i].end());
}

void Deck::move_to_seen(const std::unordered_set<std::uint64_t>& hashes) {
    const auto move = [&](std::array<Places, 2>& places, const std::vector<Candidate>& pool) {
        auto left = hashes.size();
        for (auto place = places[0].begin(); place != places[0].end() && left > 0;) {
            if (hashes.contains(pool[*place].hash)) {
                places[1].push_back(*place);
                place = places[0].erase(place);
                --left;
            } else {
                ++place;
            }
        }
    };
    // What was shown lies at the front; a list without any of it is not searched to its end for nothing more than once.
    move(popular_places, *popular);
    move(fresh_places, *fresh);
}

std::vector<PostId> Mix::choose(std::size_t limit) {
    limit_ = limit;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
        start_over();
        mix(Phase::unseen);
        mix(Phase::seen);
        // Nothing else is left: the rule against runs gives way, then own posts fill the page.
        for (auto& stream : put_off_) {
            for (const auto* candidate : stream) {
                if (chosen_.size() < limit_ && is_wanted(*candidate)) take(*candidate);
            }
            stream.clear();
        }
        mix(Phase::own);
        if (!leave_out_invisible()) break;
    }
    std::vector<PostId> out;
    for (const auto* candidate : chosen_) out.push_back(candidate->post_id);
    return out;
}

void Mix::start_over() {
    chosen_.clear();
    taken_.clear();
    for (auto& stream : put_off_) stream.clear();
}

void Mix::mix(Phase phase) {
    next_ = {};
    std::array<bool, 3> dry{};
    for (std::size_t turn = 0; chosen_.size() < limit_ && !(dry[0] && dry[1] && dry[2]); ++turn) {
        const auto stream = turn % 3;
        if (!dry[stream]) dry[stream] = !take_next(stream, phase);
    }
}

// One more post of the stream; false when it has none.
bool Mix::take_next(std::size_t stream, Phase phase) {
    auto& put_off = put_off_[stream];
    for (auto waiting = put_off.begin(); waiting != put_off.end(); ++waiting) {
        if (is_run_of((*waiting)->user_id)) continue;
        const Candidate& candidate = **waiting;
        put_off.erase(waiting);
        if (!is_wanted(candidate)) return take_next(stream, phase);
        take(candidate);
        return true;
    }
    while (const Candidate* candidate = next_of(stream, phase)) {
        if (!is_wanted(*candidate)) continue;
        if (is_run_of(candidate->user_id)) {
            put_off.push_back(candidate);
            continue;
        }
        take(*candidate);
        return true;
    }
    return false;
}

const Candidate* Mix::next_of(std::size_t stream, Phase phase) {
    if (stream == followed) return next_followed(phase);
    if (phase == Phase::own && stream == popular) return nullptr;
    const auto& pool = stream == popular ? *deck_.popular : *deck_.fresh;
    const auto which = static_cast<std::size_t>(phase);
    const auto& places = phase == Phase::own ? deck_.own_places
                         : stream == popular ? deck_.popular_places[which]
                                             : deck_.fresh_places[which];
    return next_[stream] < places.size() ? &pool[places[next_[stream]++]] : nullptr;
}

const Candidate* Mix::next_followed(Phase phase) {
    while (next_[followed] < followed_.size() || read_followed()) {
        const auto place = next_[followed]++;
        if (!followed_[place].is_known) {
            if (phase == Phase::unseen) continue;
            look_at(place, true);
        }
        const auto* candidate = followed_[place].candidate;
        if (candidate == nullptr) continue;
        const bool is_own = candidate->user_id == me_.id;
        if (is_own != (phase == Phase::own)) continue;
        if (!is_own && seen_.contains(candidate->hash) != (phase == Phase::seen)) continue;
        return candidate;
    }
    return nullptr;
}

// The next posts of the feed. False: there are no more.
bool Mix::read_followed() {
    if (followed_ended_ || followed_.size() >= kMostFollowed) return false;
    const auto before = followed_.size();
    const auto positions =
        ground_.feed.after(tx_, me_.id, followed_until_, static_cast<int>(followed_at_once_));
    followed_ended_ = positions.size() < followed_at_once_;
    followed_at_once_ = std::min(2 * followed_at_once_, kMostAtOnce);
    for (const auto& position : positions) {
        if (position.at < sent_.started_at() - kFollowedFor) {
            followed_ended_ = true;
            break;
        }
        followed_until_ = position;
        followed_.push_back({.post_id = position.id});
    }
    look_at(before, false);
    return followed_.size() > before;
}

// Finds the author and the root of what this reader may see, from that place on: of what was shown before, or of the rest. (A
// repost is shown by its root's hash, and belongs to the rest.)
void Mix::look_at(std::size_t from, bool is_shown) {
    std::vector<PostId> ids;
    std::vector<std::size_t> places;
    for (auto place = from; place < followed_.size() && ids.size() < kMostAtOnce; ++place) {
        auto& entry = followed_[place];
        if (entry.is_known || seen_.contains(hash_of(entry.post_id.view())) != is_shown) continue;
        entry.is_known = true;
        ids.push_back(entry.post_id);
        places.push_back(place);
    }
    const auto cards = ground_.views.visible(tx_, me_, ids, posts::Muted::left_out);
    for (std::size_t i = 0; i < cards.size(); ++i) {
        if (!cards[i]) continue;
        const auto& facts = cards[i]->facts;
        if (holds(deck_.wishes->hidden, facts.user_id.view()) ||
            holds(deck_.wishes->hidden, facts.post_id.view()))
            continue;
        candidates_.push_back(
            {facts.post_id, facts.user_id, facts.created_at, hash_of(facts.content_id().view())});
        followed_[places[i]].candidate = &candidates_.back();
    }
}

bool Mix::is_wanted(const Candidate& candidate) const {
    return candidate.created_at <= sent_.started_at() && !taken_.contains(candidate.hash) &&
           !sent_.contains(candidate.hash) && (invisible_.empty() || !invisible_.contains(candidate.hash));
}

bool Mix::is_run_of(const UserId& author) const {
    if (chosen_.size() < kAuthorRun) return false;
    return std::all_of(chosen_.end() - kAuthorRun, chosen_.end(),
                       [&](const Candidate* candidate) { return candidate->user_id == author; });
}

void Mix::take(const Candidate& candidate) {
    taken_.insert(candidate.hash);
    chosen_.push_back(&candidate);
}

// Whether there was any: then the page is made anew without it.
bool Mix::leave_out_invisible() {
    std::vector<PostId> ids;
    for (const auto* candidate : chosen_) ids.push_back(candidate->post_id);
    const auto cards = ground_.views.visible(tx_, me_, ids, posts::Muted::left_out);
    bool any = false;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (cards[i]) continue;
        invisible_.insert(chosen_[i]->hash);
        any = true;
    }
    return any;
}

}  // namespace grover::discovery
