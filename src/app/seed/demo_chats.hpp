// What the demo community says to each other in private: facts only, demo_plans.cpp plays them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace grover::seed {

struct DemoLine {
    std::string_view by;
    double minutes;  // after the line before
    std::string_view text;
    bool answers = false;            // quotes the line before
    std::string_view reaction = {};  // of somebody else
    std::string_view reaction_by = {};
};

// Of two, or with a name of a group that the first one made.
struct DemoChat {
    std::vector<std::string_view> people;
    double days_ago;
    std::vector<DemoLine> lines;
    std::string_view group = {};
    std::string_view description = {};
    int unread = 0;  // so many last lines the login has not read
};

std::span<const DemoChat> demo_chats();

}  // namespace grover::seed
