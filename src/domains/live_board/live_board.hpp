// A creator's live board (contract/realtime.md §6.5): what is counted, told while somebody looks at it, and milestones.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "domains/users/users.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/coalescer.hpp"
#include "platform/sockets/hub.hpp"
#include "platform/sockets/sockets.hpp"

namespace grover::live_board {

// What posts know of it.
class BoardPosts {
public:
    virtual ~BoardPosts() = default;
    struct Received {
        std::int64_t comments = 0;
        std::int64_t shares = 0;
    };
    // All that posts of this author have.
    virtual Received received(db::Read& tx, const UserId& author) = 0;
    // Who wrote these posts, each once.
    virtual std::vector<UserId> authors(db::Read& tx, std::span<const PostId> posts) = 0;
};

// Why the board is told again.
enum class Cause : std::uint8_t { connection, followers, engagement, revenue };
constexpr std::array<std::string_view, 4> enum_names(Cause) {
    return {"connection", "followers", "engagement", "revenue"};
}

class LiveBoard {
public:
    // References outlive it.
    LiveBoard(db::Database& db, users::UsersService& users, BoardPosts& posts, sockets::Hub& hub);

    // register_user
    void add(sockets::Sockets& table);
    // On every node, as "live_board.sockets".
    void listen(jobs::Events& events);

private:
    void changed(const UserId& user, Cause cause);
    void comments_changed(const PostId& post);
    void tell(const std::vector<UserId>& users);

    db::Database& db_;
    users::UsersService& users_;
    BoardPosts& posts_;
    sockets::Hub& hub_;
    std::atomic<bool> has_boards_{false};  // since somebody opened one on this node
    std::mutex mutex_;
    std::map<UserId, Cause> causes_;  // the latest of each that is going to be told
    sockets::Coalescer<UserId> boards_;
    sockets::Coalescer<PostId> commented_;
};

// The first time that somebody has 10, 50, 100, ... followers: once for each number, on one node.
void listen_for_milestones(jobs::Events& events, users::UsersService& users, const Clock& clock);

}  // namespace grover::live_board
