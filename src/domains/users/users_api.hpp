// Endpoints of profiles and settings (contract/users.md §2, §3): the only description of their inputs and answers.
#pragma once

#include "domains/users/users.hpp"
#include "platform/api/api.hpp"
#include "platform/http/multipart.hpp"

namespace grover::users {

using api::Auth;
using api::RateClass;
using api::Route;
using http::Method;
using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;
using wire::or_default;

struct Message {
    std::string message;
    static constexpr auto fields = Pack{field("message", &Message::message)};
};

// --- Profiles ---

struct UserGet {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/{user_id}",
                                 .summary = "A profile; for oneself the own account."};
    static constexpr auto fields = Pack{field("user_id", &UserGet::user_id, in_path)};
};

struct UserGetByUsername {
    std::string username;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/by-username/{username}",
                                 .summary = "The profile behind a username."};
    static constexpr auto fields = Pack{field("username", &UserGetByUsername::username, in_path)};
};

struct UsernameAvailable {
    std::string username;

    static constexpr Route route{.method = Method::get,
                                 .path = "/users/username-available",
                                 .summary = "Whether the caller could take a username."};
    static constexpr auto fields = Pack{field("username", &UsernameAvailable::username, in_query)};
};

struct UsernameAvailability {
    std::string username;
    bool available = false;
    std::vector<std::string> suggestions;

    static constexpr auto fields = Pack{
        field("username", &UsernameAvailability::username),
        field("available", &UsernameAvailability::available),
        field("suggestions", &UsernameAvailability::suggestions),
    };
};

struct UserGetStats {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{
        .method = Method::get, .path = "/users/{user_id}/stats", .summary = "Counts of an account."};
    static constexpr auto fields = Pack{field("user_id", &UserGetStats::user_id, in_path)};
};

struct UserStats {
    UserId user_id;
    std::int64_t posts_count = 0;
    std::int64_t followers_count = 0;
    std::int64_t following_count = 0;
    std::int64_t likes_count = 0;
    std::int64_t streams_count = 0;
    double avg_engagement_rate = 0;       // percent per follower
    std::optional<Cents> total_earnings;  // for oneself only
    std::optional<Cents> total_spent;

    static constexpr auto fields = Pack{
        field("user_id", &UserStats::user_id),
        field("posts_count", &UserStats::posts_count, wire::also("posts")),
        field("followers_count", &UserStats::followers_count, wire::also("followers")),
        field("following_count", &UserStats::following_count, wire::also("following")),
        field("likes_count", &UserStats::likes_count),
        field("streams_count", &UserStats::streams_count),
        field("avg_engagement_rate", &UserStats::avg_engagement_rate),
        field("total_earnings", &UserStats::total_earnings, wire::absent_when_null),
        field("total_spent", &UserStats::total_spent, wire::absent_when_null),
    };
};
static_assert(wire::describes_every_member<UserStats>);

inline constexpr std::string_view kTooYoungToMonetize =
    "Account must be at least <n> days old to switch on monetization";

// Lengths are checked by the service: too long is 400 for profile fields (system.md §2).
struct UserUpdate {
    std::optional<std::string> name;
    std::optional<std::string> bio;
    std::optional<bool> is_private;
    std::optional<std::string> website;
    std::optional<std::string> twitter;
    std::optional<std::string> instagram;
    std::optional<std::string> linkedin;
    std::optional<std::string> paypal_email;
    std::optional<std::string> picture;
    std::optional<bool> monetization_enabled;
    std::optional<std::string> username;

