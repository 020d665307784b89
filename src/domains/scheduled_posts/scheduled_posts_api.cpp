// The endpoints of scheduled posts.
#include "domains/scheduled_posts/scheduled_posts_api.hpp"

namespace grover::scheduled_posts {

void add_scheduled_posts_api(Api& api, ScheduledPostsService& scheduled_posts) {
    api.on<PostSchedule>(
        [&](const Caller& me, PostSchedule& in) { return scheduled_posts.schedule(me, in); });
    api.on<ScheduledPostsList>(
        [&](const Caller& me, const ScheduledPostsList& in) { return scheduled_posts.list(me, in); });
    api.on<ScheduledCancel>([&](const Caller& me, const ScheduledCancel& in) {
        return scheduled_posts.cancel(me, in.scheduled_post_id);
    });
    api.on<ProcessScheduled>(
        [&](const Caller&, const ProcessScheduled&) { return scheduled_posts.process_due(); });
}

}  // namespace grover::scheduled_posts
