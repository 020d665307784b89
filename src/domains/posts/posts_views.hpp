// From ids to what one reader sees: the last two steps of every list. Included through posts.hpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "domains/posts/posts_cards.hpp"
#include "domains/posts/posts_gate.hpp"
#include "domains/posts/posts_objects.hpp"

namespace grover::posts {

struct AuthorState {
    bool is_hidden = true;
    bool is_private = false;
};
// Whether somebody else than its author sees this post by itself, as far as its author and its visibility say: neither its
// root nor its community is asked. `is_cut`: a block is between them; `follows` is asked where only that decides.
template <class Follows>
Sight sight_of(const PostFacts& post, const AuthorState& author, bool is_cut, Follows&& follows) {
    if (author.is_hidden || is_cut) return Sight::hidden;
    // The community says who sees it, not the author's privacy.
    if (post.community_id) return Sight::seen;
    if (post.visibility == Visibility::private_) return Sight::hidden;
    const bool for_followers = author.is_private || post.visibility == Visibility::followers;
    return !for_followers || follows() ? Sight::seen : Sight::followers_only;
}
// The same for this reader, the author too.
Sight sight_of(const users::Relations& viewer, const PostFacts& post, const AuthorState& author);

// Throws 404 "Post not found" or 403 for what sight_of() refuses.
void require_sight(const users::Relations& viewer, const PostFacts& post, const users::UserCard& author);

enum class Muted : std::uint8_t { shown, left_out };

class PostViews {
public:
    PostViews(PostCards& cards, users::UsersService& users, const Clock& clock, const PostGate& gate)
        : cards_(cards), users_(users), clock_(clock), gate_(gate) {}

    // How far write() came.
    struct Written {
        int count = 0;
        int skipped = 0;
        std::size_t last = 0;                 // index in ids of the last one written
        std::vector<std::size_t> left_out{};  // indexes of those before it that are not for this caller
        bool more = false;                    // another that the caller may see comes after it
    };
    // Passes over `skip` of the posts that the caller may see, then appends up to `limit` of them to `out`, in order, as
    // JSON separated by commas (also from what `out` holds).
    Written write(db::Read& tx, const Caller& me, std::span<const PostId> ids, Muted muted, int skip,
                  int limit, std::string& out);

    // One for each id, in order; "" for what the caller may not see.
    std::vector<std::string> each(db::Read& tx, const Caller& me, std::span<const PostId> ids);
    // The cards of what the caller may see, null for the rest; one for each id, in order.
    std::vector<CardPtr> visible(db::Read& tx, const Caller& me, std::span<const PostId> ids, Muted muted);
    // The facts of what the caller may see, nothing for the rest: at most four statements however many ids there are, and
    // no card is made.
    std::vector<std::optional<PostFacts>> visible_facts(db::Read& tx, const Caller& me,
                                                        std::span<const PostId> ids);

    // One post: 404 `not_found_text`, or 403, as posts.md §1.5 says.
    std::string one(db::Read& tx, const Caller& me, const PostId& post,
                    std::string_view not_found_text = "Post not found");
    // One that its author `me` has just made.
    std::string made(db::Read& tx, const Caller& me, const MadePost& post);

private:
    // The communities that posts of one page belong to.
    using Communities = std::vector<std::pair<CommunityId, CommunityView>>;
    Communities communities_of(db::Read& tx, const Caller& me, std::vector<CommunityId> ids) const;
    Communities communities_of(db::Read& tx, const Caller& me, const LoadedPage& page) const;
    Sight sight(const users::Relations& viewer, const PostFacts& post, const users::UserCard& author,
                const Communities& communities) const;
    Sight sight(const users::Relations& viewer, const LoadedPost& post, const Communities& communities) const;
    bool may_see(const users::Relations& viewer, const LoadedPost& post, const Communities& communities,
                 Muted muted) const;
    void append(std::string& out, const Caller& me, const LoadedPost& post, const Communities& communities,
                bool nested) const;
    void append_viewer(std::string& out, const Caller& me, const LoadedPost& post) const;
    std::shared_ptr<const users::Relations> relations_of(db::Read& tx, const Caller& me,
                                                         const LoadedPage& page) const;
    void find_marks(db::Read& tx, const Caller& me, LoadedPage& page, std::span<const PostId> ids);

    PostCards& cards_;
    users::UsersService& users_;
    const Clock& clock_;
    const PostGate& gate_;
};

}  // namespace grover::posts