    static constexpr api::RouteError errors[] = {
        {400, "Name cannot be empty"},  {400, "Bio exceeds maximum length of 500"},
        {400, "Invalid URL format"},    {400, "Invalid PayPal email"},
        {400, "Invalid username"},      {403, kTooYoungToMonetize},
        {409, "Username already taken"}};
    static constexpr Route route{.method = Method::put,
                                 .path = "/users/me",
                                 .summary = "Change the own profile; what is left out stays.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("name", &UserUpdate::name, in_body | in_query),
        field("bio", &UserUpdate::bio, in_body | in_query),
        field("is_private", &UserUpdate::is_private, in_body | in_query),
        field("website", &UserUpdate::website, in_body | in_query),
        field("twitter", &UserUpdate::twitter, in_body | in_query),
        field("instagram", &UserUpdate::instagram, in_body | in_query),
        field("linkedin", &UserUpdate::linkedin, in_body | in_query),
        field("paypal_email", &UserUpdate::paypal_email, in_body | in_query),
        field("picture", &UserUpdate::picture, in_body | in_query),
        field("monetization_enabled", &UserUpdate::monetization_enabled, in_body | in_query),
        field("username", &UserUpdate::username, in_body | in_query),
    };
};
static_assert(wire::describes_every_member<UserUpdate>);

struct UserAnswer {
    std::string message;
    Me user;
    static constexpr auto fields =
        Pack{field("message", &UserAnswer::message), field("user", &UserAnswer::user)};
};

struct PictureUpload {
    std::optional<http::UploadedFile> profile_picture;
    std::optional<std::string> text;  // base64 where the file belongs

    static constexpr api::RouteError errors[] = {{400, "File too large. Maximum size: 10MB"},
                                                 {400, "Empty file"},
                                                 {400, "File type not allowed. Allowed types: <list>"},
                                                 {400, "File is damaged or not supported"},
                                                 {413, "Storage limit reached"},
                                                 {503, "Storage is temporarily unavailable"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/me/picture",
                                 .summary = "Upload a profile picture (image, at most 10 MB).",
                                 .limit = RateClass::write,
                                 .takes_base64 = true};
    static constexpr auto fields = Pack{
        api::file("profile_picture", &PictureUpload::profile_picture, "picture", "image", "media", "file"),
        field("profile_picture", &PictureUpload::text, in_body,
              wire::also("picture", "image", "media", "file")),
    };
};

struct PictureDelete {
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/users/me/picture",
                                 .summary = "Remove the profile picture.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{};
};

struct PictureAnswer {
    std::string message;
    std::optional<std::string> picture;

    static constexpr auto fields = Pack{
        field("message", &PictureAnswer::message),
        field("picture", &PictureAnswer::picture, wire::also("profile_picture")),
    };
};

// --- Settings ---

struct NotificationSettingsGet {
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/me/notification-settings",
                                 .summary = "The own notification settings."};
    static constexpr auto fields = Pack{};
};

// Also the answer: only what was sent is written back.
struct NotificationSettingsUpdate {
    std::optional<bool> notify_followers;
    std::optional<bool> notify_likes;
    std::optional<bool> notify_comments;
    std::optional<bool> notify_messages;
    std::optional<bool> notify_sales;
    std::optional<bool> notify_mentions;
    std::optional<bool> notify_reposts;
    std::optional<bool> notify_super_chat;
    std::optional<bool> notify_tips;
    std::optional<bool> notify_stream_online;
    std::optional<bool> email_enabled;
    std::optional<bool> push_enabled;
    std::optional<std::vector<std::string>> mute_keywords;
    std::optional<EmailFrequency> email_frequency;
    std::optional<bool> quiet_hours_enabled;
    std::optional<std::string> quiet_hours_start;
    std::optional<std::string> quiet_hours_end;
    std::optional<std::string> timezone;
    std::optional<bool> push_preview;
    std::optional<Time> muted_until;

