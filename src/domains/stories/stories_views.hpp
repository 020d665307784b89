// Stories as clients see them. Private to domains/stories.
#pragma once

#include "domains/stories/archive_api.hpp"

namespace grover::stories {

struct Ground {
    users::UsersService& users;
    media::MediaService& media;
    Time now;
};

// One for each row, in order; of rows that the caller may see. A fixed number of statements.
std::vector<Story> views_of(db::Read& tx, const Ground& ground, const Caller& me,
                            std::span<const StoryRow> rows);
std::vector<Archive> views_of(db::Read& tx, const Ground& ground, const Caller& me,
                              std::span<const ArchiveRow> rows);

}  // namespace grover::stories
