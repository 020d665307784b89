#include "domains/live_board/live_board.hpp"

#include <utility>

#include "domains/comments/comments.hpp"
#include "domains/live_board/live_board_events.hpp"
#include "domains/posts/posts.hpp"

namespace grover::live_board {
namespace {

using namespace std::chrono_literals;
using sockets::Room;

constexpr auto kInterval = 2s;

Room board_of(const UserId& user) { return Room::other("board_", user.view()); }

LiveMetrics metrics_of(db::Read& tx, users::UsersService& users, BoardPosts& posts, const UserId& user,
                       Cause cause, Time now) {
    const auto totals = users.own_counts(tx, user);
    const auto received = posts.received(tx, user);
    return {.user_id = user,
            .followers_count = totals.followers,
            .total_posts = totals.posts,
            .total_likes = totals.likes_received,
            .total_comments = received.comments,
            .total_shares = received.shares,
            .total_revenue = totals.earnings,
            .earnings_balance = {},
            .updated_at = now,
            .reason = cause};
}

}  // namespace

LiveBoard::LiveBoard(db::Database& db, users::UsersService& users, BoardPosts& posts, sockets::Hub& hub)
    : db_(db),
      users_(users),
      posts_(posts),
      hub_(hub),
      boards_(hub, kInterval, [this](const auto& some) { tell(some); }),
      commented_(hub, kInterval, [this](const auto& some) {
          const auto authors = db_.read([&](db::Read& tx) { return posts_.authors(tx, some); });
          for (const auto& author : authors) changed(author, Cause::engagement);
      }) {}

void LiveBoard::add(sockets::Sockets& table) {
    table.on<RegisterUser>([this](const Caller& me, sockets::Socket& socket, const RegisterUser&) {
        has_boards_ = true;
        socket.join(board_of(me.id));
        socket.emit(db_.read([&](db::Read& tx) {
            return metrics_of(tx, users_, posts_, me.id, Cause::connection, hub_.clock().now());
        }));
    });
}

void LiveBoard::listen(jobs::Events& events) {
    constexpr std::string_view kName = "live_board.sockets";
    const auto followers = [this](const auto& event) { changed(event.following_id, Cause::followers); };
    events.on_every_node<users::Followed>(kName, followers);
    events.on_every_node<users::Unfollowed>(kName, followers);
    const auto own = [this](const auto& event) { changed(event.user_id, Cause::engagement); };
    events.on_every_node<posts::PostCreated>(kName, own);
    events.on_every_node<posts::PostDeleted>(kName, own);
    const auto of_author = [this](const auto& event) { changed(event.author_id, Cause::engagement); };
    events.on_every_node<posts::PostReacted>(kName, of_author);
    events.on_every_node<posts::PostShared>(kName, of_author);
    const auto comments = [this](const auto& event) { comments_changed(event.post_id); };
    events.on_every_node<comments::CommentCreated>(kName, comments);
    events.on_every_node<comments::CommentDeleted>(kName, comments);
    events.on_every_node<MilestoneReached>(kName, [this](const MilestoneReached& event) {
        hub_.emit_user(event.user_id,
                       Milestone{.type = "followers",
                                 .value = event.followers,
                                 .message = "You reached " + std::to_string(event.followers) + " followers!",
                                 .created_at = event.reached_at});
    });
}

void LiveBoard::changed(const UserId& user, Cause cause) {
    if (!has_boards_ || !hub_.has_members(board_of(user))) return;
    {
        const std::lock_guard lock(mutex_);
        causes_.insert_or_assign(user, cause);
    }
    boards_.touch(user);
}

void LiveBoard::comments_changed(const PostId& post) {
    if (has_boards_) commented_.touch(post);
}

void LiveBoard::tell(const std::vector<UserId>& users) {
    std::vector<Cause> causes;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& user : users) {
            const auto found = causes_.extract(user);
            causes.push_back(found ? found.mapped() : Cause::engagement);
        }
    }
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (!hub_.has_members(board_of(users[i]))) continue;
        hub_.emit(board_of(users[i]), db_.read([&](db::Read& tx) {
            return metrics_of(tx, users_, posts_, users[i], causes[i], hub_.clock().now());
        }));
    }
}

}  // namespace grover::live_board
