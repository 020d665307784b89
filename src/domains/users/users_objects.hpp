// How users look on the wire (contract/users.md §1). Included through users.hpp.
#pragma once

#include <optional>
#include <string>

#include "platform/wire/fields.hpp"

namespace grover::users {

// The `user`, `actor`, `sender`, ... of every other object. Its initial value is a deleted account.
struct UserSummary {
    UserId user_id{"deleted"};
    std::string name = "Deleted user";
    std::string username = "deleted";
    std::optional<std::string> picture;  // absolute URL
    bool is_premium = false;
    bool is_private = false;

    static constexpr auto fields = Pack{
        wire::field("user_id", &UserSummary::user_id),
        wire::field("name", &UserSummary::name),
        wire::field("username", &UserSummary::username),
        wire::field("picture", &UserSummary::picture, wire::also("profile_picture")),
        wire::field("is_premium", &UserSummary::is_premium),
        wire::field("is_private", &UserSummary::is_private),
    };
};
static_assert(wire::describes_every_member<UserSummary>);

inline const UserSummary kDeletedUser{};

// What Profile and Me share.
struct ProfileBasis : UserSummary {
    std::string bio;
    std::optional<std::string> website;
    std::optional<std::string> twitter;
    std::optional<std::string> instagram;
    std::optional<std::string> linkedin;
    bool monetization_enabled = false;
    std::int64_t followers_count = 0;
    std::int64_t following_count = 0;
    std::int64_t posts_count = 0;
    // Absent only to somebody who blocked this user.
    std::optional<Time> created_at;

    static constexpr auto fields =
        join(UserSummary::fields,
             Pack{
                 wire::field("bio", &ProfileBasis::bio),
                 wire::field("website", &ProfileBasis::website),
                 wire::field("twitter", &ProfileBasis::twitter),
                 wire::field("instagram", &ProfileBasis::instagram),
                 wire::field("linkedin", &ProfileBasis::linkedin),
                 wire::field("monetization_enabled", &ProfileBasis::monetization_enabled),
                 wire::field("followers_count", &ProfileBasis::followers_count, wire::also("follower_count")),
                 wire::field("following_count", &ProfileBasis::following_count),
                 wire::field("posts_count", &ProfileBasis::posts_count, wire::also("post_count")),
                 wire::field("created_at", &ProfileBasis::created_at),
             });
};

// What one user is to another.
struct ViewerFlags {
    bool is_following = false;
    bool follows_you = false;
    bool follow_requested = false;
    bool is_blocked = false;
    bool is_muted = false;
    std::int64_t mutual_followers = 0;

    static constexpr auto fields = Pack{
        wire::field("is_following", &ViewerFlags::is_following),
        wire::field("follows_you", &ViewerFlags::follows_you),
        wire::field("follow_requested", &ViewerFlags::follow_requested),
        wire::field("is_blocked", &ViewerFlags::is_blocked),
        wire::field("is_muted", &ViewerFlags::is_muted),
        wire::field("mutual_followers", &ViewerFlags::mutual_followers),
    };
};
static_assert(wire::describes_every_member<ViewerFlags>);

// A user as anybody signed in sees them.
struct Profile : ProfileBasis, ViewerFlags {
    static constexpr auto fields = join(ProfileBasis::fields, ViewerFlags::fields);
};

// The own account. None of its private members appears in any other view.
struct Me : ProfileBasis {
    std::string email;
    bool email_verified = false;
    std::optional<std::string> paypal_email;
    bool notify_followers = true;
    bool notify_likes = true;
    bool notify_comments = true;
    bool notify_messages = true;
    bool notify_sales = true;
    bool notify_mentions = true;
    bool notify_reposts = true;
    bool has_password = false;
    bool mfa_enabled = false;
    bool is_admin = false;
    std::optional<Time> deletion_scheduled_at;

    static constexpr auto fields =
        join(ProfileBasis::fields, Pack{
                                       wire::field("email", &Me::email),
                                       wire::field("email_verified", &Me::email_verified),
                                       wire::field("paypal_email", &Me::paypal_email),
                                       wire::field("notify_followers", &Me::notify_followers),
                                       wire::field("notify_likes", &Me::notify_likes),
                                       wire::field("notify_comments", &Me::notify_comments),
                                       wire::field("notify_messages", &Me::notify_messages),
                                       wire::field("notify_sales", &Me::notify_sales),
                                       wire::field("notify_mentions", &Me::notify_mentions),
                                       wire::field("notify_reposts", &Me::notify_reposts),
                                       wire::field("has_password", &Me::has_password),
                                       wire::field("mfa_enabled", &Me::mfa_enabled),
                                       wire::field("is_admin", &Me::is_admin),
                                       wire::field("deletion_scheduled_at", &Me::deletion_scheduled_at),
                                   });
};

}  // namespace grover::users
