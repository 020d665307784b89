// Where a page of results ends, as text for a cursor. A list keeps the time of its first page, so that ages, and with them
// the order, are the same on all pages.
#pragma once

#include <bit>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/error.hpp"
#include "platform/search/match.hpp"

namespace grover::discovery {

struct SearchPosition {
    Time as_of;
    bool typos = false;
    search::After after;

    static std::string text(Time as_of, bool typos, const search::Hit& last) {
        return std::to_string(as_of.us) + (typos ? ".t." : ".n.") +
               std::to_string(std::bit_cast<std::uint64_t>(last.score)) + '.' +
               std::to_string(last.created_at) + '.' + std::string(last.id());
    }
    // Of an authenticated cursor; nothing on page 1.
    static std::optional<SearchPosition> of(std::string_view text) {
        if (text.empty()) return std::nullopt;
        SearchPosition out;
        std::uint64_t score = 0;
        const auto part = [&] {
            const auto dot = std::min(text.find('.'), text.size());
            const auto found = text.substr(0, dot);
            text.remove_prefix(std::min(dot + 1, text.size()));
            return found;
        };
        const auto number = [&](auto& value) {
            const auto digits = part();
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        };
        number(out.as_of.us);
        if (out.as_of.us == 0) throw validation_error("Invalid cursor");
        out.typos = part() == "t";
        number(score);
        number(out.after.created_at);
        out.after.score = std::bit_cast<double>(score);
        out.after.id = text;
        return out;
    }
};

}  // namespace grover::discovery
