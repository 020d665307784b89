// Counts by name in one text, "like 3,🔥 1": as posts.reaction_counts holds them, and as statements gather votes.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace grover::posts {

using Counts = std::map<std::string, std::int64_t>;

// f(name, count)
template <class F>
void each_count(std::string_view text, F&& f) {
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const auto item = text.substr(0, comma);
        const auto blank = item.rfind(' ');
        std::int64_t count = 0;
        std::from_chars(item.data() + blank + 1, item.data() + item.size(), count);
        f(item.substr(0, blank), count);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
}

inline Counts counts_in(std::string_view text) {
    Counts counts;
    each_count(text, [&](std::string_view name, std::int64_t count) { counts.emplace(name, count); });
    return counts;
}

// Without those at 0.
inline std::string counts_text(const Counts& counts) {
    std::string text;
    for (const auto& [name, count] : counts) {
        if (count <= 0) continue;
        if (!text.empty()) text += ',';
        text += name;
        text += ' ';
        text += std::to_string(count);
    }
    return text;
}

inline std::int64_t total_of(const Counts& counts) {
    std::int64_t total = 0;
    for (const auto& [name, count] : counts) total += count;
    return total;
}

}  // namespace grover::posts
