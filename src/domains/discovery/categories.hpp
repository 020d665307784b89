// The ten categories and what puts a post into them. contract/discovery.md §3.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platform/wire/fields.hpp"

namespace grover::discovery {

struct CategoryInfo {
    std::string_view id, name, icon, color, emoji;
    std::vector<std::string_view> hashtags;
};

inline constexpr std::size_t kCategories = 10;
using CategorySet = std::bitset<kCategories>;

// In the order of the contract.
std::span<const CategoryInfo> categories();
std::optional<std::size_t> category_named(std::string_view id);
// Of a post: its own category, or those of its hashtags when it has none. Tags are in their stored form.
CategorySet categories_of(const std::optional<std::string>& category, std::span<const std::string> tags);

}  // namespace grover::discovery
