// GET /discover/trending and /trending/creators.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <unordered_set>

#include "domains/discovery/discovery_parts.hpp"
#include "platform/base/error.hpp"

namespace grover::discovery {
namespace {

constexpr int kShownPosts = 10;
constexpr std::size_t kKeptPosts = 60;
constexpr std::size_t kFewPosts = 3;  // with fewer in a window, the next one is asked
constexpr std::size_t kShownPeople = 5;
constexpr std::size_t kKeptPeople = 30;
constexpr std::size_t kRatedPeople = 15;
constexpr int kKeptCreators = 300;
constexpr std::size_t kProfilesAtOnce = 100;
constexpr int kTags = 10;
// Rows of an index that are read for one list, whoever they are of.
constexpr int kMostRead = 10'000;
constexpr int kLeastAtOnce = 60;

// Twice as many each time: who is left out may stand at the head in any number.
int rows_at_once(int read) { return std::clamp(read, kLeastAtOnce, kMostRead / 10); }

// Of a cursor of creators().
PersonPlace place_of(const std::string& text) {
    PersonPlace out;
    if (text.empty()) return out;
    const auto dot = std::min(text.find('.'), text.size());
    const auto parsed = std::from_chars(text.data(), text.data() + dot, out.value);
    if (parsed.ec != std::errc{} || dot == text.size()) throw validation_error("Invalid cursor");
    out.user_id = UserId(text.substr(dot + 1));
    return out;
}

bool is_left_out(const users::Relations& viewer, const UserId& user, const users::ProfileCard& profile) {
    return profile.is_hidden || profile.is_private || (!profile.is_discoverable && user != viewer.viewer()) ||
           viewer.is_cut_off_from(user) || viewer.mutes_posts_of(user);
}

}  // namespace

// Those with likes, then the others, newest first: these have no rank, or one without likes.
std::vector<PostId> DiscoveryService::Parts::more_posts(db::Read& tx, std::string_view base_url,
                                                        Window window, PostsRead& read,
                                                        std::size_t wanted) const {
    const auto now = ground.clock.now();
    std::vector<PostId> out;
    while (out.size() < wanted && !read.ended) {
        const int count = rows_at_once(read.rows);
        std::vector<RankedPost> posts;
        if (read.last.value > 0) {
            posts = most_liked(tx, window, now, read.last, count);
            read.last = std::ssize(posts) < count ? RankedPost{kBestPost.post_id, {}, kBestPost.created_at, 0}
                                                  : posts.back();
        } else {
            const auto newest = posts::newest_topics(tx, {read.last.created_at, read.last.post_id}, count);
            read.ended = std::ssize(newest) < count;
            std::vector<PostId> ids;
            for (const auto& post : newest) ids.push_back(post.post_id);
            const auto liked = ids.empty() ? std::vector<PostId>{} : liked_among(tx, ids);
            const std::unordered_set<PostId> known(liked.begin(), liked.end());
            for (const auto& post : newest) {
                if (post.created_at < start_of(window, now)) {
                    read.ended = true;
                    break;
                }
                read.last = {post.post_id, post.user_id, post.created_at, 0};
                if (!post.original_post_id && !known.contains(post.post_id)) posts.push_back(read.last);
            }
        }
        read.rows += count;
        read.ended = read.ended || read.rows >= kMostRead;
        keep_public(tx, ground.users, base_url, posts, [](const RankedPost& post) { return post.user_id; });
        for (const auto& post : posts) out.push_back(post.post_id);
    }
    return out;
}

TrendingList DiscoveryService::Parts::trending_list(db::Read& tx, std::string_view base_url) const {
    for (int w = 0;; ++w) {
        TrendingList out{static_cast<Window>(w), {}, {}};
        out.posts = more_posts(tx, base_url, out.window, out.read, kKeptPosts);
        if (out.posts.size() >= kFewPosts || out.window == Window::all) return out;
    }
}

// New accounts, then those that won most followers.
std::vector<RankedGrowth> DiscoveryService::Parts::more_people(db::Read& tx, std::string_view base_url,
                                                               PeopleRead& read, std::size_t wanted) const {
    const auto now = ground.clock.now();
    std::vector<RankedGrowth> out;
    while (out.size() < wanted && !read.ended) {
        const int count = rows_at_once(read.rows);
        auto rows =
            read.are_new ? new_with_followers(tx, read.last, count) : gained_most(tx, read.last, count);
        const bool is_last = std::ssize(rows) < count;
        const bool are_new = read.are_new;
        if (is_last) {
            read.ended = !read.are_new;
            read.are_new = false;
            read.last = {};
        } else {
            read.last = {read.are_new ? rows.back().followers : rows.back().gained, rows.back().user_id};
        }
        read.rows += count;
        read.ended = read.ended || read.rows >= kMostRead;
        std::erase_if(rows,
                      [&](const RankedGrowth& row) { return (row.joined_at > now - kWeek) != are_new; });
        keep_public(tx, ground.users, base_url, rows, [](const RankedGrowth& row) { return row.user_id; });
        out.insert(out.end(), rows.begin(), rows.end());
    }
    return out;
}

double DiscoveryService::Parts::engagement_rate(db::Read& tx, const RankedGrowth& person) const {
    const auto sums = ground.engagement.engagement(tx, person.user_id, ground.clock.now() - kMonth);
    const auto reach = static_cast<double>(sums.posts * person.followers);
    return reach > 0 ? std::round(1000.0 * static_cast<double>(sums.engagements) / reach) / 10.0 : 0;
}

RisingList DiscoveryService::Parts::rising_list(db::Read& tx, std::string_view base_url) const {
    RisingList out;
    out.people = more_people(tx, base_url, out.read, kKeptPeople);
    // Few readers see more than these.
    for (std::size_t i = 0; i < std::min(out.people.size(), kRatedPeople); ++i)
        out.rates.push_back(engagement_rate(tx, out.people[i]));
    return out;
}

// The members of the array.
std::string DiscoveryService::Parts::rising_creators(db::Read& tx, const Caller& me) {
    const auto relations = ground.users.relations(tx, me.id);
    const auto list = rising.get(tx, [&] { return rising_list(tx, me.base_url); });
    std::string out;
    std::size_t shown = 0;
    auto rates = std::span(list->rates);
    auto read = list->read;
    std::vector<RankedGrowth> more;
    for (std::span<const RankedGrowth> people = list->people; !people.empty();
         people = more = more_people(tx, me.base_url, read, kKeptPeople)) {
        std::vector<UserId> ids;
        for (const auto& person : people) ids.push_back(person.user_id);
        const auto profiles = ground.users.profiles(tx, ids, me.base_url);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (is_left_out(*relations, ids[i], *profiles[i])) continue;
            if (shown > 0) out += ',';
            RisingCreator item;
            static_cast<users::UserSummary&>(item) = profiles[i]->summary;
            item.bio = profiles[i]->bio;
            item.followers_count = profiles[i]->followers_count;
            item.engagement_rate = i < rates.size() ? rates[i] : engagement_rate(tx, people[i]);
            item.followers_gained = people[i].gained;
            item.is_following = relations->follows(ids[i]);
            item.created_at = profiles[i]->created_at;
            wire::write(out, item);
            if (++shown == kShownPeople) return out;
        }
        rates = {};
    }
    return out;
}

