// What sockets hear of posts and their polls: who watches a post, and counters at most once a second. posts.md §6.
#include <map>

#include "domains/posts/posts_service.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/coalescer.hpp"
#include "platform/sockets/sockets.hpp"
#include "sql/posts_marks.hpp"

namespace grover::posts {
namespace {

using sockets::Room;

struct Watch {
    PostId post_id;
    static constexpr sockets::EventInfo event{.name = "post:watch", .limit = sockets::per_minute(120)};
    static constexpr auto fields = Pack{field("post_id", &Watch::post_id)};
};

struct Unwatch {
    PostId post_id;
    static constexpr sockets::EventInfo event{.name = "post:unwatch", .limit = sockets::per_minute(120)};
    static constexpr auto fields = Pack{field("post_id", &Unwatch::post_id)};
};

struct Watched {
    PostId post_id;
    static constexpr auto fields = Pack{field("post_id", &Watched::post_id)};
};

struct Reactions {
    PostId post_id;
    std::int64_t likes_count = 0;
    std::int64_t dislikes_count = 0;
    std::map<std::string, std::int64_t> reaction_counts;
    std::int64_t reactions_count = 0;
    static constexpr std::string_view name = "post:reaction";
    static constexpr auto fields = Pack{
        field("post_id", &Reactions::post_id),
        field("likes_count", &Reactions::likes_count),
        field("dislikes_count", &Reactions::dislikes_count),
        field("reaction_counts", &Reactions::reaction_counts),
        field("reactions_count", &Reactions::reactions_count),
    };
};

struct PollState {
    PostId post_id;
    std::map<std::string, std::int64_t> poll_votes;
    std::int64_t total_votes = 0;
    static constexpr std::string_view name = "poll:update";
    static constexpr auto fields = Pack{
        field("post_id", &PollState::post_id),
        field("poll_votes", &PollState::poll_votes),
        field("total_votes", &PollState::total_votes),
    };
};

struct Updated {
    PostId post_id;
    Time updated_at;
    static constexpr std::string_view name = "post:updated";
    static constexpr auto fields =
        Pack{field("post_id", &Updated::post_id), field("updated_at", &Updated::updated_at)};
};

struct Deleted {
    PostId post_id;
    static constexpr std::string_view name = "post:deleted";
    static constexpr auto fields = Pack{field("post_id", &Deleted::post_id)};
};

std::vector<Reactions> reactions_of(db::Read& tx, const std::vector<PostId>& posts) {
    std::map<PostId, Reactions> found;
    const auto ids = db::ids_of(posts);
    tx.each(sql::posts_marks::stance_counts_of{.ids = ids}, [&](const db::Row& row) {
        auto& out = found[row.get<PostId>(0)];
        out.post_id = row.get<PostId>(0);
        out.likes_count = row.integer(1);
        out.dislikes_count = row.integer(2);
    });
    tx.each(sql::posts_marks::reaction_counts_of{.ids = ids}, [&](const db::Row& row) {
        auto& out = found[row.get<PostId>(0)];
        out.reaction_counts[row.get<std::string>(1)] = row.integer(2);
        out.reactions_count += row.integer(2);
    });
    std::vector<Reactions> out;
    for (auto& [id, reactions] : found) out.push_back(std::move(reactions));
    return out;
}

std::vector<PollState> polls_of(db::Read& tx, const std::vector<PostId>& posts) {
    std::map<PostId, PollState> found;
    const auto ids = db::ids_of(posts);
    tx.each(sql::posts_marks::poll_counts_of{.ids = ids}, [&](const db::Row& row) {
        auto& out = found[row.get<PostId>(0)];
        out.post_id = row.get<PostId>(0);
        out.poll_votes[std::to_string(row.integer(1))] = row.integer(2);
        out.total_votes += row.integer(2);
    });
    std::vector<PollState> out;
    for (auto& [id, poll] : found) out.push_back(std::move(poll));
    return out;
}

}  // namespace

void add_posts_sockets(sockets::Sockets& sockets, sockets::Hub& hub, jobs::Events& events, db::Database& db,
                       const PostGate& gate) {
    sockets.on<Watch>([&](const Caller& me, sockets::Socket& socket, const Watch& in) {
        db.read([&](db::Read& tx) { gate.get_visible(tx, me, in.post_id); });
        socket.join(Room::post(in.post_id));
        return Watched{in.post_id};
    });
    sockets.on<Unwatch>([](const Caller&, sockets::Socket& socket, const Unwatch& in) {
        socket.leave(Room::post(in.post_id));
        return Watched{in.post_id};
    });

    constexpr std::string_view kListener = "posts.sockets";
    constexpr std::chrono::seconds kInterval{1};
    const auto reactions = std::make_shared<sockets::Coalescer<PostId>>(
        hub, kInterval, [&hub, &db](const std::vector<PostId>& posts) {
            for (const auto& one : db.read([&](db::Read& tx) { return reactions_of(tx, posts); }))
                hub.emit(Room::post(one.post_id), one);
        });
    events.on_every_node<PostReacted>(kListener, [&hub, reactions](const PostReacted& event) {
        if (hub.has_members(Room::post(event.post_id))) reactions->touch(event.post_id);
    });
    const auto polls = std::make_shared<sockets::Coalescer<PostId>>(
        hub, kInterval, [&hub, &db](const std::vector<PostId>& posts) {
            for (const auto& one : db.read([&](db::Read& tx) { return polls_of(tx, posts); }))
                hub.emit(Room::post(one.post_id), one);
        });
    events.on_every_node<PollVoted>(kListener, [&hub, polls](const PollVoted& event) {
        if (hub.has_members(Room::post(event.post_id))) polls->touch(event.post_id);
    });
    events.on_every_node<PostUpdated>(kListener, [&](const PostUpdated& event) {
        const auto room = Room::post(event.post_id);
        if (!hub.has_members(room)) return;
        // Who may not see it any more hears nothing of it either.
        auto shut_out = hub.members(room);
        db.read([&](db::Read& tx) {
            const auto post = gate.find(tx, event.post_id);
            std::erase_if(shut_out, [&](const UserId& user) {
                return post && gate.sight_of(tx, user, *post) == Sight::seen;
            });
        });
        for (const auto& user : shut_out) hub.remove(room, user);
        hub.emit(room, Updated{event.post_id, event.updated_at});
    });
    events.on_every_node<PostDeleted>(kListener, [&](const PostDeleted& event) {
        const auto room = Room::post(event.post_id);
        hub.emit(room, Deleted{event.post_id});
        hub.clear(room);
    });
}

}  // namespace grover::posts
