// Members and follows of the large community.
#include "app/seed/community.hpp"

#include <algorithm>
#include <chrono>

#include "app/seed/bulk.hpp"
#include "app/seed/words.hpp"
#include "sql/seed.hpp"

namespace grover::seed {
namespace {

constexpr std::size_t kRowsInOneWrite = 100'000;
constexpr double kPopularity =
    0.9;  // Zipf: the tenth most followed has an eighth of the followers of the first
constexpr double kActivity = 0.6;
constexpr double kPrivateShare = 0.03;

std::vector<Member> make_members(const SeedOptions& options, Time begin, std::int64_t number) {
    Random random(options.random_seed, "members");
    const auto count = static_cast<std::size_t>(options.users);
    std::vector<Time> joined(count);
    for (auto& at : joined) at = begin - std::chrono::seconds(1 + random.below(365 * 86'400));
    std::ranges::sort(joined);

    std::vector<Member> members(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto& member = members[i];
        member.created_at = joined[i];
        member.id = IdSource::next_at<UserId>(member.created_at);
        member.name = make_name(random);
        member.username = make_username(member.name, number + static_cast<std::int64_t>(i));
        member.topic = static_cast<std::uint8_t>(random.below(static_cast<std::uint32_t>(topics().size())));
        member.bio = random.chance(0.85) ? make_bio(random, topics()[member.topic]) : "";
        // The first one owns the shared pictures, and so must be open to all.
        member.is_private = i > 0 && random.chance(kPrivateShare);
    }
    std::ranges::sort(members, {}, &Member::id);  // two may have joined in the same microsecond
    return members;
}

Edges make_following(const SeedOptions& options) {
    Random random(options.random_seed, "follows");
    const auto count = static_cast<std::size_t>(options.users);
    const auto wanted = static_cast<std::size_t>(options.follows);
    const auto popularity = shuffled_zipf(random, count, kPopularity);
    const Weighted by_popularity(popularity);

    // Who is left when chance finds nobody new: the most popular first.
    std::vector<MemberIndex> ranking(count);
    for (std::size_t i = 0; i < count; ++i) ranking[i] = static_cast<MemberIndex>(i);
    std::ranges::stable_sort(ranking, std::greater{}, [&](MemberIndex i) { return popularity[i]; });

    Edges following;
    following.begin(count, count * wanted);
    std::vector<MemberIndex> chosen;
    std::vector<MemberIndex> taken_by(count, static_cast<MemberIndex>(count));
    for (std::size_t i = 0; i < count; ++i) {
        const auto self = static_cast<MemberIndex>(i);
        chosen.clear();
        taken_by[self] = self;
        auto take = [&](MemberIndex other) {
            if (taken_by[other] == self) return;
            taken_by[other] = self;
            chosen.push_back(other);
        };
        for (std::size_t tries = 0; chosen.size() < wanted && tries < wanted * 4; ++tries)
            take(by_popularity.draw(random));
        for (std::size_t rank = 0; chosen.size() < wanted; ++rank) take(ranking[rank]);
        std::ranges::sort(chosen);
        for (const auto other : chosen) following.add(other);
        following.end_member();
    }
    return following;
}

struct Follow {
    MemberIndex follower;
    MemberIndex following;
    Time at;
};

}  // namespace

void Edges::begin(std::size_t members, std::size_t edges) {
    ends_.reserve(members);
    to_.reserve(edges);
}

Edges Edges::reversed() const {
    std::vector<std::size_t> next(ends_.size() + 1, 0);
    for (const auto to : to_) ++next[to + 1];
    for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
    Edges out;
    out.ends_.assign(next.begin() + 1, next.end());
    out.to_.resize(to_.size());
    for (MemberIndex from = 0; from < ends_.size(); ++from) {
        for (const auto to : of(from)) out.to_[next[to]++] = from;
    }
    return out;
}

Community make_community(const SeedOptions& options, Time now, std::int64_t number) {
    Community community;
    community.now = now;
    community.begin = now - std::chrono::days(options.days);
    community.members = make_members(options, community.begin, number);
    community.following = make_following(options);
    community.followers = community.following.reversed();
    Random random(options.random_seed, "activity");
    community.activity = shuffled_zipf(random, community.members.size(), kActivity);
    return community;
}

void write_members(db::Database& db, const Community& community,
                   const std::function<void(std::size_t)>& on_rows) {
    const auto& all = community.members;
    for (std::size_t from = 0; from < all.size(); from += kRowsInOneWrite) {
        const auto size = std::min(kRowsInOneWrite, all.size() - from);
        const std::vector<Member> some(all.begin() + static_cast<std::ptrdiff_t>(from),
                                       all.begin() + static_cast<std::ptrdiff_t>(from + size));
        db.write([&](db::Write& tx) {
            std::string email;
            write_rows(tx, some, [&](const Member& m) {
                // Under a name that no mail server answers to.
                email = m.username + "@seed.invalid";
                return sql::seed::insert_users{.user_id = m.id,
                                               .name = m.name,
                                               .name_key = m.username,
                                               .username = m.username,
                                               .picture = nullptr,
                                               .is_private = m.is_private,
                                               .bio = m.bio,
                                               .email = email,
                                               .email_verified = 1,
                                               .created_at = m.created_at,
                                               .updated_at = m.created_at};
            });
            write_rows(tx, some, [&](const Member& m) {
                const auto index =
                    static_cast<MemberIndex>(&m - some.data() + static_cast<std::ptrdiff_t>(from));
                return sql::seed::insert_user_counts{.user_id = m.id,
                                                     .followers_count = community.followers.of(index).size(),
                                                     .following_count = community.following.of(index).size(),
                                                     .posts_count = 0,
                                                     .likes_count = 0};
            });
            write_rows(tx, some, [](const Member& m) {
                return sql::seed::insert_notification_settings{.user_id = m.id};
            });
            write_rows(tx, some,
                       [](const Member& m) { return sql::seed::insert_privacy_settings{.user_id = m.id}; });
        });
        on_rows(size);
    }
}

void write_follows(db::Database& db, const Community& community,
                   const std::function<void(std::size_t)>& on_rows) {
    Random random(community.members.size(), "follow times");
    const auto life = static_cast<double>((community.now - community.begin).count());
    std::vector<Follow> some;
    auto flush = [&] {
        db.write([&](db::Write& tx) {
            write_rows(tx, some, [&](const Follow& f) {
                return sql::seed::insert_follows{.follower_id = community.members[f.follower].id,
                                                 .following_id = community.members[f.following].id,
                                                 .created_at = f.at};
            });
        });
        on_rows(some.size());
        some.clear();
    };
    for (MemberIndex follower = 0; follower < community.members.size(); ++follower) {
        for (const auto following : community.following.of(follower)) {
            some.push_back({follower, following,
                            Time{community.begin.us + static_cast<std::int64_t>(random.fraction() * life)}});
            if (some.size() == kRowsInOneWrite) flush();
        }
    }
    if (!some.empty()) flush();
}

}  // namespace grover::seed
