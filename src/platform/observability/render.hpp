// Writes the text format. Private to platform/observability.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/observability/metrics.hpp"

namespace grover::metrics {

enum class Type : std::uint8_t { counter, gauge, histogram, summary };

// `{method="GET",handler="/health"}`, or "" without labels.
std::string label_text(const Labels& labels);

class Text {
public:
    explicit Text(TextFormat format) : format_(format) {}

    // Starts a family; its samples follow.
    void family(std::string_view name, std::string_view help, Type type);
    void sample(std::string_view suffix, std::string_view labels, double value);
    void sample(std::string_view suffix, std::string_view labels, std::uint64_t value);
    // Bucket counts (one more than bounds), not yet added up, and the sum in microseconds.
    void histogram(std::string_view labels, std::span<const std::int64_t> bounds,
                   std::span<const std::uint64_t> counts, std::uint64_t sum_us);
    std::string finish() &&;

private:
    void begin_sample(std::string_view suffix, std::string_view labels, std::string_view more_labels);
    void number(double value);

    TextFormat format_;
    std::string out_;
    std::string name_;  // of the current family
};

// The sum over all threads of every slot, taken once per scrape.
using Totals = std::vector<std::uint64_t>;

// Adds families that need more than the plain metrics. For ever.
void add_collector(std::function<void(Text&, const Totals&)> collector);

}  // namespace grover::metrics
