#include <algorithm>

#include "domains/live_board/live_board.hpp"
#include "domains/live_board/live_board_events.hpp"
#include "sql/live_board.hpp"

namespace grover::live_board {

namespace {
constexpr std::int64_t kFirst = 10;
}

void listen_for_milestones(jobs::Events& events, users::UsersService& users, const Clock& clock) {
    events.on_in_transaction<users::Followed>(
        "live_board.milestones", [&users, &clock](db::Write& tx, const users::Followed& event) {
            const auto followers = users.own_counts(tx, event.following_id).followers;
            if (followers < kFirst) return;
            const Time now = clock.now();
            const auto reached = tx.list<std::int64_t>(sql::live_board::insert_milestones{
                .user_id = event.following_id, .now = now, .followers = followers});
            if (reached.empty()) return;
            // Several at once only when many followed at the same moment: the highest is the news.
            tx.publish(MilestoneReached{event.following_id, std::ranges::max(reached), now});
        });
}

}  // namespace grover::live_board
