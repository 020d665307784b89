// Communities, collections, stories, scheduled posts and polls.
#include "domains/collections/collections.hpp"
#include "domains/communities/communities.hpp"
#include "domains/notifications/causes.hpp"
#include "domains/scheduled_posts/scheduled_posts.hpp"
#include "domains/stories/stories.hpp"
#include "platform/jobs/events.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {
namespace {

constexpr int kVotersAtOnce = 100;
constexpr int kMostVoters = 10'000;

Notice about_community(Type type, const UserId& actor, const CommunityId& community, std::string words) {
    return {.type = type,
            .actor = actor,
            .words = std::move(words),
            .related_id = community.str(),
            .place_type = "community",
            .place_id = community.str(),
            .target_type = "community",
            .target_id = community.str()};
}

Notice about_collection(Type type, const UserId& actor, std::string_view collection, std::string words) {
    const std::string id(collection);
    return {.type = type,
            .actor = actor,
            .words = std::move(words),
            .related_id = id,
            .place_type = "collection",
            .place_id = id,
            .target_type = "collection",
            .target_id = id};
}

Notice reaction_to_story(const stories::StoryReacted& e) {
    const std::string id = e.story_id.str();
    return {.type = Type::reaction,
            .actor = e.user_id,
            .words = "reacted " + e.reaction + " to your story",
            .related_id = id,
            .place_type = "story",
            .place_id = id,
            .target_type = "story",
            .target_id = id,
            .data = texts({{"reaction_type", e.reaction}})};
}

Notice poll_ended(const PostId& post_id, const std::optional<posts::PostFacts>& post) {
    Notice notice{.type = Type::poll_ended,
                  .words = "The poll you took part in has ended",
                  .related_id = post_id.str(),
                  .post_id = post_id.str(),
                  .target_type = "post",
                  .target_id = post_id.str()};
    if (post) notice.set_community(post->community_id);
    return notice;
}

}  // namespace

void Causes::listen_to_communities(jobs::Events& events) {
    using namespace communities;
    const auto name = [this](db::Read& tx, const CommunityId& id) {
        return facts_ != nullptr ? facts_->community_name(tx, id) : std::string();
    };
    events.on_publish<CommunityRequested>([this, name](db::Write& tx, const CommunityRequested& e) {
        notices_.tell(tx,
                      about_community(Type::community_request, e.user_id, e.community_id,
                                      "asked to join " + name(tx, e.community_id)),
                      e.moderator_ids);
    });
    events.on_publish<CommunityRequestEnded>([this](db::Write& tx, const CommunityRequestEnded& e) {
        const auto notice = about_community(Type::community_request, e.user_id, e.community_id, {});
        for (const auto& moderator : tx.list<UserId>(sql::notifications::told_of{
                 .actor_id = e.user_id, .type = facts_of(notice.type).name, .target_id = notice.target_id}))
            notices_.withdraw(tx, notice, moderator);
    });
    events.on_publish<CommunityAccepted>([this, name](db::Write& tx, const CommunityAccepted& e) {
        notices_.tell(tx,
                      about_community(Type::community_accepted, e.by, e.community_id,
                                      "accepted you into " + name(tx, e.community_id)),
                      e.user_id);
    });
    events.on_publish<CommunityInvited>([this, name](db::Write& tx, const CommunityInvited& e) {
        notices_.tell(tx,
                      about_community(Type::community_invite, e.by, e.community_id,
                                      "invited you to " + name(tx, e.community_id)),
                      e.user_ids);
    });
    events.on_publish<CommunityDeleted>([](db::Write& tx, const CommunityDeleted& e) {
        remove_all_of(tx, {.of = "place", .id = e.community_id.str()});
    });
}

