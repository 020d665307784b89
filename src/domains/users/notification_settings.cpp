#include "domains/users/notification_settings.hpp"

#include <algorithm>

#include "domains/users/users_settings_store.hpp"
#include "platform/base/timezone.hpp"
#include "platform/text/utf8.hpp"

namespace grover::users {
namespace {

constexpr std::chrono::days kLongestPause{30};
constexpr std::size_t kMaxKeywords = 100;
constexpr std::size_t kMaxKeywordLength = 50;

std::vector<std::string> cleaned(const std::vector<std::string>& keywords, Error& problems) {
    std::vector<std::string> out;
    for (const auto& keyword : keywords) {
        auto lower = text::lower(text::trim(keyword));
        const auto length = text::count_code_points(lower);
        if (length < 1 || length > kMaxKeywordLength) {
            problems.fields.push_back(
                {{"body", "mute_keywords"}, "Each keyword should have 1 to 50 characters", "value_error"});
            return out;
        }
        if (std::ranges::find(out, lower) == out.end()) out.push_back(std::move(lower));
    }
    if (keywords.size() > kMaxKeywords) {
        problems.fields.push_back(
            {{"body", "mute_keywords"}, "List should have at most 100 items", "too_long"});
    }
    return out;
}

}  // namespace

bool is_time_of_day(std::string_view text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
    const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    return hour < 24 && minute < 60;
}

bool is_timezone(std::string_view name) { return TimeZone::find(name) != nullptr; }

NotificationSettings NotificationChoices::get(const Caller& me) const {
    return ground_.db.read([&](db::Read& tx) { return store::notification_settings(tx, me.id); });
}

NotificationSettingsAnswer NotificationChoices::update(const Caller& me,
                                                       const NotificationSettingsUpdate& in) const {
    const Time now = ground_.clock.now();
    NotificationSettingsUpdate change = in;
    Error problems(ErrorKind::invalid_input, "Validation failed");
    const auto refuse = [&](const char* name, const char* sentence) {
        problems.fields.push_back({{"body", name}, sentence, "value_error"});
    };
    if (in.mute_keywords) change.mute_keywords = cleaned(*in.mute_keywords, problems);
    if (in.quiet_hours_start && !is_time_of_day(*in.quiet_hours_start))
        refuse("quiet_hours_start", "Input should be HH:MM");
    if (in.quiet_hours_end && !is_time_of_day(*in.quiet_hours_end))
        refuse("quiet_hours_end", "Input should be HH:MM");
    if (in.timezone && !is_timezone(*in.timezone)) refuse("timezone", "Unknown time zone");
    if (in.muted_until && *in.muted_until > now + kLongestPause)
        refuse("muted_until", "Input should be at most 30 days ahead");
    if (!problems.fields.empty()) throw problems;
    // Null, or a time that has passed, ends the pause, and is told as null.
    if (in.muted_until && *in.muted_until <= now) change.muted_until = Time{0};

    ground_.db.write([&](db::Write& tx) { store::update_notification_settings(tx, me.id, change); });
    return {"Notification settings updated", std::move(change)};
}

}  // namespace grover::users
