// How a scheduled post looks to its owner. Private to domains/scheduled_posts.
#pragma once

#include <span>
#include <vector>

#include "domains/scheduled_posts/scheduled_posts_store.hpp"

namespace grover::scheduled_posts {

// In the order of the rows; at most one statement for all their media, and one for the account.
std::vector<ScheduledPost> views_of(db::Read& tx, users::UsersService& users, media::MediaService& media,
                                    const Caller& me, std::span<const Row> rows);

}  // namespace grover::scheduled_posts
