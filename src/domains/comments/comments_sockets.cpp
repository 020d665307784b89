// What sockets hear of comments: who watches the post. posts.md §6.
#include "domains/comments/comments.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/hub.hpp"

namespace grover::comments {
namespace {

struct CommentState {
    PostId post_id;
    CommentId comment_id;
    std::optional<CommentId> parent_comment_id;
    std::int64_t comments_count = 0;
    std::int64_t comments_total_count = 0;
    static constexpr auto fields = Pack{
        wire::field("post_id", &CommentState::post_id),
        wire::field("comment_id", &CommentState::comment_id),
        wire::field("parent_comment_id", &CommentState::parent_comment_id),
        wire::field("comments_count", &CommentState::comments_count),
        wire::field("comments_total_count", &CommentState::comments_total_count),
    };
};

}  // namespace

void add_comments_sockets(jobs::Events& events, sockets::Hub& hub, db::Database& db,
                          const posts::PostGate& posts) {
    const auto tell = [&](std::string_view name, const auto& event) {
        const auto room = sockets::Room::post(event.post_id);
        if (!hub.has_members(room)) return;
        const auto counts = db.read([&](db::Read& tx) { return posts.comment_counts(tx, event.post_id); });
        hub.emit_as(name, room,
                    CommentState{event.post_id, event.comment_id, event.parent_comment_id, counts.top_level,
                                 counts.total});
    };
    events.on_every_node<CommentCreated>(
        "comments.sockets", [tell](const CommentCreated& event) { tell("post:comment", event); });
    events.on_every_node<CommentDeleted>(
        "comments.sockets", [tell](const CommentDeleted& event) { tell("post:comment_deleted", event); });
}

}  // namespace grover::comments
