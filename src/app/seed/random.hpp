// Chance that is the same in every run: what a seed number makes never depends on the machine or the library.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace grover::seed {

// xoshiro256**, started by splitmix64. One stream for each subject, so that more of one changes nothing in another.
class Random {
public:
    Random(std::uint64_t seed, std::string_view subject) {
        std::uint64_t x = seed;
        for (const char c : subject) x = (x ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        for (auto& word : state_) {
            x += 0x9e3779b97f4a7c15ULL;
            auto z = x;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
            word = z ^ (z >> 31);
        }
    }

    std::uint64_t bits() {
        const auto result = std::rotl(state_[1] * 5, 7) * 9;
        const auto t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    // In [0, 1).
    double fraction() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
    // In [0, n); n > 0.
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>((bits() >> 32) * n >> 32); }
    // In [low, high], both ends included.
    int between(int low, int high) {
        return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low + 1)));
    }
    bool chance(double probability) { return fraction() < probability; }
    // Exponentially distributed around that mean.
    double around(double mean) { return -std::log1p(-fraction()) * mean; }

    template <class Range>
    const auto& one_of(const Range& range) {
        return range[below(static_cast<std::uint32_t>(std::size(range)))];
    }
    // Early ones often, late ones seldom.
    template <class Range>
    const auto& favourite_of(const Range& range) {
        const auto x = fraction();
        return range[static_cast<std::size_t>(x * x * static_cast<double>(std::size(range)))];
    }

private:
    std::array<std::uint64_t, 4> state_{};
};

// Draws indexes by weight in constant time (Vose's alias method).
class Weighted {
public:
    explicit Weighted(std::span<const double> weights);

    std::uint32_t draw(Random& random) const {
        const auto i = random.below(static_cast<std::uint32_t>(keep_.size()));
        return random.fraction() < keep_[i] ? i : other_[i];
    }

private:
    std::vector<double> keep_;
    std::vector<std::uint32_t> other_;
};

// 1, 1/2^s, 1/3^s, ... in an order that says nothing about the index.
std::vector<double> shuffled_zipf(Random& random, std::size_t count, double exponent);

}  // namespace grover::seed
