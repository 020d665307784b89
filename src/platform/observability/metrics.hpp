// Counters, histograms and gauges, and their text for Prometheus (contract/monitoring.md §4).
//
// Every thread counts in memory of its own with plain loads and stores; a scrape adds the threads up. Counting therefore
// takes a few nanoseconds, no lock and no contended cache line. Making a metric takes a lock: make them at the start and
// keep the handle, which is a small value and never dangles.
//
// Label values come from closed sets in the code. Beyond kMostSeries sets of labels (a histogram with its buckets is one)
// a new set is replaced by "other" and counted in grover_metrics_dropped_total. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grover::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kMostSeries = 5'000;

// The buckets that the dashboard reads, in microseconds.
inline constexpr std::array<std::int64_t, 9> kRequestBuckets{
    10'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};
inline constexpr std::array<std::int64_t, 7> kQueryBuckets{1'000,   5'000,   10'000,   50'000,
                                                           100'000, 500'000, 1'000'000};

namespace detail {

inline constexpr std::size_t kChunkSlots = 1024;
inline constexpr std::size_t kChunks = 64;
struct Chunk {
    std::array<std::atomic<std::uint64_t>, kChunkSlots> slots{};
};
// What one thread counted.
struct Shard {
    std::array<std::atomic<Chunk*>, kChunks> chunks{};
};
inline thread_local constinit Shard* shard = nullptr;
inline constinit std::atomic<bool> collecting{true};
Chunk& make_chunk(std::size_t index);

inline void add(std::uint32_t slot, std::uint64_t amount) {
    if (!collecting.load(std::memory_order_relaxed)) return;
    Chunk* chunk =
        shard == nullptr ? nullptr : shard->chunks[slot / kChunkSlots].load(std::memory_order_relaxed);
    if (chunk == nullptr) [[unlikely]]
        chunk = &make_chunk(slot / kChunkSlots);
    std::atomic<std::uint64_t>& mine = chunk->slots[slot % kChunkSlots];
    // Only this thread writes here, so this needs no atomic addition.
    mine.store(mine.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

// Slots one behind the other for somebody who renders them on his own (http_metrics.cpp). Throws std::length_error when
// all are taken.
std::uint32_t take_slots(std::size_t count);
// Whether so many more sets of labels still fit; counts them if they do, else counts a dropped one.
bool take_series(std::size_t count);

}  // namespace detail

class Counter {
public:
    Counter() = default;
    void add(std::uint64_t amount = 1) const { detail::add(slot_, amount); }

private:
    friend Counter counter(std::string_view, std::string_view, const Labels&);
    explicit Counter(std::uint32_t slot) : slot_(slot) {}
    std::uint32_t slot_ = 0;  // slot 0 belongs to nobody: a handle that was never made counts there
};

// A level that many threads raise and lower, such as requests in progress.
class UpDown {
public:
    UpDown() = default;
    void add(std::int64_t amount) const { detail::add(slot_, static_cast<std::uint64_t>(amount)); }

private:
    friend UpDown up_down(std::string_view, std::string_view, const Labels&);
    explicit UpDown(std::uint32_t slot) : slot_(slot) {}
    std::uint32_t slot_ = 0;
};

// A level that somebody sets. One shared variable: not for hot paths.
class Gauge {
public:
    Gauge() = default;
    void set(double value) const {
        if (value_ != nullptr) value_->store(value, std::memory_order_relaxed);
    }

private:
    friend Gauge gauge(std::string_view, std::string_view, const Labels&);
    explicit Gauge(std::atomic<double>* value) : value_(value) {}
    std::atomic<double>* value_ = nullptr;
};

// Durations, shown in seconds.
class Histogram {
public:
    Histogram() = default;
    void observe(std::chrono::microseconds duration) const { observe_us(duration.count()); }
    void observe_us(std::int64_t us) const {
        std::uint32_t bucket = 0;
        while (bucket < bounds_.size() && us > bounds_[bucket]) ++bucket;
        detail::add(slot_ + bucket, 1);
        detail::add(slot_ + static_cast<std::uint32_t>(bounds_.size()) + 1, static_cast<std::uint64_t>(us));
    }

private:
    friend Histogram histogram(std::string_view, std::string_view, const Labels&,
                               std::span<const std::int64_t>);
    Histogram(std::uint32_t slot, std::span<const std::int64_t> bounds) : slot_(slot), bounds_(bounds) {}
    std::uint32_t slot_ = 0;
    std::span<const std::int64_t> bounds_{};
};

// Each returns the same metric for the same name and labels. Throws std::logic_error when the name is in use for another
// type. `help` is one sentence; the first one given stays.
Counter counter(std::string_view name, std::string_view help, const Labels& labels = {});
UpDown up_down(std::string_view name, std::string_view help, const Labels& labels = {});
Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {});
// `bounds` in microseconds, ascending, living for ever.
Histogram histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                    std::span<const std::int64_t> bounds = kRequestBuckets);
// Asked at every scrape, on its thread: cheap, no lock that a request path takes, no database.
void gauge_from(std::string_view name, std::string_view help, const Labels& labels,
                std::function<double()> read);

// ENABLE_METRICS=false: nothing is collected any more.
void set_collecting(bool collecting);

enum class TextFormat : std::uint8_t { prometheus, openmetrics };
// The content type of each.
std::string_view content_type(TextFormat format);
// What an Accept header asks for.
TextFormat wanted_format(std::string_view accept);
std::string render(TextFormat format = TextFormat::prometheus);

}  // namespace grover::metrics
