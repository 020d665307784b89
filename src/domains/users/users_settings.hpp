// Notification and privacy settings (contract/users.md §3, §4). Included through users.hpp.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/wire/fields.hpp"

namespace grover::users {

enum class EmailFrequency : std::uint8_t { instant, daily, weekly };
constexpr std::array<std::string_view, 3> enum_names(EmailFrequency) {
    return {"instant", "daily", "weekly"};
}

struct NotificationSettings {
    UserId user_id;
    bool notify_followers = true;
    bool notify_likes = true;
    bool notify_comments = true;
    bool notify_messages = true;
    bool notify_sales = true;
    bool notify_mentions = true;
    bool notify_reposts = true;
    bool notify_super_chat = true;
    bool notify_tips = true;
    bool notify_stream_online = true;
    bool email_enabled = false;
    bool push_enabled = true;
    std::vector<std::string> mute_keywords;  // lower case
    EmailFrequency email_frequency = EmailFrequency::daily;
    bool quiet_hours_enabled = false;
    std::string quiet_hours_start = "22:00";
    std::string quiet_hours_end = "08:00";  // before the start: spans midnight; equal: all day
    std::string timezone = "UTC";
    bool push_preview = true;
    std::optional<Time> muted_until;

    static constexpr auto fields = Pack{
        wire::field("user_id", &NotificationSettings::user_id),
        wire::field("notify_followers", &NotificationSettings::notify_followers),
        wire::field("notify_likes", &NotificationSettings::notify_likes),
        wire::field("notify_comments", &NotificationSettings::notify_comments),
        wire::field("notify_messages", &NotificationSettings::notify_messages),
        wire::field("notify_sales", &NotificationSettings::notify_sales),
        wire::field("notify_mentions", &NotificationSettings::notify_mentions),
        wire::field("notify_reposts", &NotificationSettings::notify_reposts),
        wire::field("notify_super_chat", &NotificationSettings::notify_super_chat),
        wire::field("notify_tips", &NotificationSettings::notify_tips),
        wire::field("notify_stream_online", &NotificationSettings::notify_stream_online),
        wire::field("email_enabled", &NotificationSettings::email_enabled),
        wire::field("push_enabled", &NotificationSettings::push_enabled),
        wire::field("mute_keywords", &NotificationSettings::mute_keywords),
        wire::field("email_frequency", &NotificationSettings::email_frequency),
        wire::field("quiet_hours_enabled", &NotificationSettings::quiet_hours_enabled),
        wire::field("quiet_hours_start", &NotificationSettings::quiet_hours_start),
        wire::field("quiet_hours_end", &NotificationSettings::quiet_hours_end),
        wire::field("timezone", &NotificationSettings::timezone),
        wire::field("push_preview", &NotificationSettings::push_preview),
        wire::field("muted_until", &NotificationSettings::muted_until),
    };
};
static_assert(wire::describes_every_member<NotificationSettings>);

// What decides whether a user is told of something that somebody did.
struct NoticeTerms {
    NotificationSettings settings;
    bool is_closed_to_actor = false;  // a block of either, or a mute of scope `all` or `notifications`
};

// Of whom a user accepts something. `following`: those the user follows.
enum class Audience : std::uint8_t { everyone, followers, following, none };
constexpr std::array<std::string_view, 4> enum_names(Audience) {
    return {"everyone", "followers", "following", "none"};
}

struct PrivacySettings {
    bool is_private = false;
    Audience allow_messages = Audience::everyone;
    Audience allow_tags = Audience::everyone;
    Audience allow_mentions = Audience::everyone;
    Audience allow_story_replies = Audience::everyone;
    Audience allow_calls = Audience::everyone;
    Audience allow_group_adds = Audience::everyone;
    bool show_online = true;
    bool show_read_receipts = true;
    bool auto_archive = true;
    bool discoverable = true;
    bool show_in_leaderboards = true;
    bool allow_analytics = true;

    static constexpr auto fields = Pack{
        wire::field("is_private", &PrivacySettings::is_private),
        wire::field("allow_messages", &PrivacySettings::allow_messages),
        wire::field("allow_tags", &PrivacySettings::allow_tags),
        wire::field("allow_mentions", &PrivacySettings::allow_mentions),
        wire::field("allow_story_replies", &PrivacySettings::allow_story_replies),
        wire::field("allow_calls", &PrivacySettings::allow_calls),
        wire::field("allow_group_adds", &PrivacySettings::allow_group_adds),
        wire::field("show_online", &PrivacySettings::show_online),
        wire::field("show_read_receipts", &PrivacySettings::show_read_receipts),
        wire::field("auto_archive", &PrivacySettings::auto_archive),
        wire::field("discoverable", &PrivacySettings::discoverable),
        wire::field("show_in_leaderboards", &PrivacySettings::show_in_leaderboards),
        wire::field("allow_analytics", &PrivacySettings::allow_analytics),
    };
};
static_assert(wire::describes_every_member<PrivacySettings>);

}  // namespace grover::users
