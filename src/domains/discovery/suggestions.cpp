// GET /discover/suggested-users, and posts like another.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "domains/discovery/discovery_parts.hpp"
#include "platform/base/error.hpp"
#include "platform/base/stable_hash.hpp"

namespace grover::discovery {
namespace {

constexpr int kMaxSuggestions = 50;
// People suggested in all pages together.
constexpr int kMostSuggestions = 200;

constexpr int kMaxSimilar = 50;
constexpr int kReaders = 100;
constexpr int kLikedPosts = 500;
constexpr int kPerTag = 3, kPerCategory = 2, kMostInCommon = 10;
constexpr int kPerAuthor = 2;
constexpr std::chrono::hours kLikedSince{90 * 24};
constexpr double kHalfLifeDays = 30;

struct Suggestion {
    UserId user_id;
    Reason reason;
    std::int64_t mutual_followers = 0;
};

}  // namespace

api::RawPage<SuggestedUser> DiscoveryService::suggested_users(const Caller& me, const PageRequest& page) {
    return parts_->ground.db.read([&](db::Read& tx) {
        auto& users = parts_->ground.users;
        const auto now = parts_->ground.clock.now();
        const bool is_in_memory = tx.snapshot() != 0;
        auto asked_pools = parts_->recommended.pools(tx);
        users::AskedRelations asked_relations;
        AskedWishes asked_wishes;
        AskedInterests asked_interests;
        std::vector<UserId> requested;
        std::vector<users::Acquaintance> acquaintances;
        std::vector<RankedGrowth> gaining, newcomers;
        db::Together first, second;
        if (!is_in_memory) users.ask_relations(first, asked_relations, me.id);
        asked_wishes.ask(tx, first, me.id, now);
        asked_interests.ask(tx, first, me.id, now);
        asked_pools.ask(first);
        users.ask_requested_by(first, requested, me.id);
        users.ask_followed_by_followed(first, acquaintances, me.id, kMostSuggestions);
        ask_gained_most_in_month(first, gaining, kMostSuggestions);
        ask_new_with_most_followers(first, newcomers, kMostSuggestions);
        first.run(tx);
        asked_interests.ask_more(second);
        asked_pools.ask_authors(tx, second, users, me.base_url);
        second.run(tx);
        const auto relations = is_in_memory ? users.relations(tx, me.id) : asked_relations.take();
        const auto wishes = asked_wishes.take(tx);
        const auto interests = asked_interests.take(tx);
        const auto pools = asked_pools.take(now);
        std::ranges::sort(acquaintances, [](const auto& a, const auto& b) {
            return std::tie(b.mutual_followers, b.followers_count, a.user_id) <
                   std::tie(a.mutual_followers, a.followers_count, b.user_id);
        });
        std::ranges::sort(gaining, [](const auto& a, const auto& b) {
            return std::tie(b.gained_in_month, a.user_id) < std::tie(a.gained_in_month, b.user_id);
        });
        std::ranges::sort(newcomers, [](const auto& a, const auto& b) {
            return std::tie(b.followers, a.user_id) < std::tie(a.followers, b.user_id);
        });

        // The cursor names who was shown last by place: the list is made anew, and what changed it may repeat nobody but
        // can leave somebody out.
        std::vector<Suggestion> all;
        std::unordered_set<UserId> known{me.id};
        known.insert(requested.begin(), requested.end());
        const auto add = [&](const UserId& user, Reason reason, std::int64_t mutual) {
            if (all.size() == kMostSuggestions || !known.insert(user).second) return;
            if (relations->follows(user) || relations->is_cut_off_from(user) ||
                relations->mutes_posts_of(user))
                return;
            if (std::ranges::binary_search(wishes->dismissed, user.str())) return;
            all.push_back({user, reason, mutual});
        };
        for (const auto& person : acquaintances) add(person.user_id, Reason::mutual, person.mutual_followers);
        for (const auto& post : pools->fresh) {
            if (share_any(post.topics, *interests)) add(post.user_id, Reason::interests, 0);
        }
        for (const auto& person : gaining) add(person.user_id, Reason::popular, 0);
        for (const auto& person : newcomers) add(person.user_id, Reason::new_, 0);

        std::vector<UserId> ids;
        for (const auto& suggestion : all) ids.push_back(suggestion.user_id);
        const auto muters = ids.empty() ? std::vector<UserId>{} : users::muters_among(tx, me.id, ids, now);
        const auto profiles = users.profiles(tx, ids, me.base_url);
        auto skip = page.after.empty() ? page.skip : std::atoll(page.after.c_str());
        const auto limit = std::min(page.limit, kMaxSuggestions);
        api::RawPage<SuggestedUser> out{"[", {}};
        int shown = 0;
        std::int64_t passed = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto& profile = *profiles[i];
            if (profile.is_hidden || !profile.is_discoverable ||
                std::ranges::find(muters, all[i].user_id) != muters.end() || passed++ < skip)
                continue;
            if (shown == limit) {
                out.next = std::to_string(passed - 1);
                break;
            }
            if (shown++ > 0) out.json += ',';
            SuggestedUser item;
            static_cast<users::UserSummary&>(item) = profile.summary;
            item.bio = profile.bio;
            item.mutual_followers = all[i].mutual_followers;
            item.followers_count = profile.followers_count;
            item.reason = all[i].reason;
            wire::write(out.json, item);
        }
        out.json += ']';
        return out;
    });
}

