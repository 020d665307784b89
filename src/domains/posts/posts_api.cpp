#include "domains/posts/posts_api.hpp"

#include "domains/posts/posts_service.hpp"

namespace grover::posts {
namespace {

void tell_if_private(bool is_private, api::Reply& reply) {
    if (is_private) reply.header("X-Account-Private", "true");
}

}  // namespace

void add_posts_api(Api& api, PostsService& posts) {
    api.on<PostCreate>([&](const Caller& me, PostCreate& in) { return posts.create(me, in); });
    api.on<PostUpdate>([&](const Caller& me, const PostUpdate& in) { return posts.update(me, in); });
    api.on<PostDelete>([&](const Caller& me, const PostDelete& in) { return posts.remove(me, in.post_id); });

    api.on<PostGet>([&](const Caller& me, const PostGet& in) { return posts.get(me, in.post_id); });
    api.on<PostsList>([&](const Caller& me, const PostsList& in, api::Reply& reply) {
        bool is_private = false;
        auto page = posts.everything(me, in, is_private);
        tell_if_private(is_private, reply);
        return page;
    });
    api.on<PostsMe>([&](const Caller& me, const PostsMe& in) { return posts.mine(me, in.page); });
    api.on<PostsMedia>([&](const Caller& me, const PostsMedia& in, api::Reply& reply) {
        bool is_private = false;
        auto page = posts.media_of(me, in.user_id, in.media_type, in.page, is_private);
        tell_if_private(is_private, reply);
        return page;
    });
    api.on<PostsFeed>([&](const Caller& me, const PostsFeed& in) { return posts.feed(me, in.page); });
    api.on<PostsExplore>(
        [&](const Caller& me, const PostsExplore& in) { return posts.explore(me, in.page); });
    api.on<PostsSaved>([&](const Caller& me, const PostsSaved& in) { return posts.saved(me, in.page); });
    api.on<PostReposts>(
        [&](const Caller& me, const PostReposts& in) { return posts.reposts(me, in.post_id, in.page); });
    api.on<Mentions>([&](const Caller& me, const Mentions& in) { return posts.mentions(me, in); });
    api.on<UserPosts>([&](const Caller& me, const UserPosts& in, api::Reply& reply) {
        bool is_private = false;
        auto page = posts.posts_of_user(me, in.user_id, in.page, is_private);
        tell_if_private(is_private, reply);
        return page;
    });
    api.on<UserMedia>([&](const Caller& me, const UserMedia& in, api::Reply& reply) {
        bool is_private = false;
        auto page = posts.media_of_user(me, in.user_id, in.type, in.page, is_private);
        tell_if_private(is_private, reply);
        return page;
    });

    api.on<PostReact>(
        [&](const Caller& me, const PostReact& in) { return posts.react(me, in.post_id, in.reaction_type); });
    api.on<PostLike>(
        [&](const Caller& me, const PostLike& in) { return posts.react(me, in.post_id, "like"); });
    api.on<PostUnlike>([&](const Caller& me, const PostUnlike& in) { return posts.unlike(me, in.post_id); });
    api.on<PostDislike>(
        [&](const Caller& me, const PostDislike& in) { return posts.dislike(me, in.post_id); });
    api.on<PostReactions>([&](const Caller& me, const PostReactions& in) { return posts.reactions(me, in); });
    api.on<PostSave>([&](const Caller& me, const PostSave& in) { return posts.save(me, in.post_id); });
    api.on<PostShare>([&](const Caller& me, const PostShare& in) { return posts.share(me, in.post_id); });
    api.on<PostRepost>([&](const Caller& me, const PostRepost& in) { return posts.repost(me, in); });
    api.on<PostUnrepost>(
        [&](const Caller& me, const PostUnrepost& in) { return posts.unrepost(me, in.post_id); });

    api.on<PostVote>([&](const Caller& me, const PostVote& in) { return posts.vote(me, in); });
    api.on<VoteWithdraw>(
        [&](const Caller& me, const VoteWithdraw& in) { return posts.withdraw_vote(me, in.post_id); });
    api.on<PollClose>(
        [&](const Caller& me, const PollClose& in) { return posts.close_poll(me, in.post_id); });
    api.on<PollResultsGet>(
        [&](const Caller& me, const PollResultsGet& in) { return posts.poll_results(me, in.post_id); });
}

}  // namespace grover::posts
