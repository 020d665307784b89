#include "domains/users/profiles.hpp"

#include <algorithm>
#include <cmath>

#include "domains/users/edges_store.hpp"
#include "domains/users/profile_rules.hpp"
#include "domains/users/usernames.hpp"
#include "domains/users/users_settings_store.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"
#include "sql/users.hpp"

namespace grover::users {
namespace {

constexpr std::chrono::days kUsernameReservation{30};
constexpr std::chrono::days kUsernameWindow{14};
constexpr std::size_t kUsernameChangesInWindow = 2;
constexpr std::chrono::days kEngagementWindow{30};

double rate_of(const EngagementSource::Sums& sums, std::int64_t followers) {
    if (sums.posts <= 0 || followers <= 0) return 0;
    const double rate = 100.0 * static_cast<double>(sums.engagements) /
                        (static_cast<double>(sums.posts) * static_cast<double>(followers));
    return std::round(rate * 10) / 10;
}

store::ProfileRow get_own(db::Read& tx, const UserId& user) {
    auto row = store::find_profile(tx, user);
    if (!row) throw user_not_found();
    return std::move(*row);
}

Error username_taken() { return conflict("Username already taken"); }

}  // namespace

wire::Raw<Profile> Profiles::get(const Caller& me, const UserId& user) const {
    return ground_.db.read([&](db::Read& tx) -> wire::Raw<Profile> {
        return {views_.profile_json(tx, me.id, user, me.base_url)};
    });
}

wire::Raw<Profile> Profiles::get_by_username(const Caller& me, const std::string& username) const {
    return ground_.db.read([&](db::Read& tx) -> wire::Raw<Profile> {
        const auto user =
            tx.find<UserId>(sql::users::find_id_by_username{.username = text::lower_ascii(username)});
        if (!user) throw user_not_found();
        return {views_.profile_json(tx, me.id, *user, me.base_url)};
    });
}

UserStats Profiles::stats(const Caller& me, const UserId& user) const {
    return ground_.db.read([&](db::Read& tx) -> UserStats {
        const auto account = views_.account(tx, user);
        const auto counts = store::find_counts(tx, user);
        if (!counts || account->status != AccountStatus::active) throw user_not_found();
        const bool own = user == me.id;
        if (!own) {
            const auto pair = views_.pair(tx, me.id, user);
            if (pair.is_blocked_by) throw user_not_found();
            if (pair.has_blocked) return {.user_id = user};
        }
        UserStats stats{
            .user_id = user,
            .posts_count = counts->posts_count,
            .followers_count = counts->followers_count,
            .following_count = counts->following_count,
            .likes_count = counts->likes_count,
            .streams_count = counts->streams_count,
        };
        if (ground_.plugs.engagement && counts->followers_count > 0) {
            const auto since = ground_.clock.now() - kEngagementWindow;
            stats.avg_engagement_rate =
                rate_of(ground_.plugs.engagement->engagement(tx, user, since), counts->followers_count);
        }
        if (own) {
            stats.total_earnings = counts->total_earnings;
            stats.total_spent = counts->total_spent;
        }
        return stats;
    });
}

UserAnswer Profiles::update(const Caller& me, const UserUpdate& in) const {
    const auto checked_change = checked(in);
    std::optional<std::string> username;
    if (in.username) username = text::validate_username(*in.username);

    const auto write = [&](db::Write& tx) -> UserAnswer {
        const Time now = ground_.clock.now();
        const auto before = get_own(tx, me.id);
        store::ProfileChange change = checked_change;
        if (change.monetization == "on" && before.monetization != "on") require_may_monetize(before, now);
        if (username && *username != before.username) {
            change_username(tx, before, *username, now);
            change.username = *username;
        }
        if (in.picture) change_picture(tx, before, picture_from(tx, me.id, *in.picture), now);
        store::update_profile(tx, me.id, change, now);
        change_privacy(tx, me.id, in.is_private, std::nullopt, now);

        if (change.paypal_email && *change.paypal_email != before.paypal_email.value_or(""))
            tx.publish(PayoutAddressChanged{me.id});
        if (change.monetization && *change.monetization != before.monetization) {
            tx.publish(MonetizationSwitched{me.id, *change.monetization == "on"});
        }
        tx.publish(ProfileUpdated{me.id, change.name || change.username || in.picture});
        return {"Profile updated", views_.me_of(get_own(tx, me.id), me.base_url)};
    };
    try {
        return ground_.db.write(write);
    } catch (const db::AlreadyExists& taken) {
        // Somebody took the name between the look and the update.
        if (taken.constraint != "users.username") throw;
        throw username_taken();
    }
}

void Profiles::require_may_monetize(const store::ProfileRow& account, Time now) const {
    const auto age = ground_.options.monetization_min_account_age;
    if (account.created_at + age <= now) return;
    std::string sentence(kTooYoungToMonetize);
    constexpr std::string_view kDays = "<n>";
    throw not_authorized(sentence.replace(sentence.find(kDays), kDays.size(), std::to_string(age.count())));
}

void Profiles::change_username(db::Write& tx, const store::ProfileRow& before, const std::string& username,
                               Time now) const {
    store::lock_pair(tx, before.user_id, before.user_id);
    const std::vector<std::string_view> one{username};
    if (!store::taken_usernames(tx, before.user_id, one, now).empty()) throw username_taken();
    const auto changes = tx.list<Time>(
        sql::users::username_changes_since{.user_id = before.user_id, .since = now - kUsernameWindow});
    if (changes.size() >= kUsernameChangesInWindow) {
        const Time frees = changes[changes.size() - kUsernameChangesInWindow] + kUsernameWindow;
        throw rate_limited(std::chrono::ceil<std::chrono::seconds>(frees - now),
                           "Username can be changed at most 2 times in 14 days");
    }
    tx.exec(sql::users::insert_former_username{.username = before.username,
                                               .user_id = before.user_id,
                                               .now = now,
                                               .reserved_until = now + kUsernameReservation});
}

std::optional<std::string> Profiles::picture_from(db::Read& tx, const UserId& user,
                                                  const std::string& text) const {
    const std::string url(text::trim(text));
    if (url.empty()) return std::nullopt;
    if (ground_.plugs.pictures) {
        if (auto key = ground_.plugs.pictures->key_of(tx, user, url)) return key;
    }
    if (!is_picture_url(url)) throw validation_error("Invalid URL format");
    return url;
}

void Profiles::change_picture(db::Write& tx, const store::ProfileRow& before,
                              const std::optional<std::string>& picture, Time now) const {
    if (picture == before.picture) return;
    const auto is_key = [](const std::optional<std::string>& stored) {
        return stored && !stored->starts_with("https://");
    };
    // The old one first: a store that knows only "the picture of this profile" then ends with the new one.
    if (is_key(before.picture)) ground_.pictures().release(tx, before.user_id, *before.picture);
    if (is_key(picture)) ground_.pictures().keep(tx, before.user_id, *picture);
    store::set_picture(tx, before.user_id, picture, now);
}

void Profiles::change_privacy(db::Write& tx, const UserId& user, const std::optional<bool>& is_private,
                              const std::optional<bool>& discoverable, Time now) const {
    // A request that is made meanwhile must be among those accepted, or find the account public.
    if (is_private) store::lock_pair(tx, user, user);
    const bool switched = is_private && store::set_private(tx, user, *is_private, now);
    const bool shown_or_hidden = discoverable && store::set_discoverable(tx, user, *discoverable, now);
    if (switched && !*is_private) follows_.accept_all_requests(tx, user);
    if (!switched && !shown_or_hidden) return;
    const auto row = store::find_identity(tx, user);
    tx.publish(PrivacyChanged{user, row->is_private, row->is_discoverable});
}

UsernameAvailability Profiles::username_available(const Caller& me, const std::string& username) const {
    const std::string wanted = text::lower_ascii(text::trim(username));
    const bool reserved = text::is_reserved_username(wanted);
    if (!reserved) text::validate_username(wanted);
    return ground_.db.read([&](db::Read& tx) -> UsernameAvailability {
        const Time now = ground_.clock.now();
        const auto candidates = username_candidates(wanted, 6);
        std::vector<std::string_view> names(candidates.begin(), candidates.end());
        names.push_back(wanted);
        const auto taken = store::taken_usernames(tx, me.id, names, now);
        const auto is_free = [&](const std::string& name) {
            return std::ranges::find(taken, name) == taken.end();
        };
        if (!reserved && is_free(wanted)) return {.username = wanted, .available = true};
        UsernameAvailability answer{.username = wanted};
        for (const auto& candidate : candidates) {
            if (answer.suggestions.size() < 3 && is_free(candidate)) answer.suggestions.push_back(candidate);
        }
        return answer;
    });
}

PictureAnswer Profiles::set_picture(const Caller& me, PictureUpload& in) const {
    if (!in.profile_picture && !in.text)
        throw invalid_input({"body", "profile_picture"}, "Field required", "missing");
    auto& pictures = ground_.pictures();
    const std::string key = in.profile_picture ? pictures.store(me.id, *in.profile_picture)
                                               : pictures.store_text(me.id, *in.text);
    return ground_.db.write([&](db::Write& tx) -> PictureAnswer {
        change_picture(tx, get_own(tx, me.id), key, ground_.clock.now());
        tx.publish(ProfileUpdated{me.id, true});
        return {"Picture updated", ground_.picture_url(key, me.base_url)};
    });
}

PictureAnswer Profiles::remove_picture(const Caller& me) const {
    return ground_.db.write([&](db::Write& tx) -> PictureAnswer {
        const auto before = get_own(tx, me.id);
        if (before.picture) {
            change_picture(tx, before, std::nullopt, ground_.clock.now());
            tx.publish(ProfileUpdated{me.id, true});
        }
        return {"Picture removed", std::nullopt};
    });
}

PrivacySettings Profiles::privacy(const Caller& me) const {
    return ground_.db.read([&](db::Read& tx) { return store::privacy_settings(tx, me.id); });
}

PrivacyAnswer Profiles::update_privacy(const Caller& me, const PrivacyUpdate& in) const {
    return ground_.db.write([&](db::Write& tx) -> PrivacyAnswer {
        store::update_privacy_settings(tx, me.id, in);
        if (in.show_online) tx.publish(OnlineVisibilityChanged{me.id, *in.show_online});
        change_privacy(tx, me.id, in.is_private, in.discoverable, ground_.clock.now());
        return {"Privacy updated", store::privacy_settings(tx, me.id)};
    });
}

}  // namespace grover::users
