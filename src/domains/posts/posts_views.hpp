// From ids to what one reader sees: the last two steps of every list. Private to domains/posts.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "domains/posts/posts_cards.hpp"
#include "domains/posts/posts_objects.hpp"

namespace grover::posts {

// Whether this reader sees this post, its root included; a repost without root shows its comment alone.
Sight sight_of(const users::Relations& viewer, const PostFacts& post, const users::UserCard& author);

enum class Muted : std::uint8_t { shown, left_out };

class PostViews {
public:
    PostViews(PostCards& cards, users::UsersService& users, const Clock& clock) : cards_(cards), users_(users), clock_(clock) {}

    // The posts that the caller may see, in order: written one by one into `out` as JSON, separated by commas.
    // Stops after `limit`; `taken` gets the index (in ids) of each post written.
    void write(db::Read& tx, const Caller& me, std::span<const PostId> ids, Muted muted, int skip, int limit, std::string& out, std::vector<std::size_t>& taken);

    // One post: 404 `not_found_text`, or 403, as posts.md §1.5 says.
    std::string one(db::Read& tx, const Caller& me, const PostId& post, std::string_view not_found_text = "Post not found");

private:
    bool may_see(const users::Relations& viewer, const LoadedPost& post, Muted muted) const;
    void append(std::string& out, const Caller& me, const LoadedPost& post, const MarksByPost& marks, bool nested) const;
    MarksPtr marks_of(db::Read& tx, const Caller& me, const LoadedPage& page, std::span<const PostId> ids);

    PostCards& cards_;
    users::UsersService& users_;
    const Clock& clock_;
};

}  // namespace grover::posts
