// The world of a collections test: that of posts, with collections on top.
#pragma once

#include <thread>

#include "domains/collections/collections_more_api.hpp"
#include "domains/posts/posts_test.hpp"

namespace grover::collections::test {

using posts::test::Json;
using posts::test::refuses;

class World : public posts::test::World {
public:
    explicit World(bool cached = true)
        : posts::test::World(cached),
          collections(db(), clock, users_, posts.gate(), posts.views(), posts.lists()) {
        posts.writer().plug(collections);
    }

    CollectionId collection(const Caller& owner, const std::string& name, bool is_public = true,
                            std::vector<PostId> with = {}) {
        CollectionCreate in{.name = name, .is_public = is_public};
        for (const auto& post : with) in.posts.push_back(post.str());
        const auto id = collections.create(owner, in).collection_id;
        clock.advance(std::chrono::milliseconds{1});
        return id;
    }
    void add(const Caller& me, const CollectionId& id, const PostId& post) {
        collections.add(me, id, post);
        clock.advance(std::chrono::milliseconds{1});
    }
    // What a profile shows; with whether it is closed to the viewer.
    std::vector<Collection> of_user(const Caller& me, const UserId& user) {
        return collections.of_user(me, user, {}, is_private).items;
    }
    bool is_private = false;
    std::string get(const Caller& me, const CollectionId& id) {
        return collections.get(me, {.collection_id = id}).json;
    }
    // The `post_ids` of a collection as they are shown to somebody.
    std::vector<std::string> shown(const Caller& me, const CollectionId& id) {
        const Json answer(get(me, id));
        std::vector<std::string> out;
        const auto ids = answer.root().find("post_ids");
        for (std::size_t i = 0; i < ids.size(); ++i) out.emplace_back(ids.at(i).string());
        return out;
    }
    std::int64_t in_collections(const PostId& post) {
        return number("SELECT in_collection_count FROM posts WHERE post_id = '" + post.str() + "'");
    }
    // Posts whose counter is not the number of collections they are in.
    std::int64_t drifted() {
        return number(
            "SELECT count(*) FROM posts p WHERE p.in_collection_count <> "
            "(SELECT count(*) FROM collection_posts c WHERE c.post_id = p.post_id)");
    }
    // Calls f(i) on `count` threads at once; how many of them did not throw.
    template <class F>
    int at_once(int count, F f) {
        std::atomic<int> succeeded{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < count; ++i) {
            threads.emplace_back([&, i] {
                try {
                    f(i);
                    ++succeeded;
                } catch (const Error&) {
                }
            });
        }
        for (auto& thread : threads) thread.join();
        return succeeded;
    }

    CollectionsService collections;
    users::UsersService& people() { return users_; }
};

inline std::vector<std::string> texts(std::initializer_list<PostId> ids) {
    std::vector<std::string> out;
    for (const auto& id : ids) out.push_back(id.str());
    return out;
}

template <class Items>
std::string names(const Items& items) {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : " ") + item.name;
    return out;
}

}  // namespace grover::collections::test
