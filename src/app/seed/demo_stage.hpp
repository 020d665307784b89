// Who plays the script of the demo. Private to this folder.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/seed/demo.hpp"
#include "app/seed/demo_chats.hpp"
#include "app/seed/demo_script.hpp"
#include "app/seed/random.hpp"
#include "domains/collections/collections_more_api.hpp"
#include "domains/comments/comments_api.hpp"
#include "domains/communities/communities_members_api.hpp"
#include "domains/groups/groups_api.hpp"
#include "domains/messages/messages_parts.hpp"
#include "domains/posts/posts_service.hpp"
#include "domains/scheduled_posts/scheduled_posts_api.hpp"
#include "domains/users/users_service.hpp"

namespace grover::seed {

class DemoClock final : public Clock {
public:
    explicit DemoClock(Time at) : at_(at) {}
    Time now() const override { return at_; }
    void set(Time at) { at_ = at; }

private:
    Time at_;
};

// A directory that goes with the object.
class Scratch {
public:
    explicit Scratch(const std::filesystem::path& parent)
        : path(parent / ("demo-" + IdSource::unguessable<MediaId>().str())) {
        std::filesystem::create_directories(path);
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path path;
};

// Plans everything first, each action with its time, and then plays all in the order of their times.
class Demo {
public:
    explicit Demo(const DemoGround& ground);

    DemoLogin run();

private:
    struct Action {
        Time at;
        std::function<void()> run;
    };

    const Caller& caller(std::string_view username) const { return callers_.at(std::string(username)); }
    void plan(Time at, std::function<void()> run) {
        actions_.push_back({std::min(at, ground_.clock.now()), std::move(run)});
    }
    void pass(std::chrono::milliseconds by) { clock_.set(clock_.now() + by); }
    void join(const DemoPerson& person);

    // The pictures of all posts and people, two at a time: decoding is most of the demo's work.
    void upload_everything();

    // Most follow most; the private account is asked, answers some, and leaves the login's request open.
    void meet();
    static bool is_friend(const DemoPerson& person);
    Time moment(double days_ago) const;
    // Some time after; most of it soon.
    Time after(Time at, double mean_hours);
    void plan_post(const DemoPost& script);
    void plan_comments(const DemoPost& script, const PostId& post_id, Time at);
    void plan_marks(const DemoPost& script, const PostId& post_id, Time at);
    void plan_repost(const DemoRepost& script);
    void plan_chat(const DemoChat& script);

    // When everything is written that it holds.
    void plan_collection(const DemoCollection& script);
    void plan_community(const DemoCommunity& script);

    // For the login to find among its scheduled posts.
    void schedule();
    void play();

    const DemoGround& ground_;
    DemoClock clock_;
    IdSource ids_;
    users::UsersService users_;
    media::MediaService media_;
    posts::PostsService posts_;
    comments::CommentsService comments_;
    scheduled_posts::ScheduledPostsService scheduled_posts_;
    communities::CommunitiesService communities_;
    collections::CollectionsService collections_;
    messages::MessagesService messages_;
    groups::GroupsService groups_;
    std::unique_ptr<users::PictureStore> picture_store_;
    Scratch scratch_;
    Random random_{20'260'101, "demo"};

    std::map<std::string, Caller> callers_;
    std::map<const DemoPost*, MediaId> media_of_;
    std::map<const DemoPost*, PostId> post_ids_;
    std::map<const DemoPost*, std::vector<CommentId>> comment_ids_;
    struct ChatState {
        messages::SendTarget target;
        messages::MessageId last;
    };
    std::map<const DemoChat*, ChatState> chats_;
    std::map<const DemoCommunity*, CommunityId> community_ids_;
    std::vector<Action> actions_;
};

}  // namespace grover::seed
