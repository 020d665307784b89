// One page of a list: contract/README.md "Lists".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace grover {

inline constexpr int kDefaultPageSize = 20;
inline constexpr int kMaxPageSize = 100;
// Skipping reads what it skips; deeper pages take the cursor, which costs the same on every page.
inline constexpr std::int64_t kMaxSkip = 10'000;

// What the caller asked for, already clamped by http.
struct PageRequest {
    int limit = kDefaultPageSize;
    std::int64_t skip = 0;
    // The position after which the page starts: the text a list once returned as `next`, already authenticated by
    // http and bound to its endpoint. Empty on page 1. It wins over skip.
    std::string after;
};

template <class T>
struct Page {
    std::vector<T> items;
    std::string next;  // where the following page starts; empty on the last page
};

}  // namespace grover
