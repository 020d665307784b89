// Every type of notification and what it carries (contract/notifications.md §2): the only table of them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "domains/users/users.hpp"

namespace grover::notifications {

enum class Type : std::uint8_t {
    follow,
    follow_request,
    follow_accepted,
    reaction,
    comment_like,
    comment,
    mention,
    repost,
    share,
    message,
    message_reaction,
    group_invite,
    call,
    missed_call,
    sale,
    purchase,
    order,
    content_purchase,
    subscription,
    payout,
    refund,
    tip,
    gift,
    super_chat,
    live,
    scheduled_stream,
    stream_reminder,
    community_request,
    community_accepted,
    community_invite,
    collection_invite,
    post_removed,
    new_post,
    saved_search,
    poll_ended,
    scheduled_post_published,
    scheduled_post_failed,
    media_failed,
    security,
    system,
};

// The keys of GET /notifications/count.
enum class Category : std::uint8_t { likes, comments, follows, mentions, messages, sales, streams, other };
constexpr std::array<std::string_view, 8> enum_names(Category) {
    return {"likes", "comments", "follows", "mentions", "messages", "sales", "streams", "other"};
}

// The preference that governs a type; null: none does.
using Switch = bool users::NotificationSettings::*;

struct TypeFacts {
    Type type{};
    std::string_view name;
    Category category{};
    Switch wish = nullptr;
    std::string_view channel;  // of Android
    // Pushes of one target wait a moment and become one.
    bool merges = false;
    // Never held back by quiet hours, throttles or push_enabled.
    bool is_urgent = false;
    bool high_priority = false;
    std::chrono::seconds expires_after = std::chrono::hours{24};
    // Words of others, which mute_keywords looks at.
    bool quotes_actor = false;
};

const TypeFacts& facts_of(Type type);
// Nothing for a name that no type of this server has.
std::optional<Type> type_named(std::string_view name);
std::span<const TypeFacts> all_types();
// What it says where the actor may not be named (contract/system.md §5 NOTIFICATION_TYPES).
std::optional<std::string_view> unnamed_text(std::string_view type);

// The types that a `type_filter` of the wire selects; nothing: all of them. An unknown filter selects the empty list.
std::optional<std::vector<std::string_view>> types_selected_by(std::string_view filter);

}  // namespace grover::notifications
