#include "domains/notifications/causes.hpp"

#include <stdexcept>

#include "platform/jobs/events.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {
namespace {

// A longer transaction would hold up the requests.
constexpr int kRemovedAtOnce = 200;

// A repost that is taken back and done again within the day brings its notification back.
void mark_reposts_withdrawn(db::Write& tx, const std::vector<Removed>& removed) {
    for (const auto& row : removed) {
        if (row.read_at || !row.actor_id || !row.post_id) continue;
        const Notice notice{
            .type = Type::repost, .actor = *row.actor_id, .words = {}, .target_id = row.post_id};
        tx.exec(
            sql::notifications::mark_withdrawn{.user_id = row.user_id, .cause = Notices::cause_of(notice)});
    }
}

}  // namespace

void Causes::listen(jobs::Events& events) {
    listen_to_users(events);
    listen_to_auth(events);
    listen_to_posts(events);
    listen_to_comments(events);
    listen_to_chats(events);
    listen_to_communities(events);
    listen_to_collections(events);
    listen_to_stories(events);
    listen_to_schedules(events);
}

std::string texts(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    std::string json;
    for (const auto& [name, value] : members) {
        json += json.empty() ? '{' : ',';
        wire::append_string(json, name);
        json += ':';
        wire::append_string(json, value);
    }
    return json += '}';
}

void remove_all_of(db::Write& tx, const RemoveNotifications& what) {
    // Counted together at the end: in two steps, two transactions could wait for each other in a circle.
    std::vector<Removed> removed;
    bool more = false;
    const auto take = [&](std::vector<Removed> rows) {
        more = more || rows.size() == kRemovedAtOnce;
        removed.insert(removed.end(), rows.begin(), rows.end());
    };
    if (what.of == "post") {
        take(tx.list<Removed>(
            sql::notifications::remove_of_post{.post_id = what.id, .limit = kRemovedAtOnce}));
        if (!what.author_id.empty())
            take(tx.list<Removed>(sql::notifications::remove_of_own_post{
                .user_id = what.author_id, .post_id = what.id, .limit = kRemovedAtOnce}));
        const auto reposts = tx.list<Removed>(sql::notifications::remove_of_repost{.post_id = what.id});
        mark_reposts_withdrawn(tx, reposts);
        removed.insert(removed.end(), reposts.begin(), reposts.end());
    } else if (what.of == "place") {
        take(tx.list<Removed>(
            sql::notifications::remove_of_place{.place_id = what.id, .limit = kRemovedAtOnce}));
    } else if (what.of == "actor") {
        take(tx.list<Removed>(
            sql::notifications::remove_of_actor{.actor_id = what.id, .limit = kRemovedAtOnce}));
    } else {
        throw std::logic_error("notifications are not removed by " + what.of);
    }
    count_removed(tx, removed);
    if (more) tx.enqueue(what);
}

void remove_between(db::Write& tx, const UserId& one, const UserId& other) {
    count_removed(tx,
                  tx.list<Removed>(sql::notifications::remove_between{.user_id = other, .actor_id = one}));
}

void remove_of_comments(db::Write& tx, std::span<const CommentId> comments) {
    std::vector<Removed> removed;
    do {
        removed = tx.list<Removed>(sql::notifications::remove_of_comments{.comment_ids = db::ids_of(comments),
                                                                          .limit = kRemovedAtOnce});
        count_removed(tx, removed);
    } while (removed.size() == kRemovedAtOnce);
}

}  // namespace grover::notifications
