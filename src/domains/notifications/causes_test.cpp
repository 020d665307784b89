// What becomes a notification, and what does not.
#include "domains/auth/auth.hpp"
#include "domains/notifications/notifications_test.hpp"
#include "sql/notifications.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::notifications;
using namespace grover::notifications::test;
using namespace std::chrono_literals;

TEST_CASE("no statement of notifications reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::notifications::all);
}

TEST_CASE("each thing that others do is told in its own words, with the ids that clients open") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    w.follow(bob, ada);
    CHECK(w.told(ada) == "follow: bob started following you");
    CHECK(w.list(ada)["notifications"].at(0).find("related_id").is_null());
    CHECK(w.member(ada, "actor_id") == bob.id.str());

    const auto post = w.post(ada);
    w.react(bob, ada, post, "love");
    CHECK(w.told(ada).starts_with("reaction: bob reacted ❤️ to your post\n"));
    CHECK(w.member(ada, "related_id") == post.str());
    CHECK(w.member(ada, "post_id") == post.str());
    CHECK(w.list(ada)["notifications"].at(0).find("data").find("reaction_type").string() == "love");
    CHECK(w.list(ada)["notifications"].at(0).find("actor").find("username").string() == "bob");

    const auto comment = w.comment(bob, post, ada.id);
    CHECK(w.told(ada).starts_with("comment: bob commented on your post\n"));
    CHECK(w.member(ada, "related_id") == post.str());
    CHECK(w.member(ada, "comment_id") == comment.str());
    w.comment(cleo, post, {}, "answer", ada.id);
    CHECK(w.told(ada).starts_with("comment: cleo replied to your comment\n"));

    w.like_comment(ada, bob, post, comment);
    CHECK(w.told(bob) == "comment_like: ada liked your comment");
    CHECK(w.member(bob, "related_id") == post.str());
    CHECK(w.member(bob, "comment_id") == comment.str());

    w.comment(ada, post, {}, "look @cleo", {}, {cleo.id});
    CHECK(w.told(cleo) == "mention: ada mentioned you in a comment");
    w.mention(bob, cleo, w.post(bob, "hey @cleo"));
    CHECK(w.told(cleo).starts_with("mention: bob mentioned you in a post\n"));

    w.share(bob, ada, post);
    CHECK(w.told(ada).starts_with("share: bob shared your post\n"));
    const auto repost = w.repost(cleo, ada, post);
    CHECK(w.told(ada).starts_with("repost: cleo reposted your post\n"));
    CHECK(w.member(ada, "related_id") == repost.str());
    CHECK(w.member(ada, "post_id") == post.str());

    w.publish(auth::SecurityAlert{.user_id = ada.id,
                                  .matter = auth::SecurityMatter::password_changed,
                                  .platform = "ios",
                                  .device = {},
                                  .ip = "127.0.0.1",
                                  .created_at = w.clock.now()});
    CHECK(w.told(ada).starts_with("security: Your password was changed (ios)\n"));
    CHECK(w.list(ada)["notifications"].at(0).find("actor").is_null());
    w.publish(users::ExportReady{ada.id, "export_1"});
    CHECK(w.told(ada).starts_with("system: Your data export is ready\n"));
    CHECK(w.drifted() == 0);
}

TEST_CASE("nobody is told of own actions, nor by people they blocked or muted, nor where the switch is off") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo"), dora = w.user("dora");
    const auto post = w.post(ada), bobs = w.post(bob);
    w.react(ada, ada, post);
    w.comment(ada, post, ada.id);
    CHECK(w.rows("notifications") == 0);

    w.react(ada, bob, bobs);
    w.react(bob, ada, post);
    w.notifications.mark_read(bob, {});
    CHECK(w.rows("notifications") == 2);
    // Takes each out of the other's list, read or not.
    w.block(ada, bob);
    CHECK(w.rows("notifications") == 0);
    w.react(bob, ada, post, "wow");
    w.share(ada, bob, bobs);
    w.comment(bob, post, ada.id);

    const auto everything = [&](const Caller& actor, const Caller& recipient) {
        const auto theirs = w.post(recipient);
        const auto comment = w.comment(recipient, theirs, {});
        w.react(actor, recipient, theirs);
        w.comment(actor, theirs, recipient.id);
        w.comment(actor, theirs, {}, "hi", recipient.id);
        w.comment(actor, theirs, {}, "hi", {}, {recipient.id});
        w.like_comment(actor, recipient, theirs, comment);
        w.share(actor, recipient, theirs);
        w.repost(actor, recipient, theirs);
        w.follow(actor, recipient);
        w.mention(actor, recipient, w.post(actor));
        w.publish(users::FollowRequested{actor.id, recipient.id, w.clock.now(), true});
        w.publish(users::FollowAccepted{recipient.id, actor.id, w.clock.now()});
    };
    w.mute(cleo, ada, "notifications");
    everything(ada, cleo);
    w.settings(dora,
               "notify_likes = 0, notify_comments = 0, notify_mentions = 0, notify_reposts = 0, "
               "notify_followers = 0");
    everything(ada, dora);
    CHECK(w.rows("notifications") == 0);
    CHECK(w.rows("notification_counts WHERE total > 0") == 0);

    // A mute of posts alone, and switches that are on, keep nothing away.
    const auto emil = w.user("emil");
    w.mute(emil, ada, "posts");
    everything(ada, emil);
    CHECK(w.list(emil).number("total") == 11);
    CHECK(w.drifted() == 0);
}

