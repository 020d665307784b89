// People as lists of strangers show them: profiles in batches, who grows, whom friends follow.
#include "domains/users/users_service.hpp"
#include "platform/db/prefixed_keys.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/user_people.hpp"

#include <unordered_map>

namespace grover::users {
namespace {

// People whose follows are read, and how many of these, for one answer (discovery.md: at most 10,000 edges).
constexpr int kSources = 500;
constexpr int kEdges = 9'000;
constexpr int kMostGained = 10'000;
constexpr int kMostRequests = 1'000;

struct Row {
    UserId user_id;
    std::string name;
    std::string username;
    std::optional<std::string> picture;
    bool is_premium = false;
    bool is_private = false;
    bool is_discoverable = false;
    std::optional<Time> suspended_at, deactivated_at, deletion_scheduled_at;
    std::string bio;
    Time created_at;
    std::int64_t followers_count = 0;

    static constexpr auto columns = Pack{
        db::column("user_id", &Row::user_id),
        db::column("name", &Row::name),
        db::column("username", &Row::username),
        db::column("picture", &Row::picture),
        db::column("is_premium", &Row::is_premium),
        db::column("is_private", &Row::is_private),
        db::column("is_discoverable", &Row::is_discoverable),
        db::column("suspended_at", &Row::suspended_at),
        db::column("deactivated_at", &Row::deactivated_at),
        db::column("deletion_scheduled_at", &Row::deletion_scheduled_at),
        db::column("bio", &Row::bio),
        db::column("created_at", &Row::created_at),
        db::column("followers_count", &Row::followers_count),
    };
};

struct Kept {
    std::string base_url;
    ProfileCardPtr card;
};

db::RowCache<Kept>& cache() {
    thread_local db::RowCache<Kept> kept{"profile_cards"};
    return kept;
}

}  // namespace

std::vector<ProfileCardPtr> UsersService::profiles(db::Read& tx, std::span<const UserId> users,
                                                   std::string_view base_url) {
    static const ProfileCardPtr kGone = std::make_shared<const ProfileCard>();
    std::vector<ProfileCardPtr> out(users.size());
    const db::PrefixedKeys keys(store::kProfileStamp, users);
    cache().find_each(tx, keys.keys(), [&](std::size_t i, const Kept& kept) {
        if (kept.base_url == base_url) out[i] = kept.card;
    });
    std::unordered_map<UserId, ProfileCardPtr> missing;
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (!out[i]) missing.emplace(users[i], kGone);
    }
    if (missing.empty()) return out;
    std::vector<std::string_view> ids;
    for (const auto& [user, card] : missing) ids.push_back(user.view());
    for (const auto& row : tx.list<Row>(sql::user_people::profiles_of{.ids = ids})) {
        if (row.suspended_at || row.deactivated_at || row.deletion_scheduled_at) continue;
        auto card = std::make_shared<ProfileCard>();
        card->summary = summary_of(row, parts_->ground, base_url);
        std::string members = wire::to_json(card->summary);
        card->members = members.substr(1, members.size() - 2);
        card->bio = row.bio;
        card->created_at = row.created_at;
        card->followers_count = row.followers_count;
        card->is_hidden = false;
        card->is_private = row.is_private;
        card->is_discoverable = row.is_discoverable;
        missing[row.user_id] = std::move(card);
    }
    for (const auto& [user, card] : missing) {
        const store::StampKey key(store::kProfileStamp, user);
        const auto bytes = sizeof(ProfileCard) + card->members.size() + card->bio.size() + base_url.size();
        cache().put(key.view(), {std::string(base_url), card}, bytes, tx.snapshot());
    }
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (!out[i]) out[i] = missing[users[i]];
    }
    return out;
}

std::optional<Growth> UsersService::growth(db::Read& tx, const UserId& user, Time week, Time month) {
    return tx.find<Growth>(
        sql::user_people::growth_of{.week = week, .most = kMostGained, .month = month, .user_id = user});
}

OwnCounts UsersService::own_counts(db::Read& tx, const UserId& user) {
    const auto counts = store::find_counts(tx, user).value_or(store::CountsRow{});
    return {.followers = counts.followers_count,
            .posts = counts.posts_count,
            .likes_received = counts.likes_count,
            .earnings = counts.total_earnings};
}

void UsersService::ask_followed_by_followed(db::Together& ask, std::vector<Acquaintance>& out,
                                            const UserId& viewer, int limit) {
    ask.add(
        sql::user_people::followed_by_followed{
            .viewer = viewer, .sources = kSources, .edges = kEdges, .limit = limit},
        [&out](const db::Row& row) { out.push_back(db::read_row<Acquaintance>(row)); });
}

void UsersService::ask_requested_by(db::Together& ask, std::vector<UserId>& out, const UserId& user) {
    ask.add(sql::user_people::requested_by{.user_id = user, .limit = kMostRequests},
            [&out](const db::Row& row) { out.push_back(row.get<UserId>(0)); });
}

}  // namespace grover::users
