// What was found in memory before a write must not outlive its truth.
#include "domains/posts/posts_test.hpp"

using namespace grover;
using namespace grover::posts;
using namespace grover::posts::test;

namespace {

void write_after(World& w, const Caller& reader, const PostId& post, FunctionRef<void()> change) {
    const auto admission = w.posts.gate().admit(w.db(), reader, post);
    change();
    w.db().write([&](db::Write& tx) { w.posts.gate().get_visible(tx, reader, admission); });
}

}  // namespace

TEST_CASE("an admission gives what the store would") {
    for (const bool cached : {true, false}) {
        World w(cached);
        const auto ada = w.user("ada"), bob = w.user("bob");
        const auto id = w.post(ada, "x", Visibility::followers);
        w.follow(bob, ada);
        const auto admission = w.posts.gate().admit(w.db(), bob, id);
        const auto post =
            w.db().write([&](db::Write& tx) { return w.posts.gate().get_visible(tx, bob, admission); });
        CHECK(post.post_id == id);
        CHECK(post.user_id == ada.id);
        CHECK(post.visibility == Visibility::followers);
    }
}

TEST_CASE("who loses sight of a post between admission and write is refused") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto post = [&] {
        const auto id = w.post(ada);
        w.get(bob, id);  // in memory
        return id;
    };
    const auto edit = [&](const PostId& id, const std::string& visibility) {
        PostUpdate in;
        in.post_id = id;
        in.visibility = visibility;
        w.posts.update(ada, in);
    };

    const auto hidden = post();
    refuses(ErrorKind::not_found, "Post not found",
            [&] { write_after(w, bob, hidden, [&] { edit(hidden, "private"); }); });
    const auto closed = post();
    refuses(ErrorKind::not_authorized, "Not authorized",
            [&] { write_after(w, bob, closed, [&] { edit(closed, "followers"); }); });
    const auto gone = post();
    refuses(ErrorKind::not_found, "Post not found",
            [&] { write_after(w, bob, gone, [&] { w.posts.remove(ada, gone); }); });
    const auto private_account = post();
    refuses(ErrorKind::not_authorized, "Not authorized",
            [&] { write_after(w, bob, private_account, [&] { w.make_private(ada); }); });
    w.follow(bob, ada);
    write_after(w, bob, private_account, [] {});
    refuses(ErrorKind::not_found, "Post not found",
            [&] { write_after(w, bob, private_account, [&] { w.block(ada, bob); }); });
}

TEST_CASE("who comes to see a post between admission and write is let in") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.post(ada, "x", Visibility::followers);
    write_after(w, bob, id, [&] { w.follow(bob, ada); });
}

TEST_CASE("a repost is as visible as its root") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto root = w.post(ada);
    const auto repost = w.posts.repost(eve, {.post_id = root}).repost_id;
    write_after(w, bob, repost, [] {});
    refuses(ErrorKind::not_found, "Post not found",
            [&] { write_after(w, bob, repost, [&] { w.block(ada, bob); }); });
}