TEST_CASE("a hidden actor tells nobody anything, and what they told before no longer names them") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.follow(bob, ada);
    w.db().write([&](db::Write& tx) {
        testing::execute_in(tx, "UPDATE users SET suspended_at = 1 WHERE user_id = :text", bob.id.str());
        tx.touch(bob.id);
    });
    CHECK(w.member(ada, "actor_id") == "deleted");
    CHECK(w.told(ada) == "follow: User started following you");
    w.react(bob, ada, w.post(ada));
    CHECK(w.rows("notifications") == 1);
    w.publish(users::AccountDeleted{bob.id});
    CHECK(w.rows("notifications") == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("what is kept of a recipient ends with each change of it, in both directions") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto tells = [&] {
        const auto before = w.rows("notifications");
        w.react(bob, ada, w.post(ada));
        return w.rows("notifications") > before;
    };
    CHECK(tells());
    CHECK(tells());
    w.settings(ada, "notify_likes = 0");
    CHECK_FALSE(tells());
    w.settings(ada, "notify_likes = 1");
    CHECK(tells());
    w.mute(ada, bob, "notifications");
    CHECK_FALSE(tells());
    w.execute("UPDATE mutes SET until = " + std::to_string((w.clock.now() + 1h).us));
    w.touch(ada);
    CHECK_FALSE(tells());
    // Nothing is written when a mute runs out.
    w.wait(61min);
    CHECK(tells());
    w.block(bob, ada);
    CHECK_FALSE(tells());
    w.execute("DELETE FROM blocks");
    w.touch(ada);
    CHECK(tells());
    w.execute("UPDATE users SET suspended_at = 1 WHERE user_id = '" + bob.id.str() + "'");
    w.touch(bob);
    CHECK_FALSE(tells());
    w.execute("UPDATE users SET suspended_at = NULL WHERE user_id = '" + bob.id.str() + "'");
    w.touch(bob);
    w.rename(bob, "Robert");
    CHECK(tells());
    CHECK(w.told(ada).starts_with("reaction: Robert "));
}

TEST_CASE("security is told whatever is switched off") {
    World w;
    const auto ada = w.user("ada");
    w.settings(
        ada,
        "notify_followers = 0, notify_likes = 0, notify_comments = 0, notify_messages = 0, notify_sales = 0, "
        "notify_mentions = 0, notify_reposts = 0, notify_tips = 0");
    w.publish(users::PayoutAddressChanged{ada.id});
    w.publish(users::PayoutAddressChanged{ada.id});
    CHECK(w.told(ada) ==
          "security: Your payout address was changed\nsecurity: Your payout address was changed");
}

TEST_CASE("muted words keep away what quotes them, as whole words in any case") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    w.settings(ada, "mute_keywords = '[\"spoiler\",\"the end\"]'");
    const auto post = w.post(ada);
    w.comment(bob, post, ada.id, "A SPOILER: he dies");
    w.comment(bob, post, ada.id, "this is (The End)!");
    w.mention(bob, ada, w.post(bob, "@ada a spoiler"));
    CHECK(w.rows("notifications") == 0);
    w.comment(bob, post, ada.id, "spoilers are something else");
    CHECK(w.rows("notifications") == 1);
}

