// Distributions that a community follows.
#include "app/seed/random.hpp"

#include <numeric>

namespace grover::seed {

Weighted::Weighted(std::span<const double> weights) : keep_(weights.size(), 1.0), other_(weights.size(), 0) {
    const auto count = weights.size();
    const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(count);
    std::vector<double> share(count);
    std::vector<std::uint32_t> small;
    std::vector<std::uint32_t> large;
    for (std::size_t i = 0; i < count; ++i) {
        share[i] = weights[i] / mean;
        (share[i] < 1.0 ? small : large).push_back(static_cast<std::uint32_t>(i));
    }
    while (!small.empty() && !large.empty()) {
        const auto poor = small.back();
        const auto rich = large.back();
        small.pop_back();
        keep_[poor] = share[poor];
        other_[poor] = rich;
        share[rich] -= 1.0 - share[poor];
        if (share[rich] < 1.0) {
            large.pop_back();
            small.push_back(rich);
        }
    }
}

std::vector<double> shuffled_zipf(Random& random, std::size_t count, double exponent) {
    std::vector<double> weights(count);
    for (std::size_t i = 0; i < count; ++i) weights[i] = std::pow(static_cast<double>(i + 1), -exponent);
    for (std::size_t i = count; i > 1; --i) {
        std::swap(weights[i - 1], weights[random.below(static_cast<std::uint32_t>(i))]);
    }
    return weights;
}

}  // namespace grover::seed
