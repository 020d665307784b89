#include "domains/live_board/live_board.hpp"

#include <doctest/doctest.h>

#include "domains/comments/comments.hpp"
#include "domains/live_board/live_board_events.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/people_test.hpp"
#include "platform/jobs/background.hpp"
#include "platform/sockets/sockets_testing.hpp"

namespace grover::live_board {
namespace {

using sockets::Room;
using sockets::TestSocket;
using Lines = std::vector<std::string>;

struct FakePosts final : BoardPosts {
    std::map<UserId, Received> by_author;
    std::map<PostId, UserId> by_post;
    Received received(db::Read&, const UserId& author) override { return by_author[author]; }
    std::vector<UserId> authors(db::Read&, std::span<const PostId> posts) override {
        std::vector<UserId> out;
        for (const auto& post : posts) out.push_back(by_post.at(post));
        return out;
    }
};

struct World : users::People {
    FakePosts posts;
    sockets::RecordingHub hub{clock};
    sockets::Sockets table;
    jobs::Background background{*db, {.clock = &clock}};
    LiveBoard board{*db, users, posts, hub};

    World() {
        board.add(table);
        board.listen(background.events());
        listen_for_milestones(background.events(), users, clock);
    }

    void follow(const Caller& a, const Caller& b) {
        db->write([&](db::Write& tx) {
            users.add_follow(tx, a.id, b.id, clock.now());
            tx.publish(users::Followed{.follower_id = a.id, .following_id = b.id, .created_at = clock.now()});
        });
    }
    template <class E>
    void publish(const E& event) {
        db->write([&](db::Write& tx) { tx.publish(event); });
    }
    // What was told, the name and whether it holds `text`.
    Lines told() {
        background.run_due();
        hub.run_due();
        return hub.sent();
    }
    std::string open_board(TestSocket& socket, const Caller& me) {
        return sockets::send(table, socket, me, "register_user", "{\"user_id\":\"user_somebody_else\"}");
    }
};

bool has(const std::string& line, const std::string& text) { return line.find(text) != line.npos; }

}  // namespace

TEST_CASE("register_user tells this socket its own numbers, whoever it names") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan");
    w.follow(fan, ada);
    w.posts.by_author[ada.id] = {.comments = 7, .shares = 3};
    TestSocket socket(w.hub, "s1", ada.id);
    CHECK(w.open_board(socket, ada) == R"({"ok":true})");
    const auto sent = w.hub.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].starts_with("socket s1 live_metrics {\"user_id\":\"" + ada.id.str() + "\""));
    CHECK(has(sent[0], R"("followers_count":1)"));
    CHECK(has(sent[0], R"("total_posts":0)"));
    CHECK(has(sent[0], R"("total_likes":0)"));
    CHECK(has(sent[0], R"("total_comments":7)"));
    CHECK(has(sent[0], R"("total_shares":3)"));
    CHECK(has(sent[0], R"("total_revenue":0)"));
    CHECK(has(sent[0], R"("earnings_balance":0)"));
    CHECK(has(sent[0], R"("reason":"connection")"));
}

TEST_CASE("a board that is looked at hears of changes, twice in two seconds at most, the last one always") {
    World w;
    const auto ada = w.user("ada"), fan = w.user("fan"), other = w.user("other");
    const PostId post("post_1");
    w.posts.by_post[post] = ada.id;
    w.follow(fan, other);
    CHECK(w.told().empty());
    TestSocket socket(w.hub, "s1", ada.id);
    w.open_board(socket, ada);
    w.hub.sent();

    w.follow(fan, ada);
    auto told = w.told();
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with("board_" + ada.id.str() + " live_metrics "));
    CHECK(has(told[0], R"("followers_count":1)"));
    CHECK(has(told[0], R"("reason":"followers")"));

    w.publish(posts::PostReacted{.post_id = post, .author_id = ada.id, .user_id = fan.id, .added = "like"});
    w.follow(other, ada);
    w.publish(posts::PostShared{.post_id = post, .author_id = ada.id, .user_id = fan.id});
    CHECK_MESSAGE(w.told().empty(), "not yet");
    w.clock.advance(std::chrono::seconds{2});
    told = w.told();
    REQUIRE(told.size() == 1);
    CHECK(has(told[0], R"("followers_count":2)"));
    CHECK(has(told[0], R"("reason":"engagement")"));

    w.clock.advance(std::chrono::seconds{4});
    w.told();
    w.publish(comments::CommentCreated{.comment_id = CommentId("comment_1"),
                                       .post_id = post,
                                       .user_id = fan.id,
                                       .created_at = w.clock.now()});
    told = w.told();
    REQUIRE(told.size() == 1);
    CHECK(has(told[0], R"("reason":"engagement")"));

    // Nobody looks any more; others' boards are nobody's.
    w.hub.clear(Room::other("board_", ada.id.view()));
    w.clock.advance(std::chrono::seconds{4});
    w.follow(ada, other);
    w.publish(posts::PostShared{.post_id = post, .author_id = ada.id, .user_id = fan.id});
    CHECK(w.told().empty());
}

TEST_CASE("a milestone is told once for each number, however followers come and go") {
    World w;
    const auto ada = w.user("ada");
    w.hub.put(Room::user(ada.id), ada.id);
    std::vector<Caller> fans;
    for (int i = 0; i < 11; ++i) fans.push_back(w.user("fan" + std::to_string(i)));
    for (int i = 0; i < 9; ++i) w.follow(fans[static_cast<std::size_t>(i)], ada);
    CHECK(w.told().empty());
    w.follow(fans[9], ada);
    const auto told = w.told();
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with(
        "user_" + ada.id.str() +
        R"( milestone {"type":"followers","value":10,"message":"You reached 10 followers!")"));
    // One goes and another one comes.
    testing::execute(*w.db,
                     "UPDATE user_counts SET followers_count = 9 WHERE user_id = '" + ada.id.str() + "'");
    w.follow(fans[10], ada);
    CHECK(w.told().empty());
    CHECK(testing::count_rows(*w.db, "milestones") == 1);
}

}  // namespace grover::live_board