void Causes::listen_to_collections(jobs::Events& events) {
    using namespace collections;
    events.on_publish<CollectionFollowed>([this](db::Write& tx, const CollectionFollowed& e) {
        const auto notice = about_collection(Type::follow, e.user_id, e.collection_id.view(),
                                             "started following your collection '" + e.collection_name + "'");
        if (e.notifies) {
            notices_.tell(tx, notice, e.owner_id);
        } else {
            notices_.bring_back(tx, notice, e.owner_id);
        }
    });
    events.on_publish<CollectionUnfollowed>([this](db::Write& tx, const CollectionUnfollowed& e) {
        notices_.withdraw(tx, about_collection(Type::follow, e.user_id, e.collection_id.view(), {}),
                          e.owner_id);
    });
    events.on_publish<CollaboratorInvited>([this](db::Write& tx, const CollaboratorInvited& e) {
        notices_.tell(tx,
                      about_collection(Type::collection_invite, e.owner_id, e.collection_id.view(),
                                       "invited you to " + e.collection_name),
                      e.user_id);
    });
    events.on_publish<CollectionDeleted>([](db::Write& tx, const CollectionDeleted& e) {
        remove_all_of(tx, {.of = "place", .id = e.collection_id.str()});
    });
}

void Causes::listen_to_stories(jobs::Events& events) {
    using namespace stories;
    events.on_publish<StoryReacted>([this](db::Write& tx, const StoryReacted& e) {
        if (e.is_first && e.user_id != e.author_id) notices_.tell(tx, reaction_to_story(e), e.author_id);
    });
    events.on_publish<StoryEnded>([](db::Write& tx, const StoryEnded& e) {
        if (e.is_gone) remove_all_of(tx, {.of = "place", .id = e.story_id.str()});
    });
}

void Causes::listen_to_schedules(jobs::Events& events) {
    using namespace scheduled_posts;
    events.on_publish<ScheduledPostPublished>([this](db::Write& tx, const ScheduledPostPublished& e) {
        notices_.tell(tx,
                      {.type = Type::scheduled_post_published,
                       .words = "Your scheduled post has been published!",
                       .related_id = e.post_id.str(),
                       .post_id = e.post_id.str(),
                       .target_type = "post",
                       .target_id = e.post_id.str()},
                      e.user_id);
    });
    events.on_publish<ScheduledPostFailed>([this](db::Write& tx, const ScheduledPostFailed& e) {
        Notice notice{.type = Type::scheduled_post_failed,
                      .words = "Your scheduled post could not be published",
                      .target_type = "scheduled_post",
                      .target_id = std::string(e.scheduled_post_id.view())};
        notice.data =
            texts({{"scheduled_post_id", e.scheduled_post_id.view()}, {"error_code", e.error_code}});
        notices_.tell(tx, notice, e.user_id);
    });
    events.on_publish<posts::PollEnded>([this](db::Write& tx, const posts::PollEnded& e) {
        notices_.tell(tx, poll_ended(e.post_id, posts_.find(tx, e.post_id)), e.user_id);
        tx.enqueue(TellVoters{.post_id = e.post_id, .author_id = e.user_id});
    });
}

// Who lost sight of the post since the vote hears nothing more of it. Blocks are looked at when somebody is told, so what is
// open to everybody else needs no look at each of them.
void Causes::keep_readers(db::Read& tx, const std::optional<posts::PostFacts>& post,
                          std::vector<UserId>& people) const {
    if (!post) return people.clear();
    const auto author = users_.account(tx, post->user_id);
    const bool is_open = author.status == users::AccountStatus::active && !author.is_private &&
                         post->visibility == posts::Visibility::public_ && !post->community_id;
    if (is_open) return;
    std::erase_if(people,
                  [&](const UserId& one) { return posts_.sight_of(tx, one, *post) != posts::Sight::seen; });
}

// One page, and the order of the next: a poll with many voters holds nobody up, and after a crash everybody is still told
// once, which is what a cause is for.
void Causes::tell_voters(db::Write& tx, const TellVoters& job) {
    if (facts_ == nullptr || job.told >= kMostVoters) return;
    auto voters = facts_->voters_after(tx, job.post_id, job.after, kVotersAtOnce);
    const bool is_last = voters.size() < kVotersAtOnce;
    const auto last = is_last ? UserId() : voters.back();
    std::erase(voters, job.author_id);
    const auto post = posts_.find(tx, job.post_id);
    keep_readers(tx, post, voters);
    auto notice = poll_ended(job.post_id, post);
    notice.owner = job.author_id;
    if (!voters.empty()) notices_.tell(tx, notice, voters);
    if (is_last) return;
    tx.enqueue(TellVoters{
        .post_id = job.post_id, .author_id = job.author_id, .after = last, .told = job.told + kVotersAtOnce});
}

}  // namespace grover::notifications
