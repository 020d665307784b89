// Where the words of a query stand in a text that was found by them. Private to search.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/id.hpp"
#include "platform/search/query.hpp"
#include "platform/wire/fields.hpp"

namespace grover::discovery {

struct Highlight {
    std::string field;  // content, poll_question, location
    std::int64_t start = 0;
    std::int64_t length = 0;  // both in code points

    static constexpr auto fields = Pack{
        wire::field("field", &Highlight::field),
        wire::field("start", &Highlight::start),
        wire::field("length", &Highlight::length),
    };
};
static_assert(wire::describes_every_member<Highlight>);

inline constexpr std::size_t kMostHighlights = 50;  // of one post

// Appends those of one text, in order.
void add_highlights(std::vector<Highlight>& out, std::string_view field, std::string_view text,
                    const search::Query& query, bool with_typos);

// The JSON array of posts with a member `highlights` in each; a post that is not in the map has none.
std::string with_highlights(std::string_view posts,
                            const std::map<PostId, std::vector<Highlight>>& highlights);

}  // namespace grover::discovery