TEST_CASE("the same thing within a day is told once; what was undone unread comes back as it was") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    w.react(bob, ada, post);
    const auto id = w.member(ada, "notification_id");
    w.unreact(bob, ada, post);
    CHECK(w.told(ada) == "");
    CHECK(w.list(ada).number("unread_count") == 0);
    w.react(bob, ada, post);
    CHECK(w.member(ada, "notification_id") == id);
    CHECK(w.rows("notifications") == 1);

    // Read: it stays when it is undone, and nothing comes when it is done again.
    w.notifications.mark_read(ada, {});
    w.unreact(bob, ada, post);
    w.react(bob, ada, post, "wow");
    CHECK(w.rows("notifications") == 1);
    CHECK(w.list(ada).number("unread_count") == 0);
    w.wait(24h);
    w.react(bob, ada, post);
    CHECK(w.rows("notifications") == 2);

    const auto follows = [&] { return w.text("SELECT count(*) FROM notifications WHERE type = 'follow'"); };
    w.follow(bob, ada);
    w.unfollow(bob, ada);
    CHECK(follows() == "0");
    w.follow(bob, ada, false);  // users say: told within a day
    CHECK(follows() == "1");
    w.follow(bob, ada, false);
    CHECK(follows() == "1");
    w.follow(ada, bob, false);  // an accepted request
    CHECK(follows() == "1");

    const auto reposts = [&] { return w.text("SELECT count(*) FROM notifications WHERE type = 'repost'"); };
    const auto repost = w.repost(bob, ada, post);
    w.publish(posts::PostDeleted{.post_id = repost, .user_id = bob.id});
    CHECK(reposts() == "0");
    const auto again = w.repost(bob, ada, post);
    CHECK(reposts() == "1");
    CHECK(w.text("SELECT related_id FROM notifications WHERE type = 'repost'") == again.str());
    CHECK(w.drifted() == 0);
}

TEST_CASE("what a notification points at takes it along") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    const auto post = w.post(ada);
    const auto comment = w.comment(bob, post, ada.id);
    w.like_comment(ada, bob, post, comment);
    const auto below = w.comment(cleo, post, {}, "below", bob.id);
    w.react(cleo, ada, post);
    CHECK(w.told(bob) == "comment: cleo replied to your comment\ncomment_like: ada liked your comment");
    w.notifications.mark_read(bob, {});
    w.publish(comments::CommentDeleted{
        .comment_id = comment, .post_id = post, .parent_comment_id = {}, .comment_ids = {comment, below}});
    CHECK(w.told(bob) == "");
    CHECK(w.told(ada) == "reaction: cleo reacted 👍 to your post");
    w.repost(bob, ada, post);
    w.comment(bob, post, ada.id, "once more");
    w.comment(cleo, post, {}, "to bob", bob.id);
    w.comment(cleo, post, ada.id, "to all", {}, {bob.id});
    CHECK(w.rows("notifications") == 6);
    w.publish(posts::PostDeleted{.post_id = post, .user_id = ada.id});
    CHECK(w.rows("notifications") == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("a post that thousands reacted to takes all of it along, in pieces") {
    World w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    for (int i = 0; i < 450; ++i) {
        w.db().write([&](db::Write& tx) {
            testing::execute_in(tx,
                                "INSERT INTO notifications (user_id, created_at, notification_id, type, "
                                "content, post_id, in_post_index) "
                                "VALUES (:text, " +
                                    std::to_string(i) + ", 'notif_" + std::to_string(i) +
                                    "', 'reaction', 'x', '" + post.str() + "', " + std::to_string(i % 2) +
                                    ")",
                                ada.id.str());
        });
    }
    w.db().write([&](db::Write& tx) {
        testing::execute_in(tx,
                            "INSERT INTO notification_counts (user_id, type, total, unread) VALUES (:text, "
                            "'reaction', 450, 450)",
                            ada.id.str());
    });
    w.publish(posts::PostDeleted{.post_id = post, .user_id = ada.id});
    CHECK(w.rows("notifications") == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("who blocks, and who leaves, takes along what the two told each other, of comments too") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    w.wait(24h);  // nobody is new any more
    const auto post = w.post(ada);
    const auto comment = w.comment(bob, post, ada.id);
    w.comment(cleo, post, ada.id, "me too", bob.id);
    w.react(bob, ada, post);
    w.like_comment(ada, bob, post, comment);
    CHECK(w.rows("notifications") == 5);
    w.publish(users::UserBlocked{.blocker_id = ada.id, .blocked_id = bob.id});
    CHECK(w.told(ada) == "comment: cleo commented on your post");
    CHECK(w.told(bob) == "comment: cleo replied to your comment");
    CHECK(w.drifted() == 0);

    w.react(cleo, ada, post);
    const auto last = w.comment(cleo, post, ada.id, "bye");
    w.publish(users::AccountDeleted{.user_id = cleo.id});
    w.publish(comments::CommentErased{.comment_id = last});
    CHECK(w.told(ada) == "comment: cleo commented on your post");
    CHECK(w.drifted() == 0);
}

TEST_CASE("an event that is told twice tells nobody twice") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = w.post(ada);
    for (int i = 0; i < 3; ++i) w.react(bob, ada, post);
    CHECK(w.rows("notifications") == 1);
    CHECK(w.drifted() == 0);
}
