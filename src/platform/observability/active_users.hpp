// How many different users were active lately: grover_active_users_total.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace grover::metrics {

// Notes that this user made a request or has a live socket. A few nanoseconds; any thread. Names are not kept, only
// hashes; a thread remembers about 30,000 users of the last minutes and overlooks further ones.
void saw_user(std::string_view user_id, std::chrono::steady_clock::time_point now);

// Different users seen by any thread in the five minutes before `now`.
std::size_t active_users(std::chrono::steady_clock::time_point now);

}  // namespace grover::metrics
