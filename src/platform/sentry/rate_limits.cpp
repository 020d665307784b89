#include "platform/sentry/rate_limits.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace grover::sentry {
namespace {

using std::chrono::seconds;

constexpr int kTooMany = 429;
constexpr seconds kUnknown{60};
// What no server means: a year of silence would be a broken header.
constexpr std::int64_t kLongest = 30 * 24 * 3'600;

// The piece before `separator`, without blanks; `rest` goes on behind it.
std::string next_piece(std::string_view& rest, char separator) {
    const auto piece = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
    std::string out(piece);
    std::erase_if(out, [](char c) { return c == ' ' || c == '\t'; });
    return out;
}

std::optional<seconds> seconds_in(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return seconds{std::min(number, kLongest)};
}

seconds wait_of(std::string_view retry_after, Time now) {
    std::string text(retry_after);
    if (const auto number = seconds_in(next_piece(retry_after, '\n'))) return *number;
    const auto date = static_cast<std::int64_t>(curl_getdate(text.c_str(), nullptr));
    if (date < 0) return kUnknown;
    return seconds{std::clamp<std::int64_t>(date - now.us / 1'000'000, 0, kLongest)};
}

}  // namespace

void RateLimits::hear(int status, std::string_view rate_limits, std::string_view retry_after, Time now) {
    if (rate_limits.empty()) {
        if (status == kTooMany) extend_all(now + wait_of(retry_after, now));
        return;
    }
    while (!rate_limits.empty()) hear_one(next_piece(rate_limits, ','), now);
}

// seconds:category;category:scope:reason:…
void RateLimits::hear_one(std::string_view limit, Time now) {
    const auto wait = seconds_in(next_piece(limit, ':'));
    if (!wait) return;
    const auto list = next_piece(limit, ':');
    if (list.empty()) return extend_all(now + *wait);
    std::string_view categories = list;
    while (!categories.empty()) {
        const auto name = next_piece(categories, ';');
        const auto known = std::find(kCategoryNames.begin(), kCategoryNames.end(), name);
        if (known != kCategoryNames.end())
            extend(static_cast<std::size_t>(known - kCategoryNames.begin()), now + *wait);
    }
}

void RateLimits::extend(std::size_t category, Time end) { ends_[category] = std::max(ends_[category], end); }

void RateLimits::extend_all(Time end) {
    for (std::size_t i = 0; i < ends_.size(); ++i) extend(i, end);
}

}  // namespace grover::sentry
