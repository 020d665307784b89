#include "domains/posts/posts_sockets.hpp"
#include "domains/posts/posts_test.hpp"
#include "platform/sockets/sockets_testing.hpp"

namespace grover::posts::test {
namespace {

using sockets::Room;
using sockets::TestSocket;
using Lines = std::vector<std::string>;

// A posts world with sockets; listeners are called by hand, as the events service would.
struct Sockets : World {
    sockets::RecordingHub hub{clock};
    sockets::Sockets table;
    PostsSockets watched{db(), users(), posts.gate(), hub};

    Sockets() { watched.add(table); }

    std::string watch(TestSocket& socket, const Caller& me, const PostId& post) {
        return sockets::send(table, socket, me, "post:watch", R"({"post_id":")" + post.str() + "\"}");
    }
    Lines sent() {
        hub.run_due();
        return hub.sent();
    }
};

std::string line(const PostId& post, const std::string& event, const std::string& more) {
    return "post_" + post.str() + ' ' + event + " {\"post_id\":\"" + post.str() + "\",\"postId\":\"" +
           post.str() + "\"" + more + "}";
}

}  // namespace

TEST_CASE("who may see a post may watch it, and others get the answers of REST") {
    Sockets w;
    const auto ada = w.user("ada");
    const auto bob = w.user("bob");
    const auto eve = w.user("eve");
    const auto post = w.post(ada);
    const auto closed = w.post(ada, "for followers", Visibility::followers);
    w.block(ada, eve);
    TestSocket socket(w.hub, "s1", bob.id);
    TestSocket blocked(w.hub, "s2", eve.id);

    CHECK(w.watch(socket, bob, post) ==
          "{\"ok\":true,\"post_id\":\"" + post.str() + "\",\"postId\":\"" + post.str() + "\"}");
    CHECK(socket.is_in(Room::post(post)));
    CHECK(w.watch(socket, bob, closed) ==
          R"({"ok":false,"error":"forbidden","detail":"Not authorized","status":403})");
    CHECK(w.watch(blocked, eve, post) ==
          R"({"ok":false,"error":"not_found","detail":"Post not found","status":404})");
    CHECK(w.watch(socket, {}, post).find("unauthenticated") != std::string::npos);
    CHECK_FALSE(socket.is_in(Room::post(closed)));
    CHECK_FALSE(blocked.is_in(Room::post(post)));
    sockets::send(w.table, socket, bob, "post:unwatch", R"({"postId":")" + post.str() + "\"}");
    CHECK_FALSE(socket.is_in(Room::post(post)));
}

TEST_CASE("reactions are told at once, then once a second, with what is true then") {
    Sockets w;
    const auto ada = w.user("ada");
    const auto bob = w.user("bob");
    const auto post = w.post(ada);
    const auto react = [&](const Caller& me, std::string_view type) {
        w.posts.react(me, post, type);
        w.watched.on_reacted({.post_id = post});
    };
    react(bob, "like");
    CHECK_MESSAGE(w.sent().empty(), "nobody watches");

    w.hub.put(Room::post(post), ada.id);
    react(ada, "🔥");
    CHECK(w.sent() ==
          Lines{line(post, "post:reaction",
                     ",\"likes_count\":1,\"dislikes_count\":0,\"reaction_counts\":{\"like\":1,\"🔥\":1},"
                     "\"reactions_count\":2")});
    react(bob, "like");
    react(bob, "wow");
    react(ada, "🔥");
    CHECK(w.sent().empty());
    w.clock.advance(std::chrono::seconds{1});
    CHECK(w.sent() == Lines{line(post, "post:reaction",
                                 ",\"likes_count\":0,\"dislikes_count\":0,\"reaction_counts\":{\"wow\":1},"
                                 "\"reactions_count\":1")});
}

TEST_CASE("votes are told by option, without who voted") {
    Sockets w;
    const auto ada = w.user("ada");
    const auto post = w.poll(ada);
    w.hub.put(Room::post(post), ada.id);
    w.posts.vote(ada, {.post_id = post, .option_index = 1});
    w.watched.on_voted({.post_id = post});
    CHECK(w.sent() ==
          Lines{line(post, "poll:update", ",\"poll_votes\":{\"0\":0,\"1\":1},\"total_votes\":1")});
}

