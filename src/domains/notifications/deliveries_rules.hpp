// What sending and asking for receipts share (contract/notifications.md §4). Private to domains/notifications.
#pragma once

#include <array>
#include <chrono>

#include "domains/notifications/deliveries.hpp"

namespace grover::notifications {

// All of Expo rests that long when it says that our credentials are wrong.
inline constexpr std::chrono::minutes kExpoPause{5};
// A hurried device pauses, twice as long each time.
inline constexpr std::chrono::seconds kShortestPause{60};
inline constexpr std::chrono::hours kLongestPause{1};
// After the push was sent.
inline constexpr std::array<std::chrono::minutes, 3> kReceiptsAfter{
    std::chrono::minutes{15}, std::chrono::minutes{30}, std::chrono::minutes{60}};

// Receipts are to be asked for then; those of one minute together.
void order_receipts(db::Write& tx, Time due);

}  // namespace grover::notifications
