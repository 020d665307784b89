// What one reader did with which posts. Private to domains/posts, and apart from posts_cards.hpp, which every domain reads
// through posts.hpp: the map's header is long.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include "domains/posts/posts_cards.hpp"

namespace grover::posts {

// By post. Most posts have none, and are told from the others by one look.
struct MarksByPost : boost::unordered_flat_map<PostId, Marks, std::hash<PostId>> {};

}  // namespace grover::posts
