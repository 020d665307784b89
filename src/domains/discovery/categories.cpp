#include "domains/discovery/categories.hpp"

#include <algorithm>
#include <unordered_map>

namespace grover::discovery {
namespace {

const std::array<CategoryInfo, kCategories>& all() {
    static const std::array<CategoryInfo, kCategories> categories{{
        {"music",
         "Music",
         "musical-notes",
         "#E91E63",
         "🎵",
         {"music", "song", "singer", "guitar", "piano", "dj", "hiphop", "rap", "rock", "jazz", "newmusic"}},
        {"art",
         "Art & Design",
         "color-palette",
         "#9C27B0",
         "🎨",
         {"art", "artist", "design", "drawing", "painting", "illustration", "digitalart", "photography",
          "sketch"}},
        {"tech",
         "Technology",
         "hardware-chip",
         "#2196F3",
         "💻",
         {"tech", "technology", "coding", "programming", "software", "gadgets", "webdev", "startup"}},
        {"fashion",
         "Fashion",
         "shirt",
         "#FF9800",
         "👗",
         {"fashion", "style", "ootd", "outfit", "beauty", "makeup", "streetwear"}},
        {"food",
         "Food & Cooking",
         "restaurant",
         "#4CAF50",
         "🍳",
         {"food", "foodie", "cooking", "recipe", "baking", "vegan", "chef"}},
        {"fitness",
         "Fitness",
         "fitness",
         "#F44336",
         "💪",
         {"fitness", "gym", "workout", "yoga", "running", "health", "training"}},
        {"gaming",
         "Gaming",
         "game-controller",
         "#673AB7",
         "🎮",
         {"gaming", "game", "gamer", "esports", "twitch", "playstation", "xbox", "nintendo"}},
        {"education",
         "Education",
         "school",
         "#009688",
         "📚",
         {"education", "learning", "school", "study", "science", "history", "tutorial"}},
        {"business",
         "Business",
         "briefcase",
         "#607D8B",
         "💼",
         {"business", "entrepreneur", "marketing", "finance", "investing", "money", "smallbusiness"}},
        {"entertainment",
         "Entertainment",
         "film",
         "#FF5722",
         "🎬",
         {"entertainment", "movie", "film", "series", "comedy", "funny", "celebrity"}},
    }};
    return categories;
}

const std::unordered_map<std::string_view, std::size_t>& by_hashtag() {
    static const auto map = [] {
        std::unordered_map<std::string_view, std::size_t> made;
        for (std::size_t i = 0; i < kCategories; ++i) {
            for (const auto tag : all()[i].hashtags) made.emplace(tag, i);
        }
        return made;
    }();
    return map;
}

}  // namespace

std::span<const CategoryInfo> categories() { return all(); }

std::optional<std::size_t> category_named(std::string_view id) {
    const auto found = std::ranges::find(all(), id, &CategoryInfo::id);
    if (found == all().end()) return std::nullopt;
    return static_cast<std::size_t>(found - all().begin());
}

CategorySet categories_of(const std::optional<std::string>& category, std::span<const std::string> tags) {
    CategorySet out;
    if (category) {
        if (const auto own = category_named(*category)) out.set(*own);
        return out;
    }
    for (const auto& tag : tags) {
        if (const auto found = by_hashtag().find(tag); found != by_hashtag().end()) out.set(found->second);
    }
    return out;
}

}  // namespace grover::discovery