TEST_CASE("a deleted post is told of last, and its room is empty then") {
    Sockets w;
    const auto ada = w.user("ada");
    const auto post = w.post(ada);
    w.hub.put(Room::post(post), ada.id);
    w.watched.on_deleted({.post_id = post, .user_id = ada.id});
    CHECK(w.sent() == Lines{line(post, "post:deleted", "")});
    CHECK_FALSE(w.hub.has_members(Room::post(post)));
}

TEST_CASE("watching ends with the right to see: an edit, a block, an account that goes private") {
    Sockets w;
    const auto ada = w.user("ada");
    const auto bob = w.user("bob");
    const auto fan = w.user("fan");
    w.follow(fan, ada);
    const auto post = w.post(ada);
    const auto other = w.post(bob);
    const auto all = [&] {
        for (const auto& user : {ada, bob, fan}) {
            w.hub.put(Room::user(user.id), user.id);
            w.hub.put(Room::post(post), user.id);
            w.hub.put(Room::post(other), user.id);
        }
    };
    const auto watchers = [&](const PostId& id) {
        std::string out;
        for (const auto& user : w.hub.members(Room::post(id)))
            out += user == ada.id ? 'a' : user == bob.id ? 'b' : 'f';
        std::ranges::sort(out);
        return out;
    };

    all();
    w.posts.update(ada, {.post_id = post, .visibility = "followers"});
    w.watched.on_updated({.post_id = post, .user_id = ada.id, .updated_at = w.clock.now()});
    CHECK(watchers(post) == "af");
    CHECK(w.sent().size() == 1);

    w.posts.update(ada, {.post_id = post, .visibility = "public"});
    all();
    w.block(ada, bob);
    w.watched.recheck_reader(ada.id);
    w.watched.recheck_reader(bob.id);
    CHECK(watchers(post) == "af");
    CHECK(watchers(other) == "bf");

    w.make_private(bob);
    w.watched.recheck_author(bob.id);
    CHECK(watchers(other) == "b");
    CHECK(watchers(post) == "af");
}

TEST_CASE("a new post is told to the followers that are here, and a private one to nobody") {
    Sockets w;
    const auto ada = w.user("ada");
    const auto bob = w.user("bob");
    const auto eve = w.user("eve");
    const auto away = w.user("away");
    w.follow(bob, ada);
    w.follow(away, ada);
    for (const auto& user : {ada, bob, eve}) w.hub.put(Room::user(user.id), user.id);
    const auto post = w.post(ada);
    w.watched.on_created({.post_id = post, .user_id = ada.id});
    const auto sent = w.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent.front().starts_with("user_" + bob.id.str() + " post:new {\"post_id\":\"" + post.str()));
    w.watched.on_created({.post_id = w.post(ada, "mine", Visibility::private_), .user_id = ada.id});
    CHECK(w.sent().empty());
}

TEST_CASE("a repost is told to the followers that see its root, and to no other") {
    Sockets w;
    const auto ada = w.user("ada");
    const auto dan = w.user("dan");
    const auto bob = w.user("bob");
    const auto eve = w.user("eve");
    w.follow(dan, ada);
    for (int i = 0; i < 30; ++i) {
        const auto fan = w.user("fan" + std::to_string(i));
        w.follow(fan, ada);
        w.hub.put(Room::user(fan.id), fan.id);
    }
    for (const auto& user : {bob, eve, dan}) {
        if (user.id != dan.id) w.follow(user, ada);
        w.hub.put(Room::user(user.id), user.id);
    }
    const auto root = w.post(dan);
    w.block(dan, bob);
    w.block(eve, dan);
    const auto repost = w.posts.repost(ada, {.post_id = root}).repost_id;
    w.watched.on_created({.post_id = repost, .user_id = ada.id});
    auto sent = w.sent();
    CHECK(sent.size() == 31);
    for (const auto& line : sent) {
        CHECK(line.find(bob.id.str()) == std::string::npos);
        CHECK(line.find(eve.id.str()) == std::string::npos);
    }
    CHECK(std::ranges::count_if(sent, [&](const auto& line) {
              return line.starts_with("user_" + dan.id.str() + " post:new {\"post_id\":\"" + repost.str());
          }) == 1);
    w.make_private(dan);
    w.watched.on_created({.post_id = repost, .user_id = ada.id});
    CHECK(w.sent().size() == 1);
}

}  // namespace grover::posts::test
