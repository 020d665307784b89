// Rows of users and the queries on them. Private to this folder; decides nothing. Every change touches the copies in
// memory that it makes stale.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/users/users.hpp"
#include "platform/db/db.hpp"

namespace grover::users::store {

// What cards and account states are made of.
struct IdentityRow {
    UserId user_id;
    std::string name;
    std::string username;
    std::optional<std::string> picture;  // an https URL or a media key
    bool is_premium = false;
    bool is_private = false;
    bool is_discoverable = false;
    std::optional<Time> suspended_at;
    std::optional<Time> deactivated_at;
    std::optional<Time> deletion_scheduled_at;
    std::string email;
    bool email_verified = false;
    bool has_password = false;
    bool mfa_enabled = false;
    Time created_at;

    bool is_hidden() const { return suspended_at || deactivated_at || deletion_scheduled_at; }

    static constexpr auto columns = Pack{
        db::column("user_id", &IdentityRow::user_id),
        db::column("name", &IdentityRow::name),
        db::column("username", &IdentityRow::username),
        db::column("picture", &IdentityRow::picture),
        db::column("is_premium", &IdentityRow::is_premium),
        db::column("is_private", &IdentityRow::is_private),
        db::column("is_discoverable", &IdentityRow::is_discoverable),
        db::column("suspended_at", &IdentityRow::suspended_at),
        db::column("deactivated_at", &IdentityRow::deactivated_at),
        db::column("deletion_scheduled_at", &IdentityRow::deletion_scheduled_at),
        db::column("email", &IdentityRow::email),
        db::column("email_verified", &IdentityRow::email_verified),
        db::column("has_password", &IdentityRow::has_password),
        db::column("mfa_enabled", &IdentityRow::mfa_enabled),
        db::column("created_at", &IdentityRow::created_at),
    };
};

// Everything in Profile and Me.
struct ProfileRow {
    UserId user_id;
    std::string name;
    std::string username;
    std::optional<std::string> picture;
    bool is_premium = false;
    bool is_private = false;
    std::optional<Time> suspended_at;
    std::optional<Time> deactivated_at;
    std::optional<Time> deletion_scheduled_at;
    std::string bio;
    std::optional<std::string> website;
    std::optional<std::string> twitter;
    std::optional<std::string> instagram;
    std::optional<std::string> linkedin;
    std::string monetization;
    std::string email;
    bool email_verified = false;
    std::optional<std::string> paypal_email;
    bool has_password = false;
    bool mfa_enabled = false;
    Time created_at;
    std::int64_t followers_count = 0;
    std::int64_t following_count = 0;
    std::int64_t posts_count = 0;
    bool notify_followers = true;
    bool notify_likes = true;
    bool notify_comments = true;
    bool notify_messages = true;
    bool notify_sales = true;
    bool notify_mentions = true;
    bool notify_reposts = true;

    bool is_hidden() const { return suspended_at || deactivated_at || deletion_scheduled_at; }

    static constexpr auto columns = Pack{
        db::column("user_id", &ProfileRow::user_id),
        db::column("name", &ProfileRow::name),
        db::column("username", &ProfileRow::username),
        db::column("picture", &ProfileRow::picture),
        db::column("is_premium", &ProfileRow::is_premium),
        db::column("is_private", &ProfileRow::is_private),
        db::column("suspended_at", &ProfileRow::suspended_at),
        db::column("deactivated_at", &ProfileRow::deactivated_at),
        db::column("deletion_scheduled_at", &ProfileRow::deletion_scheduled_at),
        db::column("bio", &ProfileRow::bio),
        db::column("website", &ProfileRow::website),
        db::column("twitter", &ProfileRow::twitter),
        db::column("instagram", &ProfileRow::instagram),
        db::column("linkedin", &ProfileRow::linkedin),
        db::column("monetization", &ProfileRow::monetization),
        db::column("email", &ProfileRow::email),
        db::column("email_verified", &ProfileRow::email_verified),
        db::column("paypal_email", &ProfileRow::paypal_email),
        db::column("has_password", &ProfileRow::has_password),
        db::column("mfa_enabled", &ProfileRow::mfa_enabled),
        db::column("created_at", &ProfileRow::created_at),
        db::column("followers_count", &ProfileRow::followers_count),
        db::column("following_count", &ProfileRow::following_count),
        db::column("posts_count", &ProfileRow::posts_count),
        db::column("notify_followers", &ProfileRow::notify_followers),
        db::column("notify_likes", &ProfileRow::notify_likes),
        db::column("notify_comments", &ProfileRow::notify_comments),
        db::column("notify_messages", &ProfileRow::notify_messages),
        db::column("notify_sales", &ProfileRow::notify_sales),
        db::column("notify_mentions", &ProfileRow::notify_mentions),
        db::column("notify_reposts", &ProfileRow::notify_reposts),
    };
};

struct CountsRow {
    std::int64_t followers_count = 0;
    std::int64_t following_count = 0;
    std::int64_t posts_count = 0;
    std::int64_t likes_count = 0;
    std::int64_t streams_count = 0;
    Cents total_earnings;
    Cents total_spent;

