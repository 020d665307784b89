#include "domains/discovery/backfill.hpp"

#include <map>

#include "domains/discovery/ranks.hpp"
#include "domains/users/users.hpp"

namespace grover::discovery {
namespace {

// Requests write beside it.
constexpr int kAtOnce = 100;

// The step after the one that began there; its key keeps a step that is done twice from starting two rows of them.
void order(db::Write& tx, const Backfill& next) {
    tx.enqueue_once(next.of_people ? "people|" + next.after : "posts|" + next.before, next);
}

void put_in_categories(db::Write& tx, std::span<const PostId> ids, posts::PostWatcher& categories) {
    std::map<PostId, posts::Visibility> told;
    for (const auto& post : posts::indexed_posts(tx, ids))
        if (!post.is_repost && !post.community_id) told.emplace(post.post_id, post.visibility);
    for (const auto& topics : posts::topics_of(tx, ids)) {
        const auto known = told.find(topics.post_id);
        if (known == told.end()) continue;
        categories.post_saved(tx, {.post_id = topics.post_id,
                                   .user_id = topics.user_id,
                                   .visibility = known->second,
                                   .category = topics.category,
                                   .tags = topics.tags,
                                   .created_at = topics.created_at});
    }
}

}  // namespace

void run_backfill(const Backfill& job, const DiscoveryService::Ground& ground,
                  posts::PostWatcher& categories) {
    Ranks ranks(ground.db, ground.clock, ground.users);
    Backfill next = job;
    if (!job.of_people) {
        std::vector<PostId> ids;
        ground.db.read([&](db::Read& tx) {
            ids.clear();
            for (const auto& post : posts::indexed_posts_before(tx, PostId(job.before), kAtOnce))
                ids.push_back(post.post_id);
        });
        ground.db.write([&](db::Write& tx) { put_in_categories(tx, ids, categories); });
        ranks.recount(ids, {});
        next.of_people = ids.size() < kAtOnce;
        if (!ids.empty()) next.before = ids.back().str();
    } else {
        std::vector<UserId> ids;
        ground.db.read([&](db::Read& tx) {
            ids.clear();
            for (const auto& user : users::indexed_users_after(tx, UserId(job.after), kAtOnce))
                ids.push_back(user.user_id);
        });
        ranks.recount({}, ids);
        if (ids.size() < kAtOnce) return;
        next.after = ids.back().str();
    }
    ground.db.write([&](db::Write& tx) { order(tx, next); });
}

}  // namespace grover::discovery
