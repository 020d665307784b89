// Who lives in the demo community and what they say: facts only, demo_plans.cpp plays them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace grover::seed {

struct DemoPerson {
    std::string_view username;
    std::string_view name;
    std::string_view bio;
    int hue;  // of the avatar
    std::string_view website = {};
    bool is_private = false;
};

struct DemoComment {
    std::string_view by;
    std::string_view text;
    int answers = -1;  // which of this post's comments; none: the post
};

struct DemoPost {
    std::string_view by;
    double days_ago;
    std::string_view text;
    std::string_view picture = {};  // file of drawing.hpp
    std::string_view place = {};
    std::string_view category = {};
    std::string_view question = {};
    std::vector<std::string> options = {};
    int poll_hours = 24;
    bool for_followers = false;
    bool is_pinned = false;
    std::vector<DemoComment> comments = {};
};

struct DemoRepost {
    std::string_view by;
    std::string_view of;  // the beginning of that post's text
    double days_ago;
    std::string_view comment = {};
};

// The public posts of one category that are there at the end.
struct DemoCollection {
    std::string_view by;
    std::string_view name;
    std::string_view description;
    std::string_view category;
    bool is_public = true;
    std::vector<std::string_view> followers = {};
};

// The first is whom the printed login belongs to.
std::span<const DemoPerson> demo_people();
// In any order.
std::span<const DemoPost> demo_posts();
std::span<const DemoRepost> demo_reposts();
std::span<const DemoCollection> demo_collections();

struct DemoCommunity {
    std::string_view by;
    double days_ago;
    std::string name;
    std::string description;
    std::string category;
    bool is_private = false;
    std::vector<std::string_view> members;
    struct Post {
        std::string_view by;
        std::string text;
    };
    std::vector<Post> posts;
};
std::span<const DemoCommunity> demo_communities();

}  // namespace grover::seed
