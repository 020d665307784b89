#include "domains/posts/posts_sockets.hpp"

#include <algorithm>
#include <set>

#include "domains/posts/posts_counts.hpp"
#include "sql/posts_marks.hpp"
#include "sql/posts_sockets.hpp"

namespace grover::posts {
namespace {

using sockets::Room;
namespace statements = sql::posts_sockets;

// posts.md §6: counters at most once per post and second.
constexpr std::chrono::seconds kCounterInterval{1};
constexpr std::size_t kRoomsAtOnce = 500;
constexpr std::size_t kFollowersAtOnce = 500;

struct PostWatch {
    PostId post_id;
    static constexpr sockets::EventInfo event{.name = "post:watch", .limit = sockets::per_minute(120)};
    static constexpr auto fields = Pack{field("post_id", &PostWatch::post_id)};
};
struct PostUnwatch {
    PostId post_id;
    static constexpr sockets::EventInfo event{.name = "post:unwatch", .limit = sockets::per_minute(120)};
    static constexpr auto fields = Pack{field("post_id", &PostUnwatch::post_id)};
};
struct PostWatchAck {
    PostId post_id;
    static constexpr auto fields = Pack{field("post_id", &PostWatchAck::post_id)};
};

struct ReactionsChanged {
    PostId post_id;
    std::int64_t likes_count = 0;
    std::int64_t dislikes_count = 0;
    std::map<std::string, std::int64_t> reaction_counts;
    std::int64_t reactions_count = 0;
    static constexpr std::string_view name = "post:reaction";
    static constexpr auto fields = Pack{
        field("post_id", &ReactionsChanged::post_id),
        field("likes_count", &ReactionsChanged::likes_count),
        field("dislikes_count", &ReactionsChanged::dislikes_count),
        field("reaction_counts", &ReactionsChanged::reaction_counts),
        field("reactions_count", &ReactionsChanged::reactions_count),
    };
};
struct PollChanged {
    PostId post_id;
    std::map<std::string, std::int64_t> poll_votes;  // by option
    std::int64_t total_votes = 0;
    static constexpr std::string_view name = "poll:update";
    static constexpr auto fields = Pack{
        field("post_id", &PollChanged::post_id),
        field("poll_votes", &PollChanged::poll_votes),
        field("total_votes", &PollChanged::total_votes),
    };
};
struct PostChanged {
    PostId post_id;
    Time updated_at;
    static constexpr std::string_view name = "post:updated";
    static constexpr auto fields =
        Pack{field("post_id", &PostChanged::post_id), field("updated_at", &PostChanged::updated_at)};
};
struct PostGone {
    PostId post_id;
    static constexpr std::string_view name = "post:deleted";
    static constexpr auto fields = Pack{field("post_id", &PostGone::post_id)};
};
struct PostNew {
    PostId post_id;
    UserId user_id;
    static constexpr std::string_view name = "post:new";
    static constexpr auto fields =
        Pack{field("post_id", &PostNew::post_id), field("user_id", &PostNew::user_id)};
};

std::vector<std::string_view> texts_of(const std::vector<PostId>& posts) {
    std::vector<std::string_view> out;
    for (const auto& post : posts) out.push_back(post.view());
    return out;
}

}  // namespace

PostsSockets::PostsSockets(db::Database& db, users::UsersService& users, const PostGate& gate,
                           sockets::Hub& hub)
    : db_(db),
      users_(users),
      gate_(gate),
      hub_(hub),
      reactions_(hub, kCounterInterval, [this](const auto& posts) { tell_reactions(posts); }),
      polls_(hub, kCounterInterval, [this](const auto& posts) { tell_polls(posts); }) {}

void PostsSockets::add(sockets::Sockets& table) {
    table.on<PostWatch>([this](const Caller& me, sockets::Socket& socket, const PostWatch& in) {
        socket.join_if(Room::post(in.post_id),
                       [&] { db_.read([&](db::Read& tx) { gate_.get_visible(tx, me, in.post_id); }); });
        return PostWatchAck{in.post_id};
    });
    table.on<PostUnwatch>([](const Caller&, sockets::Socket& socket, const PostUnwatch& in) {
        socket.leave(Room::post(in.post_id));
        return PostWatchAck{in.post_id};
    });
}

void PostsSockets::listen(jobs::Events& events) {
    constexpr std::string_view kName = "posts.sockets";
    events.on_every_node<PostCreated>(kName, [this](const PostCreated& event) { on_created(event); });
    events.on_every_node<PostUpdated>(kName, [this](const PostUpdated& event) { on_updated(event); });
    events.on_every_node<PostDeleted>(kName, [this](const PostDeleted& event) { on_deleted(event); });
    events.on_every_node<PostReacted>(kName, [this](const PostReacted& event) { on_reacted(event); });
    events.on_every_node<PollVoted>(kName, [this](const PollVoted& event) { on_voted(event); });
    events.on_every_node<users::UserBlocked>(kName, [this](const users::UserBlocked& event) {
        recheck_reader(event.blocker_id);
        recheck_reader(event.blocked_id);
    });
    events.on_every_node<users::Unfollowed>(
        kName, [this](const users::Unfollowed& event) { recheck_reader(event.follower_id); });
    events.on_every_node<users::PrivacyChanged>(kName, [this](const users::PrivacyChanged& event) {
        if (event.is_private) recheck_author(event.user_id);
    });
    events.on_every_node<users::AccountHidden>(
        kName, [this](const users::AccountHidden& event) { recheck_author(event.user_id); });
}

void PostsSockets::on_created(const PostCreated& event) {
    if (hub_.is_empty()) return;
    // Beside the other events, which do not wait for it.
    hub_.after(std::chrono::milliseconds{0},
               [this, post = event.post_id, author = event.user_id] { tell_followers(post, author); });
}

void PostsSockets::on_updated(const PostUpdated& event) {
    const auto room = Room::post(event.post_id);
    if (!hub_.has_members(room)) return;
    // It may be closed to some of them now.
    remove_blind({&room, 1}, {});
    hub_.emit(room, PostChanged{event.post_id, event.updated_at});
}

void PostsSockets::on_deleted(const PostDeleted& event) {
    const auto room = Room::post(event.post_id);
    if (!hub_.has_members(room)) return;
    hub_.emit(room, PostGone{event.post_id});
    hub_.clear(room);
}

void PostsSockets::on_reacted(const PostReacted& event) {
    if (hub_.has_members(Room::post(event.post_id))) reactions_.touch(event.post_id);
}

void PostsSockets::on_voted(const PollVoted& event) {
    if (hub_.has_members(Room::post(event.post_id))) polls_.touch(event.post_id);
}

void PostsSockets::tell_reactions(const std::vector<PostId>& posts) {
    std::map<PostId, ReactionsChanged> changes;
    const auto ids = texts_of(posts);
    db_.read([&](db::Read& tx) {
        tx.each(sql::posts_marks::counts_of{.ids = ids}, [&](const db::Row& row) {
            const auto id = row.get<PostId>(0);
            changes[id] = {.post_id = id,
                           .likes_count = row.get<std::int64_t>(1),
                           .dislikes_count = row.get<std::int64_t>(2),
                           .reaction_counts = counts_in(row.text(3)),
                           .reactions_count = row.get<std::int64_t>(4)};
        });
    });
    for (const auto& [id, change] : changes) hub_.emit(Room::post(id), change);
}

void PostsSockets::tell_polls(const std::vector<PostId>& posts) {
    std::map<PostId, PollChanged> changes;
    const auto ids = texts_of(posts);
    db_.read([&](db::Read& tx) {
        tx.each(sql::posts_marks::poll_counts_of{.ids = ids}, [&](const db::Row& row) {
            const auto id = row.get<PostId>(0);
            auto& change = changes[id];
            change.post_id = id;
            const auto votes = row.get<std::int64_t>(2);
            change.poll_votes[std::to_string(row.get<int>(1))] = votes;
            change.total_votes += votes;
        });
    });
    for (const auto& [id, change] : changes) hub_.emit(Room::post(id), change);
}

void PostsSockets::tell_followers(const PostId& post_id, const UserId& author) {
    const auto post = db_.read([&](db::Read& tx) { return gate_.find(tx, post_id); });
    // Posts of communities are told to their rooms.
    if (!post || post->visibility == Visibility::private_ || post->community_id) return;
    const auto tell = [&](const UserId& follower) { hub_.emit_user(follower, PostNew{post_id, author}); };
    // Whoever follows the author sees what they post, but not whatever they repost.
    std::vector<UserId> unsure;
    const auto tell_readers = [&] {
        const auto readers = db_.read([&](db::Read& tx) { return gate_.readers_of(tx, *post, unsure); });
        for (const auto& follower : readers) tell(follower);
        unsure.clear();
    };
    users_.each_follower(author, [&](const UserId& follower) {
        if (!hub_.has_members(Room::user(follower))) return;
        if (!post->is_repost) return tell(follower);
        unsure.push_back(follower);
        if (unsure.size() == kFollowersAtOnce) tell_readers();
    });
    if (!unsure.empty()) tell_readers();
}

void PostsSockets::recheck_reader(const UserId& reader) {
    if (!hub_.has_members(Room::user(reader))) return;
    auto rooms = hub_.rooms_of(reader);
    std::erase_if(rooms, [](const Room& room) { return !room.has_prefix("post_"); });
    remove_blind(rooms, {&reader, 1});
}

void PostsSockets::recheck_author(const UserId& author) { remove_blind(hub_.rooms("post_"), {}, author); }

void PostsSockets::recheck_community(const CommunityId& community) {
    remove_blind(hub_.rooms("post_"), {}, {}, community);
}

void PostsSockets::remove_blind(std::span<const Room> rooms, std::span<const UserId> readers,
                                const std::optional<UserId>& author,
                                const std::optional<CommunityId>& community) {
    while (!rooms.empty()) {
        const auto some = rooms.first(std::min(rooms.size(), kRoomsAtOnce));
        rooms = rooms.subspan(some.size());
        std::vector<PostId> ids;
        for (const auto& room : some) ids.emplace_back(room.id());
        const auto posts = db_.read([&](db::Read& tx) {
            return tx.list<PostFacts>(
                statements::facts_of_posts{.ids = texts_of(ids), .author = author, .community = community});
        });
        // Between the reads, because the hub asks its other loops and waits for them.
        std::vector<std::pair<const PostFacts*, UserId>> watching;
        for (const auto& post : posts) {
            if (readers.empty()) {
                for (auto& member : hub_.members(Room::post(post.post_id)))
                    watching.emplace_back(&post, member);
            } else {
                for (const auto& reader : readers) watching.emplace_back(&post, reader);
            }
        }
        if (watching.empty()) continue;
        decltype(watching) blind;
        db_.read([&](db::Read& tx) {
            blind.clear();
            for (const auto& one : watching) {
                if (gate_.sight_of(tx, one.second, *one.first) != Sight::seen) blind.push_back(one);
            }
        });
        for (const auto& [post, reader] : blind) hub_.remove(Room::post(post->post_id), reader);
    }
}

}  // namespace grover::posts
