// The world of a discovery test: that of posts, with comments, discovery and its listeners on top.
#pragma once

#include <thread>

#include "domains/comments/comments.hpp"
#include "domains/discovery/discovery_api.hpp"
#include "domains/posts/posts_test.hpp"

namespace grover::discovery::ranks_test {

using posts::test::Json;
using posts::test::refuses;
using namespace std::chrono_literals;

class World : public posts::test::World {
public:
    explicit World(bool cached = true)
        : posts::test::World(cached), discovery(ground(), {}), background(db(), {.clock = &clock}) {
        posts.writer().plug(discovery);
        discovery.listen(background);
        background.run_due();
    }
    ~World() { db().attach(nullptr); }

    DiscoveryService::Ground ground() {
        return {db(), clock, users_, posts, posts.views(), posts.lists(), posts.feed(), posts.gate()};
    }
    // Listeners hear what happened, and jobs that are due run.
    void settle() { background.run_due(); }

    PostId post(const Caller& author, const std::string& content = "Hello", const std::string& category = "",
                posts::Visibility visibility = posts::Visibility::public_) {
        posts::PostCreate in;
        in.content = content;
        in.visibility = visibility;
        if (!category.empty()) in.category = category;
        const auto id = posts.create(author, in).post_id;
        clock.advance(1ms);
        return id;
    }
    void like(const Caller& me, const PostId& post) { posts.react(me, post, "like"); }
    void mute(const Caller& a, const Caller& b) {
        testing::execute(db(), "INSERT INTO mutes (muter_id, muted_id, scope, created_at) VALUES ('" +
                                   a.id.str() + "', '" + b.id.str() + "', 'all', 1)");
        forget("rel:" + a.id.str());
    }
    // A registered account, as listeners hear of it.
    std::vector<Caller> crowd(const std::string& name, int count) {
        std::vector<Caller> out;
        for (int i = 0; i < count; ++i) out.push_back(user(name + std::to_string(i)));
        return out;
    }
    std::vector<std::string> for_you(const Caller& me, int limit = 30) {
        return posts::test::ids_of(discovery.for_you(me, {.limit = limit}));
    }
    // All pages of one cursor.
    std::vector<std::string> all_for_you(const Caller& me, int limit) {
        std::vector<std::string> out;
        PageRequest request{.limit = limit};
        do {
            const auto page = discovery.for_you(me, request);
            for (const auto& id : posts::test::ids_of(page)) out.push_back(id);
            request.after = page.next;
        } while (!request.after.empty());
        return out;
    }
    std::vector<std::string> category(const Caller& me, const std::string& id,
                                      CategorySort sort = CategorySort::recent) {
        return posts::test::ids_of(discovery.category_posts(me, {.category_id = id, .sort = sort}));
    }
    std::int64_t post_count(const std::string& id) {
        const auto document = *wire::JsonDocument::parse(discovery.categories());
        for (std::size_t i = 0; i < document.root().size(); ++i) {
            if (document.root().at(i).find("id").string() == id)
                return document.root().at(i).find("post_count").integer().value_or(-1);
        }
        return -1;
    }
    // "value value ..." of one field of each item of an array.
    static std::string each(wire::JsonView list, std::string_view field) {
        std::string out;
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (i > 0) out += ' ';
            const auto value = list.at(i).find(field);
            out += value.kind() == wire::JsonKind::string ? std::string(value.string())
                                                          : std::to_string(value.integer().value_or(-1));
        }
        return out;
    }

    DiscoveryService discovery;
    jobs::Background background;
};

inline std::vector<std::string> texts(std::initializer_list<PostId> ids) {
    std::vector<std::string> out;
    for (const auto& id : ids) out.push_back(id.str());
    return out;
}

}  // namespace grover::discovery::ranks_test
