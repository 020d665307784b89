// The wire of the live board (contract/realtime.md §6.5), and what it announces. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "domains/live_board/live_board.hpp"
#include "platform/base/cents.hpp"
#include "platform/sockets/event.hpp"

namespace grover::live_board {

using wire::field;

struct RegisterUser {
    static constexpr sockets::EventInfo event{.name = "register_user", .limit = sockets::per_minute(6)};
    static constexpr auto fields = Pack{};
};

struct LiveMetrics {
    UserId user_id;
    std::int64_t followers_count = 0;
    std::int64_t total_posts = 0;
    std::int64_t total_likes = 0;
    std::int64_t total_comments = 0;
    std::int64_t total_shares = 0;
    Cents total_revenue;
    Cents earnings_balance;
    Time updated_at;
    Cause reason = Cause::connection;
    static constexpr std::string_view name = "live_metrics";
    static constexpr auto fields = Pack{
        field("user_id", &LiveMetrics::user_id),
        field("followers_count", &LiveMetrics::followers_count),
        field("total_posts", &LiveMetrics::total_posts),
        field("total_likes", &LiveMetrics::total_likes),
        field("total_comments", &LiveMetrics::total_comments),
        field("total_shares", &LiveMetrics::total_shares),
        field("total_revenue", &LiveMetrics::total_revenue),
        field("earnings_balance", &LiveMetrics::earnings_balance),
        field("updated_at", &LiveMetrics::updated_at),
        field("reason", &LiveMetrics::reason),
    };
};

struct Milestone {
    std::string type;
    std::int64_t value = 0;
    std::string message;
    Time created_at;
    static constexpr std::string_view name = "milestone";
    static constexpr auto fields = Pack{
        field("type", &Milestone::type),
        field("value", &Milestone::value),
        field("message", &Milestone::message),
        field("created_at", &Milestone::created_at),
    };
};

// Published once for each user and number.
struct MilestoneReached {
    UserId user_id;
    std::int64_t followers = 0;
    Time reached_at;
    static constexpr std::string_view name = "live_board.milestone";
    static constexpr auto fields = Pack{
        field("user_id", &MilestoneReached::user_id),
        field("followers", &MilestoneReached::followers),
        field("reached_at", &MilestoneReached::reached_at),
    };
};

}  // namespace grover::live_board
