// Mentions (contract/system.md §6): whom "@name" may mean, by user name or id. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace grover::text {

// The different names after "@" in order of appearance, lower case, without "@"; at most `max`. "a@b.com"
// mentions nobody, nor does a run of more than 50 characters.
std::vector<std::string> extract_mentions(std::string_view text,
                                          std::size_t max = static_cast<std::size_t>(-1));

}  // namespace grover::text
