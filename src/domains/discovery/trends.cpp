// GET /discover/trending and /trending/creators.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "domains/discovery/discovery_parts.hpp"

namespace grover::discovery {
namespace {

constexpr int kShownPosts = 10;
constexpr int kKeptPosts = 60;
constexpr int kFewPosts = 3;  // with fewer in a window, the next one is asked
constexpr std::size_t kShownPeople = 5;
constexpr int kKeptPeople = 30;
constexpr std::size_t kRatedPeople = 15;
constexpr int kKeptCreators = 300;
constexpr int kTags = 10;

bool is_left_out(const users::Relations& viewer, const UserId& user, const users::ProfileCard& profile) {
    return profile.is_hidden || profile.is_private || (!profile.is_discoverable && user != viewer.viewer()) ||
           viewer.is_cut_off_from(user) || viewer.mutes_posts_of(user);
}

}  // namespace

TrendingList DiscoveryService::Parts::trending_list(db::Read& tx, std::string_view base_url) const {
    const auto now = ground.clock.now();
    std::vector<posts::PostTopics> newest;
    for (int w = 0;; ++w) {
        const auto window = static_cast<Window>(w);
        auto best = most_liked(tx, window, now, kKeptPosts);
        if (best.size() < kKeptPosts) {
            // Posts that nobody liked yet have no rank.
            if (newest.empty()) newest = posts::newest_topics(tx, kKeptPosts);
            std::unordered_set<PostId> known;
            for (const auto& post : best) known.insert(post.post_id);
            for (const auto& post : newest) {
                if (post.created_at >= start_of(window, now) && !post.original_post_id &&
                    known.insert(post.post_id).second)
                    best.push_back({post.post_id, post.user_id, post.created_at, 0});
            }
            std::ranges::sort(best, ranks_before);
        }
        keep_public(tx, ground.users, base_url, best, [](const RankedPost& post) { return post.user_id; });
        if (best.size() < kFewPosts && window != Window::all) continue;
        TrendingList out{window, {}};
        for (const auto& post : best) out.posts.push_back(post.post_id);
        return out;
    }
}

// New accounts first, then those that won most followers.
std::vector<RisingPerson> DiscoveryService::Parts::rising_people(db::Read& tx,
                                                                 std::string_view base_url) const {
    const auto now = ground.clock.now();
    std::vector<RisingPerson> out;
    std::unordered_set<UserId> known;
    const auto add = [&](std::vector<RankedGrowth> rows, bool as_new) {
        std::erase_if(rows, [&](const RankedGrowth& row) {
            const bool is_new = row.joined_at > now - kWeek;
            return is_new != as_new || (as_new ? row.followers : row.gained) == 0 ||
                   !known.insert(row.user_id).second;
        });
        keep_public(tx, ground.users, base_url, rows, [](const RankedGrowth& row) { return row.user_id; });
        for (const auto& row : rows) out.push_back({row, 0});
    };
    add(new_with_most_followers(tx, kKeptPeople), true);
    add(gained_most(tx, kKeptPeople), false);
    for (std::size_t i = 0; i < std::min(out.size(), kRatedPeople); ++i) {
        const auto sums = ground.engagement.engagement(tx, out[i].growth.user_id, now - kMonth);
        const auto reach = static_cast<double>(sums.posts * out[i].growth.followers);
        if (reach > 0)
            out[i].engagement_rate =
                std::round(1000.0 * static_cast<double>(sums.engagements) / reach) / 10.0;
    }
    if (out.size() > kRatedPeople) out.resize(kRatedPeople);
    return out;
}

std::string DiscoveryService::trending(const Caller& me) {
    return parts_->ground.db.read([&](db::Read& tx) {
        const auto list = parts_->trending.get(tx, [&] { return parts_->trending_list(tx, me.base_url); });
        std::string out = R"({"trending_posts":[)";
        parts_->ground.views.write(tx, me, list->posts, posts::Muted::left_out, 0, kShownPosts, out);
        out += R"(],"rising_creators":[)";
        const auto relations = parts_->ground.users.relations(tx, me.id);
        const auto people = parts_->rising.get(tx, [&] { return parts_->rising_people(tx, me.base_url); });
        std::vector<UserId> ids;
        for (const auto& person : *people) ids.push_back(person.growth.user_id);
        const auto profiles = parts_->ground.users.profiles(tx, ids, me.base_url);
        std::size_t shown = 0;
        for (std::size_t i = 0; i < ids.size() && shown < kShownPeople; ++i) {
            if (is_left_out(*relations, ids[i], *profiles[i])) continue;
            if (shown++ > 0) out += ',';
            RisingCreator item;
            static_cast<users::UserSummary&>(item) = profiles[i]->summary;
            item.bio = profiles[i]->bio;
            item.followers_count = profiles[i]->followers_count;
            item.engagement_rate = (*people)[i].engagement_rate;
            item.followers_gained = (*people)[i].growth.gained;
            item.is_following = relations->follows(ids[i]);
            item.created_at = profiles[i]->created_at;
            wire::write(out, item);
        }
        out += R"(],"trending_tags":)";
        out +=
            parts_->ground.hashtags ? parts_->ground.hashtags->trending(TrendWindow::week, kTags).json : "[]";
        out += R"(,"window":)";
        wire::write(out, list->window);
        out += '}';
        return out;
    });
}

bool DiscoveryService::is_trending_partial() const {
    return parts_->ground.hashtags && parts_->ground.hashtags->is_partial();
}

std::string DiscoveryService::creators(const Caller& me, int limit) {
    return parts_->ground.db.read([&](db::Read& tx) {
        const auto ranked = parts_->creators.get(tx, [&] { return top_creators(tx, kKeptCreators); });
        const auto relations = parts_->ground.users.relations(tx, me.id);
        std::string out = "[";
        int shown = 0;
        // In pieces of what is missing: a page is not short while there is somebody.
        for (std::size_t first = 0; first < ranked->size() && shown < limit;) {
            const auto count = std::min(ranked->size() - first, static_cast<std::size_t>(limit - shown));
            std::vector<UserId> ids;
            for (std::size_t i = first; i < first + count; ++i) ids.push_back((*ranked)[i].user_id);
            const auto profiles = parts_->ground.users.profiles(tx, ids, me.base_url);
            for (std::size_t i = 0; i < count; ++i) {
                const auto& profile = *profiles[i];
                if (is_left_out(*relations, ids[i], profile)) continue;
                const auto& row = (*ranked)[first + i];
                if (shown++ > 0) out += ',';
                TrendingCreator item;
                static_cast<users::UserSummary&>(item) = profile.summary;
                item.bio = profile.bio;
                item.post_count = row.posts;
                item.total_likes = row.likes;
                item.total_comments = row.comments;
                item.engagement_score = row.score;
                item.followers_count = profile.followers_count;
                item.is_following = relations->follows(ids[i]);
                wire::write(out, item);
            }
            first += count;
        }
        out += ']';
        return out;
    });
}

}  // namespace grover::discovery
