#include "platform/base/random_text.hpp"

#include "platform/base/id.hpp"

namespace grover {
namespace {

constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";

void fill(std::span<char> out, unsigned char mask) {
    fill_random(out.data(), out.size());
    for (char& c : out) c = kDigits[static_cast<unsigned char>(c) & mask];
}

}  // namespace

std::string random_hex(std::size_t digits) {
    std::string out(digits, '\0');
    fill(out, 15);
    return out;
}

std::string random_text(std::size_t characters) {
    std::string out(characters, '\0');
    fill(out, 31);
    return out;
}

void fill_random_text(std::span<char> out) { fill(out, 31); }

}  // namespace grover