posts::PostPage DiscoveryService::similar(const Caller& me, const PostId& post_id, const PageRequest& page) {
    return parts_->ground.db.read([&](db::Read& tx) {
        const auto now = parts_->ground.clock.now();
        const auto& gate = parts_->ground.gate;
        auto asked_pools = parts_->recommended.pools(tx);
        AskedWishes asked_wishes;
        posts::PostGate::Asked asked_post;
        posts::AskedTopics asked_about, liked;
        std::optional<posts::PostFacts> post;
        const std::vector<std::string_view> id{post_id.view()};
        db::Together first, second;
        if (tx.snapshot() != 0) {
            post = gate.get_visible(tx, me, post_id);
            asked_about.of(first, {post->content_id()});
        } else {
            const auto facts = gate.ask(tx, first, asked_post, me, id);
            asked_about.of(first, db::Together::Column{facts, "post_id"});
        }
        asked_pools.ask(first);
        asked_wishes.ask(tx, first, me.id, now);
        first.run(tx);
        if (!post) post = gate.take(tx, asked_post, me, post_id).post;
        const auto content = post->content_id();
        const auto about = std::ranges::find(asked_about.topics, content, &posts::PostTopics::post_id);
        if (about == asked_about.topics.end()) throw not_found("Post not found");
        asked_pools.ask_authors(tx, second, parts_->ground.users, me.base_url);
        liked.also_liked(second, content, now - kLikedSince, kReaders, kLikedPosts);
        second.run(tx);
        const auto pools = asked_pools.take(now);
        const auto wishes = asked_wishes.take(tx);

        struct Scored {
            Candidate candidate;
            int points = 0;
            int in_common = 0;
        };
        std::unordered_map<std::uint64_t, Scored> found;
        const auto own = stable_hash(content.view());
        const auto score = [&](const Candidate& candidate) -> Scored* {
            if (candidate.hash == own) return nullptr;
            auto& scored = found[candidate.hash];
            if (scored.candidate.post_id.empty()) scored.candidate = candidate;
            return &scored;
        };
        auto tags = *about;
        tags.category.reset();
        auto tag_topics = topics_of(tags);
        std::ranges::sort(tag_topics);
        const auto category = about->category ? stable_hash(*about->category) : 0;
        const auto points_of = [&](const Candidate& candidate) {
            int points = 0;
            for (const auto topic : candidate.topics) {
                if (std::ranges::binary_search(tag_topics, topic)) points += kPerTag;
                if (category != 0 && topic == category) points += kPerCategory;
            }
            return points;
        };
        for (const auto& candidate : pools->fresh) {
            const int points = points_of(candidate);
            if (points == 0) continue;
            if (auto* scored = score(candidate)) scored->points = points;
        }
        for (const auto& post_liked : liked.topics) {
            const auto candidate = candidate_of(post_liked);
            auto* scored = score(candidate);
            if (!scored) continue;
            scored->points = points_of(candidate);
            scored->in_common = std::min(scored->in_common + 1, kMostInCommon);
        }
        std::vector<std::pair<double, const Candidate*>> ranked;
        for (const auto& [hash, scored] : found) {
            const auto days =
                std::chrono::duration<double, std::ratio<86'400>>(now - scored.candidate.created_at);
            const double freshness = 0.5 + 0.5 * std::exp2(-std::max(days.count(), 0.0) / kHalfLifeDays);
            ranked.emplace_back((scored.points + scored.in_common) * freshness, &scored.candidate);
        }
        std::ranges::sort(ranked, [](const auto& a, const auto& b) {
            return std::tie(b.first, b.second->created_at, b.second->post_id) <
                   std::tie(a.first, a.second->created_at, a.second->post_id);
        });
        std::map<UserId, int> by_author;
        std::vector<PostId> ids;
        for (const auto& [points, candidate] : ranked) {
            if (std::ranges::binary_search(wishes->hidden, candidate->post_id.str()) ||
                std::ranges::binary_search(wishes->hidden, candidate->user_id.str()))
                continue;
            if (by_author[candidate->user_id]++ < kPerAuthor) ids.push_back(candidate->post_id);
            if (ids.size() == 200) break;
        }
        // The cursor counts the posts that came: the list is made anew.
        const auto skip = page.after.empty() ? page.skip : std::atoll(page.after.c_str());
        posts::PostPage out{"[", {}};
        const auto written =
            parts_->ground.views.write(tx, me, ids, posts::Muted::left_out, static_cast<int>(skip),
                                       std::min(page.limit, kMaxSimilar), out.json);
        out.json += ']';
        if (written.more) out.next = std::to_string(skip + written.count);
        return out;
    });
}

}  // namespace grover::discovery