std::string DiscoveryService::trending(const Caller& me) {
    return parts_->ground.db.read([&](db::Read& tx) {
        const auto list = parts_->trending.get(tx, [&] { return parts_->trending_list(tx, me.base_url); });
        std::string out = R"({"trending_posts":[)";
        auto read = list->read;
        std::vector<PostId> more;
        std::span<const PostId> posts = list->posts;
        for (int left = kShownPosts; !posts.empty();) {
            left -= parts_->ground.views.write(tx, me, posts, posts::Muted::left_out, 0, left, out).count;
            if (left == 0) break;
            posts = more = parts_->more_posts(tx, me.base_url, list->window, read, kKeptPosts);
        }
        out += R"(],"rising_creators":[)";
        out += parts_->rising_creators(tx, me);
        out += R"(],"trending_tags":)";
        out += parts_->ground.hashtags
                   ? parts_->ground.hashtags->trending(TrendWindow::week, {.limit = kTags}).json
                   : "[]";
        out += R"(,"window":)";
        wire::write(out, list->window);
        out += '}';
        return out;
    });
}

bool DiscoveryService::is_trending_partial() const {
    return parts_->ground.hashtags && parts_->ground.hashtags->is_partial();
}

api::RawPage<TrendingCreator> DiscoveryService::creators(const Caller& me, const PageRequest& page) {
    return parts_->ground.db.read([&](db::Read& tx) {
        const auto best =
            parts_->creators.get(tx, [&] { return top_creators(tx, PersonPlace{}, kKeptCreators); });
        const auto relations = parts_->ground.users.relations(tx, me.id);
        // A cursor names who came last.
        auto last = place_of(page.after);
        auto skip = page.after.empty() ? page.skip : 0;
        const auto is_behind = [&](const RankedCreator& row) {
            return row.score < last.value || (row.score == last.value && row.user_id > last.user_id);
        };
        std::vector<RankedCreator> more;
        std::span<const RankedCreator> ranked(std::ranges::find_if(*best, is_behind), best->end());
        bool is_all = best->size() < kKeptCreators;
        const auto read_on = [&] {
            ranked = more = top_creators(tx, last, kKeptCreators);
            is_all = ranked.size() < kKeptCreators;
        };
        if (ranked.empty() && !is_all) read_on();
        api::RawPage<TrendingCreator> out{"[", {}};
        PersonPlace shown_last;
        int shown = 0, read = 0;
        // In pieces of what is missing, and one more: a page is not short while there is somebody.
        for (std::size_t first = 0; first < ranked.size() && out.next.empty();) {
            const auto missing = static_cast<std::size_t>(page.limit - shown + 1 + skip);
            const auto count = std::min({ranked.size() - first, missing, kProfilesAtOnce});
            std::vector<UserId> ids;
            for (std::size_t i = first; i < first + count; ++i) ids.push_back(ranked[i].user_id);
            const auto profiles = parts_->ground.users.profiles(tx, ids, me.base_url);
            for (std::size_t i = 0; i < count; ++i) {
                const auto& profile = *profiles[i];
                const auto& row = ranked[first + i];
                last = {row.score, row.user_id};
                if (is_left_out(*relations, ids[i], profile)) continue;
                if (skip > 0) {
                    --skip;
                    continue;
                }
                if (shown == page.limit) {
                    out.next = std::to_string(shown_last.value) + '.' + shown_last.user_id.str();
                    break;
                }
                if (shown++ > 0) out.json += ',';
                shown_last = last;
                TrendingCreator item;
                static_cast<users::UserSummary&>(item) = profile.summary;
                item.bio = profile.bio;
                item.post_count = row.posts;
                item.total_likes = row.likes;
                item.total_comments = row.comments;
                item.engagement_score = row.score;
                item.followers_count = profile.followers_count;
                item.is_following = relations->follows(ids[i]);
                wire::write(out.json, item);
            }
            first += count;
            read += static_cast<int>(count);
            if (first < ranked.size() || !out.next.empty() || is_all || read >= kMostRead + page.skip)
                continue;
            read_on();
            first = 0;
        }
        out.json += ']';
        return out;
    });
}

}  // namespace grover::discovery
