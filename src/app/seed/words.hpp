// What made-up people are called and what they write.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/seed/random.hpp"

namespace grover::seed {

// What somebody cares about: one of the categories of contract/discovery.md §3.
struct Topic {
    std::string_view category;
    std::vector<std::string_view> tags;  // most used first
    std::vector<std::string_view> things;
    std::vector<std::string_view> doings;
};
std::span<const Topic> topics();

std::string make_name(Random& random);
// Of the name, unique through the number: "amara_okafor12".
std::string make_username(std::string_view name, std::int64_t number);
std::string make_bio(Random& random, const Topic& topic);
std::string make_place(Random& random);

// A few words up to some thousand characters, mostly short; without tags.
std::string make_text(Random& random, const Topic& topic);
std::string make_comment(Random& random, const Topic& topic);
std::string make_question(Random& random);
// 2..5 different ones.
std::vector<std::string> make_options(Random& random, const Topic& topic);

}  // namespace grover::seed
