#include "platform/observability/metrics.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "platform/observability/render.hpp"

namespace grover::metrics {
namespace {

using detail::Chunk;
using detail::kChunks;
using detail::kChunkSlots;
using detail::Shard;

struct Series {
    std::string labels;
    std::uint32_t slot = 0;
    std::unique_ptr<std::atomic<double>> value;
    std::function<double()> read;
};

struct Family {
    std::string name;
    std::string help;
    Type type = Type::counter;
    bool is_signed = false;
    std::span<const std::int64_t> bounds;
    std::deque<Series> series;  // a deque, so that labels stay where they are when one is added
};

// Everything there is. Never destroyed: threads count until the last moment.
struct Registry {
    std::mutex mutex;
    std::deque<Family> families;  // under mutex, in order of registration
    std::map<std::string, Family*, std::less<>> by_name;
    std::vector<std::function<void(Text&, const Totals&)>> collectors;
    std::vector<Shard*> shards;
    std::vector<Shard*> idle_shards;  // of ended threads: the next thread goes on counting there
    std::uint32_t next_slot = 1;
    std::size_t series = 0;
    std::atomic<std::uint64_t> dropped{0};
};

Registry& registry() {
    static auto* const all = new Registry;
    return *all;
}

// Gives a thread's shard back when the thread ends.
struct ShardHolder {
    ~ShardHolder() {
        Registry& r = registry();
        const std::lock_guard lock(r.mutex);
        r.idle_shards.push_back(detail::shard);
        detail::shard = nullptr;
    }
};

std::uint32_t take_slots_locked(Registry& r, std::size_t count) {
    // Slots of one metric lie in one chunk, so that a reader never looks at two.
    if (r.next_slot % kChunkSlots + count > kChunkSlots) {
        r.next_slot = static_cast<std::uint32_t>((r.next_slot / kChunkSlots + 1) * kChunkSlots);
    }
    if (count > kChunkSlots || r.next_slot + count > kChunks * kChunkSlots)
        throw std::length_error("too many metrics");
    const std::uint32_t slot = r.next_slot;
    r.next_slot += static_cast<std::uint32_t>(count);
    return slot;
}

bool take_series_locked(Registry& r, std::size_t count) {
    if (r.series + count > kMostSeries) {
        r.dropped.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    r.series += count;
    return true;
}

struct Wanted {
    std::string_view name;
    std::string_view help;
    Type type = Type::counter;
    bool is_signed = false;
    std::size_t slots = 0;
    std::span<const std::int64_t> bounds{};
};

Family& family_of(Registry& r, const Wanted& wanted) {
    if (const auto known = r.by_name.find(wanted.name); known != r.by_name.end()) {
        Family& family = *known->second;
        if (family.type != wanted.type || family.is_signed != wanted.is_signed ||
            family.bounds.size() != wanted.bounds.size()) {
            throw std::logic_error("two metrics under one name: " + std::string(wanted.name));
        }
        return family;
    }
    Family& family = r.families.emplace_back();
    family.name = wanted.name;
    family.help = wanted.help;
    family.type = wanted.type;
    family.is_signed = wanted.is_signed;
    family.bounds = wanted.bounds;
    r.by_name.emplace(family.name, &family);
    return family;
}

// The series with these labels; a new one while there is room, else the one called "other".
// `prepare` runs before anybody else sees a change of it.
template <class Prepare>
const Series& series_of(const Wanted& wanted, Labels labels, Prepare prepare) {
    Registry& r = registry();
    const std::lock_guard lock(r.mutex);
    Family& family = family_of(r, wanted);
    const auto find = [&](const std::string& text) -> Series* {
        for (Series& series : family.series) {
            if (series.labels == text) return &series;
        }
        return nullptr;
    };
    const auto prepared = [&](Series& series) -> const Series& {
        prepare(series);
        return series;
    };
    std::string text = label_text(labels);
    if (Series* const known = find(text)) return prepared(*known);
    if (!take_series_locked(r, 1) && !labels.empty()) {
        for (auto& [name, value] : labels) value = "other";
        text = label_text(labels);
        if (Series* const other = find(text)) return prepared(*other);
    }
    Series& series = family.series.emplace_back();
    series.labels = std::move(text);
    if (wanted.slots > 0) series.slot = take_slots_locked(r, wanted.slots);
    return prepared(series);
}

const Series& series_of(const Wanted& wanted, Labels labels) {
    return series_of(wanted, std::move(labels), [](Series&) {});
}

Totals add_up(Registry& r) {
    std::vector<Shard*> shards;
    Totals totals;
    {
        const std::lock_guard lock(r.mutex);
        shards = r.shards;
        totals.resize((r.next_slot / kChunkSlots + 1) * kChunkSlots);
    }
    for (const Shard* shard : shards) {
        for (std::size_t i = 0; i * kChunkSlots < totals.size(); ++i) {
            const Chunk* const chunk = shard->chunks[i].load(std::memory_order_acquire);
            if (chunk == nullptr) continue;
            for (std::size_t slot = 0; slot < kChunkSlots; ++slot) {
                totals[i * kChunkSlots + slot] += chunk->slots[slot].load(std::memory_order_relaxed);
            }
        }
    }
    return totals;
}

// What a scrape needs of a series, taken under the lock. The labels themselves never change.
struct ShownSeries {
    std::string_view labels;
    std::uint32_t slot;
    const std::atomic<double>* value;
    std::function<double()> read;
};
struct ShownFamily {
    const Family* family;
    std::vector<ShownSeries> series;
};

void render_series(Text& out, const Family& family, const ShownSeries& series, const Totals& totals) {
    if (series.slot >= totals.size()) return;  // made after the totals were taken
    if (family.type == Type::histogram) {
        const std::size_t buckets = family.bounds.size() + 1;
        const std::span<const std::uint64_t> all(totals);
        out.histogram(series.labels, family.bounds, all.subspan(series.slot, buckets),
                      all[series.slot + buckets]);
    } else if (series.read) {
        out.sample("", series.labels, series.read());
    } else if (series.value != nullptr) {
        out.sample("", series.labels, series.value->load(std::memory_order_relaxed));
    } else if (family.is_signed) {
        out.sample("", series.labels, static_cast<double>(static_cast<std::int64_t>(totals[series.slot])));
    } else {
        out.sample("", series.labels, totals[series.slot]);
    }
}

}  // namespace

namespace detail {

Chunk& make_chunk(std::size_t index) {
    if (shard == nullptr) {
        Registry& r = registry();
        const std::lock_guard lock(r.mutex);
        if (r.idle_shards.empty()) {
            r.shards.push_back(new Shard);
            shard = r.shards.back();
        } else {
            shard = r.idle_shards.back();
            r.idle_shards.pop_back();
        }
    }
    thread_local const ShardHolder holder;
    std::atomic<Chunk*>& mine = shard->chunks[index];
    if (mine.load(std::memory_order_relaxed) == nullptr) mine.store(new Chunk, std::memory_order_release);
    return *mine.load(std::memory_order_relaxed);
}

std::uint32_t take_slots(std::size_t count) {
    Registry& r = registry();
    const std::lock_guard lock(r.mutex);
    return take_slots_locked(r, count);
}

bool take_series(std::size_t count) {
    Registry& r = registry();
    const std::lock_guard lock(r.mutex);
    return take_series_locked(r, count);
}

}  // namespace detail

Counter counter(std::string_view name, std::string_view help, const Labels& labels) {
    return Counter(series_of({.name = name, .help = help, .slots = 1}, labels).slot);
}

UpDown up_down(std::string_view name, std::string_view help, const Labels& labels) {
    return UpDown(
        series_of({.name = name, .help = help, .type = Type::gauge, .is_signed = true, .slots = 1}, labels)
            .slot);
}

Gauge gauge(std::string_view name, std::string_view help, const Labels& labels) {
    const Series& series =
        series_of({.name = name, .help = help, .type = Type::gauge}, labels, [](Series& made) {
            if (!made.value) made.value = std::make_unique<std::atomic<double>>(0);
        });
    return Gauge(series.value.get());
}

Histogram histogram(std::string_view name, std::string_view help, const Labels& labels,
                    std::span<const std::int64_t> bounds) {
    const std::size_t buckets = bounds.size() + 1;
    const Series& series = series_of(
        {.name = name, .help = help, .type = Type::histogram, .slots = buckets + 1, .bounds = bounds},
        labels);
    return {series.slot, bounds};
}

void gauge_from(std::string_view name, std::string_view help, const Labels& labels,
                std::function<double()> read) {
    (void)series_of({.name = name, .help = help, .type = Type::gauge}, labels,
                    [&](Series& made) { made.read = std::move(read); });
}

void add_collector(std::function<void(Text&, const Totals&)> collector) {
    Registry& r = registry();
    const std::lock_guard lock(r.mutex);
    r.collectors.push_back(std::move(collector));
}

void set_collecting(bool collecting) { detail::collecting.store(collecting, std::memory_order_relaxed); }

std::string render(TextFormat format) {
    Registry& r = registry();
    const Totals totals = add_up(r);
    std::vector<ShownFamily> shown;
    std::vector<std::function<void(Text&, const Totals&)>> collectors;
    {
        // No text is made under the lock: whoever makes a metric meanwhile hardly waits.
        const std::lock_guard lock(r.mutex);
        for (const Family& family : r.families) {
            ShownFamily& entry = shown.emplace_back(ShownFamily{&family, {}});
            for (const Series& series : family.series) {
                entry.series.push_back({series.labels, series.slot, series.value.get(), series.read});
            }
        }
        collectors = r.collectors;
    }
    Text out(format);
    for (const ShownFamily& entry : shown) {
        out.family(entry.family->name, entry.family->help, entry.family->type);
        for (const ShownSeries& series : entry.series) render_series(out, *entry.family, series, totals);
    }
    for (const auto& collector : collectors) collector(out, totals);
    out.family("grover_metrics_dropped_total", "Sets of labels that found no room.", Type::counter);
    out.sample("", "", r.dropped.load(std::memory_order_relaxed));
    return std::move(out).finish();
}

}  // namespace grover::metrics
