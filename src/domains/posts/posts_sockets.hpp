// Posts over sockets: who watches what, and what they are told (posts.md §6).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "domains/posts/posts.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/coalescer.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/sockets.hpp"

namespace grover::posts {

class PostsSockets {
public:
    // References outlive it; nothing happens before add() and listen().
    PostsSockets(db::Database& db, users::UsersService& users, const PostGate& gate, sockets::Hub& hub);

    // post:watch and post:unwatch.
    void add(sockets::Sockets& table);
    // On every node, as "posts.sockets".
    void listen(jobs::Events& events);

    // Called by those listeners.
    void on_created(const PostCreated& event);
    void on_updated(const PostUpdated& event);
    void on_deleted(const PostDeleted& event);
    void on_reacted(const PostReacted& event);
    void on_voted(const PollVoted& event);
    // Watching ends where seeing does: of one reader (a block, a lost follow, a community left), or of everybody (an account
    // or a community went private). Also for the listeners of what lies above and decides who sees.
    void recheck_reader(const UserId& reader);
    void recheck_author(const UserId& author);
    void recheck_community(const CommunityId& community);

private:
    void tell_reactions(const std::vector<PostId>& posts);
    void tell_polls(const std::vector<PostId>& posts);
    void tell_followers(const PostId& post_id, const UserId& author);
    // No readers: those of each room. Only posts of that author or community, if one is given.
    void remove_blind(std::span<const sockets::Room> rooms, std::span<const UserId> readers,
                      const std::optional<UserId>& author = {},
                      const std::optional<CommunityId>& community = {});

    db::Database& db_;
    users::UsersService& users_;
    const PostGate& gate_;
    sockets::Hub& hub_;
    sockets::Coalescer<PostId> reactions_;
    sockets::Coalescer<PostId> polls_;
};

}  // namespace grover::posts
