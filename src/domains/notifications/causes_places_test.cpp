// What communities, collections, schedules and polls tell.
#include "domains/collections/collections.hpp"
#include "domains/communities/communities.hpp"
#include "domains/notifications/notifications_test.hpp"
#include "domains/scheduled_posts/scheduled_posts.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;
using namespace std::chrono_literals;

TEST_CASE("communities and collections tell whom it concerns, and take back what is over") {
    World w;
    KnownFacts facts;
    w.notifications.plug(facts);
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    const CommunityId community("community_1");
    w.publish(communities::CommunityRequested{community, bob.id, {ada.id, cleo.id}, w.clock.now()});
    CHECK(w.told(ada) == "community_request: bob asked to join Gardeners");
    CHECK(w.member(ada, "community_id") == "community_1");
    CHECK(w.member(cleo, "related_id") == "community_1");
    w.publish(communities::CommunityRequestEnded{community, bob.id});
    CHECK(w.rows("notifications") == 0);
    w.publish(communities::CommunityAccepted{community, bob.id, ada.id, w.clock.now()});
    CHECK(w.told(bob) == "community_accepted: ada accepted you into Gardeners");
    w.publish(communities::CommunityInvited{community, ada.id, {cleo.id}, w.clock.now()});
    CHECK(w.told(cleo) == "community_invite: ada invited you to Gardeners");
    w.publish(posts::PostDeleted{
        .post_id = PostId("cpost_1"), .user_id = bob.id, .community_id = community, .removed_by = ada.id});
    CHECK(w.told(bob).starts_with("post_removed: A moderator removed your post from Gardeners\n"));
    CHECK(w.list(bob)["notifications"].at(0).find("related_id").is_null());
    const PostId post("cpost_2");
    w.publish(posts::PostReacted{.post_id = post,
                                 .author_id = ada.id,
                                 .user_id = cleo.id,
                                 .added = "like",
                                 .community_id = community});
    CHECK(w.told(ada) == "reaction: cleo reacted 👍 to your post");
    CHECK(w.member(ada, "community_id") == "community_1");
    CHECK(w.member(ada, "post_id") == "cpost_2");
    w.publish(comments::CommentLiked{.comment_id = CommentId("comment_2"),
                                     .post_id = post,
                                     .author_id = ada.id,
                                     .user_id = cleo.id,
                                     .community_id = community});
    CHECK(w.member(ada, "community_id") == "community_1");
    w.publish(communities::CommunityDeleted{community});
    CHECK(w.rows("notifications") == 0);

    const collections::CollectionId collection("collection_1");
    w.publish(collections::CollectionFollowed{collection, "Pots", ada.id, bob.id, true, w.clock.now()});
    CHECK(w.told(ada) == "follow: bob started following your collection 'Pots'");
    CHECK(w.member(ada, "related_id") == "collection_1");
    w.publish(collections::CollectionUnfollowed{collection, ada.id, bob.id});
    CHECK(w.told(ada) == "");
    w.publish(collections::CollaboratorInvited{collection, "Pots", ada.id, cleo.id, w.clock.now()});
    CHECK(w.told(cleo) == "collection_invite: ada invited you to Pots");
    w.publish(collections::CollectionDeleted{collection, ada.id});
    CHECK(w.rows("notifications") == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("schedules and polls: their owner is told, and up to 10,000 voters, once each") {
    World w;
    KnownFacts facts;
    w.notifications.plug(facts);
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.publish(scheduled_posts::ScheduledPostPublished{scheduled_posts::ScheduledPostId("scheduled_1"), ada.id,
                                                      post, w.clock.now()});
    CHECK(w.told(ada) == "scheduled_post_published: Your scheduled post has been published!");
    CHECK(w.member(ada, "related_id") == post.str());
    w.publish(scheduled_posts::ScheduledPostFailed{scheduled_posts::ScheduledPostId("scheduled_2"), ada.id,
                                                   "content_refused", w.clock.now()});
    CHECK(w.told(ada).starts_with("scheduled_post_failed: Your scheduled post could not be published\n"));
    CHECK(w.text("SELECT data FROM notifications WHERE type = 'scheduled_post_failed'")
              .starts_with(R"({"scheduled_post_id":"scheduled_)"));

    for (int i = 0; i < 130; ++i) facts.voters.push_back(w.user("voter" + std::to_string(i)).id);
    facts.voters.push_back(ada.id);
    facts.voters.push_back(bob.id);
    std::ranges::sort(facts.voters);
    w.block(bob, ada);
    for (int i = 0; i < 2; ++i) w.publish(posts::PollEnded{post, ada.id, w.clock.now()});
    CHECK(w.number("SELECT count(*) FROM notifications WHERE type = 'poll_ended'") == 131);
    CHECK(w.told(ada).starts_with("poll_ended: The poll you took part in has ended\n"));
    CHECK(w.told(bob) == "");
    CHECK(w.drifted() == 0);
}

TEST_CASE("the end of a poll is not told to voters who lost sight of the post") {
    World w;
    KnownFacts facts;
    w.notifications.plug(facts);
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    facts.voters = {bob.id, cleo.id};
    std::ranges::sort(facts.voters);
    testing::execute(w.db(), "INSERT INTO follows (follower_id, following_id, created_at) VALUES ('" +
                                 bob.id.str() + "', '" + ada.id.str() + "', 1)");
    const auto ended = [&](const PostId& post) {
        w.publish(posts::PollEnded{post, ada.id, w.clock.now()});
        return w.told(bob) + " / " + w.told(cleo);
    };
    const std::string told = "poll_ended: The poll you took part in has ended";
    const auto clear = [&] { w.execute("DELETE FROM notifications"); };

    SUBCASE("the account became private: its followers still hear") {
        const auto post = w.post(ada);
        w.execute("UPDATE users SET is_private = 1 WHERE user_id = '" + ada.id.str() + "'");
        CHECK(ended(post) == told + " / ");
    }
    SUBCASE("the post is for followers") {
        const auto post = w.post(ada);
        w.execute("UPDATE posts SET visibility = 1 WHERE post_id = '" + post.str() + "'");
        CHECK(ended(post) == told + " / ");
    }
    SUBCASE("the post is its author's alone, or gone") {
        const auto post = w.post(ada), gone = w.post(ada);
        w.execute("UPDATE posts SET visibility = 2 WHERE post_id = '" + post.str() + "'");
        w.execute("DELETE FROM posts WHERE post_id = '" + gone.str() + "'");
        CHECK(ended(post) == " / ");
        clear();
        CHECK(ended(gone) == " / ");
    }
    SUBCASE("the author's account is hidden") {
        const auto post = w.post(ada);
        w.execute("UPDATE users SET deactivated_at = 1 WHERE user_id = '" + ada.id.str() + "'");
        CHECK(ended(post) == " / ");
    }
}
