#include "domains/discovery/ranks.hpp"

#include <algorithm>

#include "platform/runtime/give_way.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/ranks.hpp"

namespace grover::discovery {
namespace {

namespace ranks = sql::ranks;

// One transaction's share: SQLite has one writer, and it is not ours alone.
constexpr std::size_t kBatch = 200;
// Under load what happened is gathered for so long, so that a post that thousands like is counted once; longer when it is
// much, because each post that moves costs several pages of three indexes.
constexpr std::chrono::milliseconds kGather{500};
constexpr std::chrono::seconds kGatherMuch{4};
constexpr std::size_t kMuch = 200;
// Counting an author reads the posts of a week: more than a few of them only now and then. Who is lost by a crash in between
// is counted with the next event, or within the hour.
constexpr std::size_t kFewCreators = 64;
constexpr std::chrono::seconds kCreatorsEvery{30};
// Counting one person reads up to a thousand rows, on the loop that answers requests: after so many it is their turn.
constexpr std::size_t kCountedAtOnce = 4;
// The best posts older than 30 days that are kept.
constexpr int kKeptOfOld = 2'000;
// An author's newest posts of the week that count.
constexpr int kMostPosts = 1'000;
constexpr std::chrono::hours kRecount{1};
constexpr int kRecountsAtOnce = 200;

int age_of(Time created_at, Time now) {
    const auto age = now - created_at;
    return age <= kDay ? 0 : age <= kWeek ? 1 : age <= kMonth ? 2 : 3;
}

std::int64_t score_of(const posts::PostTally& post) {
    return post.likes_count + 2 * post.comments_total_count + 3 * post.repost_count;
}

bool is_ranked(const posts::PostTally& post) {
    return post.visibility == posts::Visibility::public_ && !post.is_repost && !post.community_id;
}

// Takes up to kBatch off the set.
template <class Id>
std::vector<Id> take_some(std::set<Id>& ids) {
    const auto count = std::min(kBatch, ids.size());
    const auto end = std::next(ids.begin(), static_cast<std::ptrdiff_t>(count));
    std::vector<Id> out(ids.begin(), end);
    return out;
}

// count(tx, user) for each, some in each read, with the loop free in between.
template <class T, class F>
std::vector<T> count_each(db::Database& db, std::span<const UserId> people, F count) {
    std::vector<T> out;
    for (std::size_t done = 0; done < people.size(); done = out.size()) {
        if (done > 0) runtime::give_way();
        const auto some = people.subspan(done, std::min(kCountedAtOnce, people.size() - done));
        db.read([&](db::Read& tx) {
            out.resize(done);
            for (const auto& user : some) out.push_back(count(tx, user));
        });
    }
    return out;
}

template <class Id>
void remove(std::set<Id>& ids, const std::vector<Id>& done) {
    for (const auto& id : done) ids.erase(id);
}

}  // namespace

Time start_of(Window window, Time now) {
    switch (window) {
        case Window::day:
            return now - kDay;
        case Window::week:
            return now - kWeek;
        case Window::month:
            return now - kMonth;
        case Window::all:
            break;
    }
    return Time{0};
}

std::vector<RankedPost> most_liked(db::Read& tx, Window window, Time now, const RankedPost& after,
                                   int limit) {
    std::vector<RankedPost> out;
    // Between two runs of age() some are a minute too old for their class.
    const auto from = start_of(window, now);
    for (int age = 0; age <= static_cast<int>(window); ++age) {
        auto rows = tx.list<RankedPost>(ranks::top_by_likes{.age = age,
                                                            .likes = after.value,
                                                            .at = after.created_at,
                                                            .id = after.post_id,
                                                            .from = from,
                                                            .limit = limit});
        out.insert(out.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    }
    std::ranges::sort(out, ranks_before);
    if (out.size() > static_cast<std::size_t>(limit)) out.resize(static_cast<std::size_t>(limit));
    return out;
}

std::vector<PostId> liked_among(db::Read& tx, std::span<const PostId> posts) {
    return tx.list<PostId>(ranks::liked_among{.ids = db::ids_of(posts)});
}

void ask_best_scored(db::Together& ask, std::vector<RankedPost>& out, int limit) {
    for (int age = 0; age <= static_cast<int>(Window::all); ++age) {
        ask.add(ranks::top_by_score{.age = age, .limit = limit},
                [&out](const db::Row& row) { out.push_back(db::read_row<RankedPost>(row)); });
    }
}

bool ranks_before(const RankedPost& a, const RankedPost& b) {
    return std::tie(b.value, b.created_at, b.post_id) < std::tie(a.value, a.created_at, a.post_id);
}

std::vector<RankedCreator> top_creators(db::Read& tx, const PersonPlace& after, int limit) {
    return tx.list<RankedCreator>(
        ranks::top_creators{.score = after.value, .id = after.user_id, .limit = limit});
}

std::vector<RankedGrowth> new_with_followers(db::Read& tx, const PersonPlace& after, int limit) {
    return tx.list<RankedGrowth>(
        ranks::new_with_followers{.value = after.value, .id = after.user_id, .limit = limit});
}

std::vector<RankedGrowth> gained_most(db::Read& tx, const PersonPlace& after, int limit) {
    return tx.list<RankedGrowth>(
        ranks::gained_most{.value = after.value, .id = after.user_id, .limit = limit});
}

void ask_new_with_most_followers(db::Together& ask, std::vector<RankedGrowth>& out, int limit) {
    ask.add(ranks::new_with_most_followers{.limit = limit},
            [&out](const db::Row& row) { out.push_back(db::read_row<RankedGrowth>(row)); });
}

void ask_gained_most_in_month(db::Together& ask, std::vector<RankedGrowth>& out, int limit) {
    ask.add(ranks::gained_most_in_month{.limit = limit},
            [&out](const db::Row& row) { out.push_back(db::read_row<RankedGrowth>(row)); });
}

void Ranks::listen(jobs::Events& events) {
    constexpr std::string_view name = "discovery.ranks";
    events.on<posts::PostCreated>(
        name, [this](const posts::PostCreated& event) { creators_.insert(event.user_id); });
    events.on<posts::PostUpdated>(name, [this](const posts::PostUpdated& event) {
        posts_.insert(event.post_id);
        creators_.insert(event.user_id);
    });
    events.on<posts::PostDeleted>(
        name, [this](const posts::PostDeleted& event) { creators_.insert(event.user_id); });
    events.on<posts::PostReacted>(name,
                                  [this](const posts::PostReacted& event) { posts_.insert(event.post_id); });
    events.on<posts::PostReposted>(
        name, [this](const posts::PostReposted& event) { posts_.insert(event.post_id); });
    events.on<comments::CommentCreated>(
        name, [this](const comments::CommentCreated& event) { posts_.insert(event.post_id); });
    events.on<comments::CommentDeleted>(
        name, [this](const comments::CommentDeleted& event) { posts_.insert(event.post_id); });
    events.on<users::UserRegistered>(
        name, [this](const users::UserRegistered& event) { grown_.insert(event.user_id); });
    events.on<users::Followed>(name,
                               [this](const users::Followed& event) { grown_.insert(event.following_id); });
    events.on<users::Unfollowed>(
        name, [this](const users::Unfollowed& event) { grown_.insert(event.following_id); });
    events.after_batch(name, [this] { store(); });
}

void Ranks::store() {
    const auto gathered = std::chrono::steady_clock::now() - stored_at_;
    const std::chrono::steady_clock::duration wanted =
        posts_.size() < kMuch ? std::chrono::steady_clock::duration{kGather} : kGatherMuch;
    if (gathered < wanted && runtime::in_fiber()) runtime::sleep_for(wanted - gathered);
    store_posts();
    const auto now = std::chrono::steady_clock::now();
    if (creators_.size() <= kFewCreators || now - creators_stored_at_ >= kCreatorsEvery) {
        store_creators();
        creators_stored_at_ = now;
    }
    store_growth();
    stored_at_ = std::chrono::steady_clock::now();
}

void Ranks::store_posts() {
    while (!posts_.empty()) {
        const auto ids = take_some(posts_);
        const auto now = clock_.now();
        const auto tallies = db_.read([&](db::Read& tx) { return posts::tallies_of(tx, ids); });
        std::string rows = "[";
        std::vector<std::string_view> unranked;
        for (const auto& post : tallies) {
            creators_.insert(post.user_id);
            const auto score = score_of(post);
            if (!is_ranked(post) || score == 0) {
                unranked.push_back(post.post_id.view());
                if (post.community_id || post.is_repost) continue;
            }
            if (rows.size() > 1) rows += ',';
            rows += "[\"" + post.post_id.str() + "\",\"" + post.user_id.str() + "\"";
            for (const auto number :
                 {post.created_at.us, std::int64_t{age_of(post.created_at, now)}, post.likes_count, score})
                rows += ',' + std::to_string(number);
            rows += ']';
        }
        rows += ']';
        db_.write([&](db::Write& tx) {
            tx.exec(ranks::rank_posts{.rows = rows});
            tx.exec(ranks::rank_in_categories{.rows = rows});
            if (!unranked.empty()) tx.exec(ranks::unrank_posts{.ids = unranked});
            tx.touch(kRanksKey);
        });
        remove(posts_, ids);
    }
}

void Ranks::store_creators() {
    while (!creators_.empty()) {
        const auto ids = take_some(creators_);
        const auto now = clock_.now();
        struct Counted {
            UserId user;
            posts::AuthorTally tally;
        };
        const auto counted = count_each<Counted>(db_, ids, [&](db::Read& tx, const UserId& user) {
            return Counted{user, posts::tally_of_author(tx, user, now - kWeek, kMostPosts)};
        });
        db_.write([&](db::Write& tx) {
            for (const auto& [user, tally] : counted) {
                if (tally.posts == 0 || !users_.account(tx, user).exists) {
                    tx.exec(ranks::unrank_creator{.user_id = user});
                    continue;
                }
                tx.exec(ranks::rank_creator{.user_id = user,
                                            .posts = tally.posts,
                                            .likes = tally.likes,
                                            .comments = tally.comments,
                                            .score = tally.likes + 2 * tally.comments + 3 * tally.posts,
                                            .now = now});
            }
            tx.touch(kRanksKey);
        });
        remove(creators_, ids);
    }
}

void Ranks::store_growth() {
    while (!grown_.empty()) {
        const auto ids = take_some(grown_);
        const auto now = clock_.now();
        using Counted = std::pair<UserId, std::optional<users::Growth>>;
        const auto counted = count_each<Counted>(db_, ids, [&](db::Read& tx, const UserId& user) {
            return Counted{user, users_.growth(tx, user, now - kWeek, now - kMonth)};
        });
        db_.write([&](db::Write& tx) {
            for (const auto& [user, growth] : counted) {
                const bool is_new = growth && growth->joined_at > now - kWeek;
                if (!growth || (!is_new && growth->gained_in_month == 0)) {
                    tx.exec(ranks::unrank_growth{.user_id = user});
                    continue;
                }
                if (!users_.account(tx, user).exists) continue;
                tx.exec(ranks::rank_growth{.user_id = user,
                                           .joined_at = growth->joined_at,
                                           .is_new = is_new,
                                           .followers = growth->followers_count,
                                           .gained = growth->gained,
                                           .gained_in_month = growth->gained_in_month,
                                           .now = now});
            }
            tx.touch(kRanksKey);
        });
        remove(grown_, ids);
    }
}

void Ranks::recount(std::span<const PostId> posts, std::span<const UserId> people) {
    posts_ = {posts.begin(), posts.end()};
    grown_ = {people.begin(), people.end()};
    store_posts();
    store_creators();
    store_growth();
}

// Whether there may be more.
bool Ranks::move_outgrown() {
    const auto now = clock_.now();
    bool more = false;
    for (int age = 0; age < 3; ++age) {
        const auto before = start_of(static_cast<Window>(age), now);
        const auto limit = static_cast<int>(kBatch);
        const auto ids = db_.read([&](db::Read& tx) {
            return tx.list<PostId>(ranks::outgrown{.age = age, .before = before, .limit = limit});
        });
        if (ids.empty()) continue;
        more |= ids.size() == kBatch;
        const auto texts = db::ids_of(ids);
        db_.write([&](db::Write& tx) {
            tx.exec(ranks::set_age{.age = age + 1, .ids = texts});
            tx.touch(kRanksKey);
        });
    }
    const auto surplus = db_.read([&](db::Read& tx) {
        return tx.list<PostId>(ranks::beyond_best{.limit = static_cast<int>(kBatch), .kept = kKeptOfOld});
    });
    if (surplus.empty()) return more;
    const auto texts = db::ids_of(surplus);
    db_.write([&](db::Write& tx) { tx.exec(ranks::unrank_posts{.ids = texts}); });
    return true;
}

void Ranks::age() {
    while (move_outgrown()) {
    }
    // A recount of its own: the sets belong to the listener, which another node may have.
    Ranks recount(db_, clock_, users_);
    const auto before = clock_.now() - kRecount;
    db_.read([&](db::Read& tx) {
        const auto creators =
            tx.list<UserId>(ranks::stale_creators{.before = before, .limit = kRecountsAtOnce});
        const auto grown = tx.list<UserId>(ranks::stale_growth{.before = before, .limit = kRecountsAtOnce});
        recount.creators_ = {creators.begin(), creators.end()};
        recount.grown_ = {grown.begin(), grown.end()};
    });
    recount.store_creators();
    recount.store_growth();
}

}  // namespace grover::discovery
