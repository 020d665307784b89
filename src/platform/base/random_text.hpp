// Names that nobody else makes: of nodes, files, requests, reports. Nobody can guess them. Any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace grover {

// So many digits of 0..9 and a..f: 4 random bits each.
std::string random_hex(std::size_t digits);
// So many characters of 0..9 and a..v: 5 random bits each.
std::string random_text(std::size_t characters);
void fill_random_text(std::span<char> out);

}  // namespace grover