    static constexpr Route route{.method = Method::put,
                                 .path = "/users/me/notification-settings",
                                 .summary = "Change notification settings; what is left out stays.",
                                 .limit = RateClass::write};
    static constexpr auto fields = [] {
        using Self = NotificationSettingsUpdate;
        constexpr auto setting = [](std::string_view name, auto member, auto... parts) {
            return field(name, member, in_body | in_query, wire::absent_when_null, parts...);
        };
        return Pack{
            setting("notify_followers", &Self::notify_followers),
            setting("notify_likes", &Self::notify_likes),
            setting("notify_comments", &Self::notify_comments),
            setting("notify_messages", &Self::notify_messages),
            setting("notify_sales", &Self::notify_sales),
            setting("notify_mentions", &Self::notify_mentions),
            setting("notify_reposts", &Self::notify_reposts),
            setting("notify_super_chat", &Self::notify_super_chat),
            setting("notify_tips", &Self::notify_tips),
            setting("notify_stream_online", &Self::notify_stream_online),
            setting("email_enabled", &Self::email_enabled),
            setting("push_enabled", &Self::push_enabled),
            setting("mute_keywords", &Self::mute_keywords, wire::length(0, 100)),
            setting("email_frequency", &Self::email_frequency),
            setting("quiet_hours_enabled", &Self::quiet_hours_enabled),
            setting("quiet_hours_start", &Self::quiet_hours_start),
            setting("quiet_hours_end", &Self::quiet_hours_end),
            setting("timezone", &Self::timezone),
            setting("push_preview", &Self::push_preview),
            setting("muted_until", &Self::muted_until, wire::null_is_empty),
        };
    }();
};

struct NotificationSettingsAnswer {
    std::string message;
    NotificationSettingsUpdate settings;
    static constexpr auto fields = Pack{
        field("message", &NotificationSettingsAnswer::message),
        field("settings", &NotificationSettingsAnswer::settings),
    };
};

struct PrivacyGet {
    static constexpr Route route{
        .method = Method::get, .path = "/users/me/privacy", .summary = "The own privacy settings."};
    static constexpr auto fields = Pack{};
};

struct PrivacyUpdate {
    std::optional<bool> is_private;
    std::optional<Audience> allow_messages;
    std::optional<Audience> allow_tags;
    std::optional<Audience> allow_mentions;
    std::optional<Audience> allow_story_replies;
    std::optional<Audience> allow_calls;
    std::optional<Audience> allow_group_adds;
    std::optional<bool> show_online;
    std::optional<bool> show_read_receipts;
    std::optional<bool> auto_archive;
    std::optional<bool> discoverable;
    std::optional<bool> show_in_leaderboards;
    std::optional<bool> allow_analytics;

    static constexpr Route route{.method = Method::put,
                                 .path = "/users/me/privacy",
                                 .summary = "Change privacy settings; what is left out stays.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("is_private", &PrivacyUpdate::is_private, in_body | in_query),
        field("allow_messages", &PrivacyUpdate::allow_messages, in_body | in_query),
        field("allow_tags", &PrivacyUpdate::allow_tags, in_body | in_query),
        field("allow_mentions", &PrivacyUpdate::allow_mentions, in_body | in_query),
        field("allow_story_replies", &PrivacyUpdate::allow_story_replies, in_body | in_query),
        field("allow_calls", &PrivacyUpdate::allow_calls, in_body | in_query),
        field("allow_group_adds", &PrivacyUpdate::allow_group_adds, in_body | in_query),
        field("show_online", &PrivacyUpdate::show_online, in_body | in_query),
        field("show_read_receipts", &PrivacyUpdate::show_read_receipts, in_body | in_query),
        field("auto_archive", &PrivacyUpdate::auto_archive, in_body | in_query),
        field("discoverable", &PrivacyUpdate::discoverable, in_body | in_query),
        field("show_in_leaderboards", &PrivacyUpdate::show_in_leaderboards, in_body | in_query),
        field("allow_analytics", &PrivacyUpdate::allow_analytics, in_body | in_query),
    };
};
static_assert(wire::describes_every_member<PrivacyUpdate>);

struct PrivacyAnswer {
    std::string message;
    PrivacySettings settings;
    static constexpr auto fields =
        Pack{field("message", &PrivacyAnswer::message), field("settings", &PrivacyAnswer::settings)};
};

}  // namespace grover::users
