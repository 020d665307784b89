// The lists of posts.md §3: where each list's positions come from, and the pages cut from them. Included through
// posts.hpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domains/posts/posts_feed.hpp"
#include "domains/posts/posts_views.hpp"
#include "platform/api/api.hpp"

namespace grover::posts {

using PostPage = api::RawPage<Post>;

class PostLists {
public:
    PostLists(PostViews& views, PostFeed& feed, users::UsersService& users)
        : views_(views), feed_(feed), users_(users) {}

    PostPage everything(db::Read& tx, const Caller& me, const PageRequest& page);
    PostPage of_author(db::Read& tx, const Caller& me, const UserId& author, const PageRequest& page);
    // `media_type` empty: all kinds.
    PostPage media_of(db::Read& tx, const Caller& me, const UserId& author, std::string_view media_type,
                      const PageRequest& page);
    PostPage feed(db::Read& tx, const Caller& me, const PageRequest& page);
    PostPage explore(db::Read& tx, const Caller& me, const PageRequest& page);
    PostPage saved(db::Read& tx, const Caller& me, const PageRequest& page);
    PostPage mentions(db::Read& tx, const Caller& me, const PageRequest& page);
    // Pinned ones first.
    PostPage of_community(db::Read& tx, const Caller& me, const CommunityId& community,
                          const PageRequest& page);
    // Most liked first.
    PostPage top_of_community(db::Read& tx, const Caller& me, const CommunityId& community,
                              const PageRequest& page);
    PostPage of_communities(db::Read& tx, const Caller& me, const std::vector<CommunityId>& communities,
                            const PageRequest& page);
    PostPage reposts(db::Read& tx, const Caller& me, const PostId& post, const PageRequest& page);

    // The next `limit` positions after one; fewer only at the end of the list.
    using Source = FunctionRef<std::vector<Position>(const Position& after, int limit)>;
    // One page of any list that is ordered by such positions, without what this reader may not see.
    PostPage page(db::Read& tx, const Caller& me, const PageRequest& page, Muted muted, Source source);

private:
    PostViews& views_;
    PostFeed& feed_;
    users::UsersService& users_;
};

}  // namespace grover::posts