    static constexpr auto columns = Pack{
        db::column("followers_count", &CountsRow::followers_count),
        db::column("following_count", &CountsRow::following_count),
        db::column("posts_count", &CountsRow::posts_count),
        db::column("likes_count", &CountsRow::likes_count),
        db::column("streams_count", &CountsRow::streams_count),
        db::column("total_earnings", &CountsRow::total_earnings),
        db::column("total_spent", &CountsRow::total_spent),
    };
};

// What a viewer is to one user.
struct PairRow {
    bool is_following = false;
    bool follows_you = false;
    bool follow_requested = false;
    bool has_blocked = false;
    bool is_blocked_by = false;
    Time muted_until;  // the past: not muted
    std::int64_t mutual_followers = 0;

    static constexpr auto columns = Pack{
        db::column("is_following", &PairRow::is_following),
        db::column("follows_you", &PairRow::follows_you),
        db::column("follow_requested", &PairRow::follow_requested),
        db::column("has_blocked", &PairRow::has_blocked),
        db::column("is_blocked_by", &PairRow::is_blocked_by),
        db::column("muted_until", &PairRow::muted_until),
        db::column("mutual_followers", &PairRow::mutual_followers),
    };
};

// New values of a profile; what is absent stays, an empty text clears what may be absent.
struct ProfileChange {
    std::optional<std::string> name;
    std::optional<std::string> username;
    std::optional<std::string> bio;
    std::optional<std::string> website;
    std::optional<std::string> twitter;
    std::optional<std::string> instagram;
    std::optional<std::string> linkedin;
    std::optional<std::string> paypal_email;
    std::optional<std::string> monetization;  // default, on, off
};

// False when the username is taken. Throws db::AlreadyExists for the address.
bool insert_user(db::Write& tx, const UserId& user, const NewAccount& account, std::string_view username,
                 Time now);
std::vector<IdentityRow> identities(db::Read& tx, const std::vector<std::string_view>& users);
std::optional<IdentityRow> find_identity(db::Read& tx, const UserId& user);
std::optional<ProfileRow> find_profile(db::Read& tx, const UserId& user);
std::optional<CountsRow> find_counts(db::Read& tx, const UserId& user);
Bond find_bond(db::Read& tx, const UserId& viewer, const UserId& user);
PairRow pair(db::Read& tx, const UserId& viewer, const UserId& user);

void update_profile(db::Write& tx, const UserId& user, const ProfileChange& change, Time now);
void set_picture(db::Write& tx, const UserId& user, const std::optional<std::string>& picture, Time now);
// False when it was so already.
bool set_private(db::Write& tx, const UserId& user, bool is_private, Time now);
bool set_discoverable(db::Write& tx, const UserId& user, bool is_discoverable, Time now);

// Of these names, those that `user` may not take.
std::vector<std::string> taken_usernames(db::Read& tx, const UserId& user,
                                         const std::vector<std::string_view>& names, Time now);

// What the copies in memory are known by; see users.hpp.
void touch_identity(db::Write& tx, const UserId& user);
void touch_profile(db::Write& tx, const UserId& user);
void touch_relations(db::Write& tx, const UserId& user);

// "profile:user_…" without an allocation.
class StampKey {
public:
    StampKey(std::string_view prefix, const UserId& user);
    std::string_view view() const { return {text_.data(), size_}; }

private:
    std::array<char, 80> text_;
    std::size_t size_;
};
inline constexpr std::string_view kProfileStamp = "profile:";
inline constexpr std::string_view kRelationsStamp = "rel:";

}  // namespace grover::users::store
