// What may be planned: contract/scheduled-posts.md §2. Private to domains/scheduled_posts.
#pragma once

#include <optional>

#include "domains/scheduled_posts/scheduled_posts_store.hpp"

namespace grover::scheduled_posts {

// Of one user, scheduled or being published.
inline constexpr int kMaxWaiting = 100;

// Both names of one value, to the millisecond. 422 when there is none, or there are two.
Time planned_time(const std::optional<Time>& scheduled_time, const std::optional<Time>& scheduled_at);
// 400 for a time that has passed, or is too far away.
void require_in_future(Time time, Time now);
// 400 when as many posts of the user wait as may. From here on nobody adds one meanwhile.
void require_room(db::Write& tx, const UserId& user);

}  // namespace grover::scheduled_posts
