// How a community looks to one viewer. Private to domains/communities.
#pragma once

#include <span>
#include <vector>

#include "domains/communities/communities_store.hpp"

namespace grover::communities {

// In the order of the rows; at most one statement for all covers.
std::vector<Community> views_of(db::Read& tx, media::MediaService& media, const Caller& me,
                                std::span<const Row> rows);
Community view_of(db::Read& tx, media::MediaService& media, const Caller& me, const Row& row);

}  // namespace grover::communities
