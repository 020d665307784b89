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
    api.on<ScheduledGet>([&](const Caller& me, const ScheduledGet& in) {
        return scheduled_posts.get(me, in.scheduled_post_id);
    });
    api.on<ScheduledMove>(
        [&](const Caller& me, const ScheduledMove& in) { return scheduled_posts.reschedule(me, in); });
    api.on<ScheduledRetry>([&](const Caller& me, const ScheduledRetry& in) {
        return scheduled_posts.retry(me, in.scheduled_post_id);
    });
    api.on<PublishNow>([&](const Caller& me, const PublishNow& in) {
        return scheduled_posts.publish_now(me, in.scheduled_post_id);
    });
    api.on<ProcessScheduled>(
        [&](const Caller&, const ProcessScheduled&) { return scheduled_posts.process_due(); });
}

}  // namespace grover::scheduled_posts
