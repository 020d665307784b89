// What sockets hear of scheduled posts: their owners alone. contract/scheduled-posts.md §4.
#include "domains/scheduled_posts/scheduled_posts.hpp"
#include "platform/jobs/events.hpp"
#include "platform/sockets/hub.hpp"

namespace grover::scheduled_posts {
namespace {

struct Published {
    ScheduledPostId scheduled_post_id;
    PostId post_id;
    Time published_at;
    static constexpr std::string_view name = "scheduled_post:published";
    static constexpr auto fields = Pack{
        wire::field("scheduled_post_id", &Published::scheduled_post_id),
        wire::field("post_id", &Published::post_id),
        wire::field("published_at", &Published::published_at),
    };
};

struct Failed {
    ScheduledPostId scheduled_post_id;
    std::string error_code;
    static constexpr std::string_view name = "scheduled_post:failed";
    static constexpr auto fields = Pack{
        wire::field("scheduled_post_id", &Failed::scheduled_post_id),
        wire::field("error_code", &Failed::error_code),
    };
};

}  // namespace

void add_scheduled_posts_sockets(jobs::Events& events, sockets::Hub& hub) {
    events.on_every_node<ScheduledPostPublished>("scheduled_posts.sockets", [&](const ScheduledPostPublished&
                                                                                    event) {
        hub.emit_user(event.user_id, Published{event.scheduled_post_id, event.post_id, event.published_at});
    });
    events.on_every_node<ScheduledPostFailed>(
        "scheduled_posts.sockets", [&](const ScheduledPostFailed& event) {
            hub.emit_user(event.user_id, Failed{event.scheduled_post_id, event.error_code});
        });
}

}  // namespace grover::scheduled_posts
