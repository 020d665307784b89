#include "domains/posts/posts_index.hpp"

#include "sql/posts_index.hpp"

namespace grover::posts {

std::vector<IndexedPost> indexed_posts(db::Read& tx, std::span<const PostId> posts) {
    return tx.list<IndexedPost>(sql::posts_index::indexed_posts{.ids = db::ids_of(posts)});
}

std::vector<CountedPost> counted_posts(db::Read& tx, std::span<const PostId> posts) {
    return tx.list<CountedPost>(sql::posts_index::counted_posts{.ids = db::ids_of(posts)});
}

std::vector<IndexedPost> indexed_posts_before(db::Read& tx, const PostId& before, int limit) {
    // As long as an id can be, and behind all others in every collation.
    static const std::string kLast(kMaxIdLength, 'z');
    const std::string_view from = before.empty() ? std::string_view(kLast) : before.view();
    return tx.list<IndexedPost>(sql::posts_index::indexed_posts_before{.before = from, .limit = limit});
}

}  // namespace grover::posts
