// Who keeps something beside each post. Included through posts.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domains/posts/posts_facts.hpp"

namespace grover::posts {

// A post as it is after it was published or changed; reposts and posts of communities are not told.
struct SavedPost {
    const PostId& post_id;
    const UserId& user_id;
    Visibility visibility;
    const std::optional<std::string>& category;
    const std::vector<std::string>& tags;
    Time created_at;
};

// Who keeps something beside each post, in the transaction that changes it: discovery its categories.
class PostWatcher {
public:
    virtual ~PostWatcher() = default;
    virtual void post_saved(db::Write& tx, const SavedPost& post) = 0;
    // Before its row goes.
    virtual void post_erased(db::Write& tx, const PostId& post, const UserId& author) = 0;
    // Somebody read it by itself. Outside transactions.
    virtual void post_opened(const UserId& reader, const PostId& post) = 0;
};

// Who holds posts of others, and shows when one of them went: collections do.
class PostHolder {
public:
    virtual ~PostHolder() = default;
    // In the transaction that takes the post away, before its row goes; only for a post that is counted as held
    // (PostGate::change_collection_counts). The entries go with the row.
    virtual void post_leaves(db::Write& tx, const PostId& post) = 0;
};

}  // namespace grover::posts
