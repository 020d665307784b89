// Until when the server wants nothing more of a kind (contract/monitoring.md §2.4). Not synchronised.
#pragma once

#include <array>
#include <string_view>

#include "platform/base/clock.hpp"

namespace grover::sentry {

enum class Category : std::uint8_t { error, transaction, profile, session, attachment };
inline constexpr std::array<std::string_view, 5> kCategoryNames{"error", "transaction", "profile", "session",
                                                                "attachment"};

class RateLimits {
public:
    // What an answer says of them: its status, X-Sentry-Rate-Limits and Retry-After. The later end wins.
    void hear(int status, std::string_view rate_limits, std::string_view retry_after, Time now);

    bool forbid(Category category, Time now) const { return now < ends_[static_cast<std::size_t>(category)]; }

private:
    void hear_one(std::string_view limit, Time now);
    void extend(std::size_t category, Time end);
    void extend_all(Time end);

    std::array<Time, kCategoryNames.size()> ends_{};
};

}  // namespace grover::sentry
