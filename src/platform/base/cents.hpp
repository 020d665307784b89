// Money: an integer number of US cents. There is no way to make one from a floating-point number.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace grover {

struct Cents {
    std::int64_t value = 0;

    auto operator<=>(const Cents&) const = default;
    friend Cents operator+(Cents a, Cents b) { return {a.value + b.value}; }
    friend Cents operator-(Cents a, Cents b) { return {a.value - b.value}; }
};

// As a JSON number of dollars with at most two decimals: 29.99, 5, 0.5.
std::string to_dollars(Cents cents);

}  // namespace grover
