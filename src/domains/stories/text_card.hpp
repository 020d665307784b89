// The plain picture behind a story that is text alone.
#pragma once

#include <cstdint>
#include <string>

namespace grover::stories {

// "data:image/png;base64,…": 1080 x 1920 pixels of one colour, chosen by `seed`.
std::string text_card(std::uint64_t seed);

}  // namespace grover::stories
