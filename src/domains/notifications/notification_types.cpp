#include "domains/notifications/notification_types.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "platform/text/utf8.hpp"

namespace grover::notifications {
namespace {

using Settings = users::NotificationSettings;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kSocial = "social", kMessages = "messages", kDefault = "default";

constexpr TypeFacts line(Type type, std::string_view name, Category category, Switch wish,
                         std::string_view channel) {
    TypeFacts facts{};
    facts.type = type;
    facts.name = name;
    facts.category = category;
    facts.wish = wish;
    facts.channel = channel;
    return facts;
}
constexpr TypeFacts merging(TypeFacts facts) { return facts.merges = true, facts; }
constexpr TypeFacts quoting(TypeFacts facts) { return facts.quotes_actor = true, facts; }
constexpr TypeFacts pressing(TypeFacts facts) { return facts.high_priority = true, facts; }
constexpr TypeFacts urgent(TypeFacts facts) { return facts.is_urgent = true, facts; }
constexpr TypeFacts short_lived(TypeFacts facts, seconds time) { return facts.expires_after = time, facts; }

constexpr std::array kTypes = {
    merging(line(Type::follow, "follow", Category::follows, &Settings::notify_followers, kSocial)),
    line(Type::follow_request, "follow_request", Category::follows, &Settings::notify_followers, kSocial),
    line(Type::follow_accepted, "follow_accepted", Category::follows, &Settings::notify_followers, kSocial),
    merging(line(Type::reaction, "reaction", Category::likes, &Settings::notify_likes, kSocial)),
    merging(line(Type::comment_like, "comment_like", Category::comments, &Settings::notify_likes, kSocial)),
    quoting(line(Type::comment, "comment", Category::comments, &Settings::notify_comments, kSocial)),
    quoting(line(Type::mention, "mention", Category::mentions, &Settings::notify_mentions, kSocial)),
    merging(line(Type::repost, "repost", Category::other, &Settings::notify_reposts, kSocial)),
    merging(line(Type::share, "share", Category::other, &Settings::notify_reposts, kSocial)),
    pressing(
        quoting(line(Type::message, "message", Category::messages, &Settings::notify_messages, kMessages))),
    line(Type::message_reaction, "message_reaction", Category::messages, &Settings::notify_messages,
         kMessages),
    line(Type::group_invite, "group_invite", Category::messages, &Settings::notify_messages, kMessages),
    short_lived(
        urgent(pressing(line(Type::call, "call", Category::messages, &Settings::notify_messages, kMessages))),
        seconds{30}),
    line(Type::missed_call, "missed_call", Category::messages, &Settings::notify_messages, kMessages),
    line(Type::sale, "sale", Category::sales, &Settings::notify_sales, kDefault),
    line(Type::purchase, "purchase", Category::sales, &Settings::notify_sales, kDefault),
    line(Type::order, "order", Category::sales, &Settings::notify_sales, kDefault),
    line(Type::content_purchase, "content_purchase", Category::sales, &Settings::notify_sales, kDefault),
    line(Type::subscription, "subscription", Category::sales, &Settings::notify_sales, kDefault),
    line(Type::payout, "payout", Category::sales, nullptr, kDefault),
    line(Type::refund, "refund", Category::sales, nullptr, kDefault),
    line(Type::tip, "tip", Category::sales, &Settings::notify_tips, kDefault),
    line(Type::gift, "gift", Category::streams, &Settings::notify_tips, kDefault),
    line(Type::super_chat, "super_chat", Category::streams, &Settings::notify_super_chat, kDefault),
    short_lived(
        pressing(line(Type::live, "live", Category::streams, &Settings::notify_stream_online, kDefault)),
        minutes{10}),
    line(Type::scheduled_stream, "scheduled_stream", Category::streams, &Settings::notify_stream_online,
         kDefault),
    line(Type::stream_reminder, "stream_reminder", Category::streams, &Settings::notify_stream_online,
         kDefault),
    line(Type::community_request, "community_request", Category::other, nullptr, kSocial),
    line(Type::community_accepted, "community_accepted", Category::other, nullptr, kSocial),
    line(Type::community_invite, "community_invite", Category::other, nullptr, kSocial),
    line(Type::collection_invite, "collection_invite", Category::other, nullptr, kSocial),
    line(Type::post_removed, "post_removed", Category::other, nullptr, kDefault),
    line(Type::new_post, "new_post", Category::other, nullptr, kSocial),
    line(Type::saved_search, "saved_search", Category::other, nullptr, kDefault),
    line(Type::poll_ended, "poll_ended", Category::comments, &Settings::notify_comments, kDefault),
    line(Type::scheduled_post_published, "scheduled_post_published", Category::other, nullptr, kDefault),
    line(Type::scheduled_post_failed, "scheduled_post_failed", Category::other, nullptr, kDefault),
    line(Type::media_failed, "media_failed", Category::other, nullptr, kDefault),
    urgent(line(Type::security, "security", Category::other, nullptr, kDefault)),
    line(Type::system, "system", Category::other, nullptr, kDefault),
};
constexpr bool stands_in_order() {
    for (std::size_t i = 0; i < kTypes.size(); ++i) {
        if (static_cast<std::size_t>(kTypes[i].type) != i) return false;
    }
    return kTypes.size() == static_cast<std::size_t>(Type::system) + 1;
}
static_assert(stands_in_order(), "every type has its line, in the order of the enumerators");

// Filters that select several types, in the singular. Types that clients know and this server never writes stand in them too.
struct Filter {
    std::array<std::string_view, 4> names;
    std::array<std::string_view, 8> types;
};
constexpr std::array kFilters = {
    Filter{{"like", "reaction"}, {"like", "reaction", "comment_like"}},
    Filter{{"comment", "reply", "replie"}, {"comment", "reply", "comment_like"}},
    Filter{{"follow"}, {"follow", "follow_request", "follow_accepted"}},
    Filter{{"mention", "tag"}, {"mention", "tag"}},
    Filter{{"message", "dm"}, {"message", "message_reaction", "dm", "group_invite", "call", "missed_call"}},
    Filter{{"sale", "order", "purchase"},
           {"sale", "purchase", "order", "content_purchase", "tip", "subscription", "payout", "refund"}},
    Filter{{"stream", "live", "stream_live", "stream_follow"},
           {"live", "stream", "stream_live", "stream_follow", "scheduled_stream", "stream_reminder",
            "super_chat", "gift"}},
    Filter{{"repost", "share"}, {"repost", "share"}},
};

}  // namespace

const TypeFacts& facts_of(Type type) { return kTypes[static_cast<std::size_t>(type)]; }
std::span<const TypeFacts> all_types() { return kTypes; }

std::optional<Type> type_named(std::string_view name) {
    const auto found = std::ranges::find(kTypes, name, &TypeFacts::name);
    if (found == kTypes.end()) return std::nullopt;
    return found->type;
}

std::optional<std::string_view> unnamed_text(std::string_view type) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTexts{{
        {"reaction", "User liked your post"},
        {"comment", "User commented on your post"},
        {"follow", "User started following you"},
        {"message", "New direct message"},
        {"mention", "You were mentioned"},
        {"repost", "User reposted your content"},
        {"tip", "You received a tip"},
        {"super_chat", "Super chat received"},
        {"live", "Creator you follow is live"},
    }};
    for (const auto& [name, text] : kTexts) {
        if (name == type) return text;
    }
    return std::nullopt;
}

std::optional<std::vector<std::string_view>> types_selected_by(std::string_view filter) {
    const auto lower = text::lower_ascii(text::trim(filter));
    if (lower.empty() || lower == "all") return std::nullopt;
    const std::string_view whole = lower;
    const auto singular = whole.ends_with('s') ? whole.substr(0, whole.size() - 1) : whole;
    for (const auto& known : kFilters) {
        for (const auto name : known.names) {
            if (name.empty() || (name != whole && name != singular)) continue;
            std::vector<std::string_view> types;
            for (const auto type : known.types) {
                if (!type.empty()) types.push_back(type);
            }
            return types;
        }
    }
    if (const auto type = type_named(whole)) return std::vector{facts_of(*type).name};
    return std::vector<std::string_view>{};
}

}  // namespace grover::notifications
