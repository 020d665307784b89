#include "platform/observability/active_users.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace grover::metrics {
namespace {

constexpr std::size_t kPlaces = 32'768;
constexpr std::size_t kProbes = 16;
// An entry is the upper 48 bits of the hash and the minute in the lower 16; 0 is an empty place.
constexpr std::uint64_t kMinuteMask = 0xFFFF;
constexpr std::uint64_t kWindowMinutes = 5;

// What one thread saw: it alone writes, a scrape reads.
struct Table {
    std::array<std::atomic<std::uint64_t>, kPlaces> places{};
};

std::uint64_t minute_of(std::chrono::steady_clock::time_point now) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now.time_since_epoch()).count();
    return static_cast<std::uint64_t>(minutes) & kMinuteMask;
}

bool is_recent(std::uint64_t entry, std::uint64_t minute) {
    return entry != 0 && ((minute - entry) & kMinuteMask) < kWindowMinutes;
}

struct Tables {
    std::mutex mutex;
    std::vector<Table*> all;
    std::vector<Table*> idle;  // of ended threads
};
Tables& tables() {
    static auto* const every = new Tables;  // outlives every thread
    return *every;
}

struct TableHolder {
    TableHolder() {
        const std::lock_guard lock(tables().mutex);
        if (tables().idle.empty()) {
            tables().all.push_back(table = new Table);
        } else {
            table = tables().idle.back();
            tables().idle.pop_back();
        }
    }
    ~TableHolder() {
        const std::lock_guard lock(tables().mutex);
        tables().idle.push_back(table);
    }
    TableHolder(const TableHolder&) = delete;
    TableHolder& operator=(const TableHolder&) = delete;

    Table* table = nullptr;
};

}  // namespace

void saw_user(std::string_view user_id, std::chrono::steady_clock::time_point now) {
    thread_local const TableHolder holder;
    const std::uint64_t hash = std::hash<std::string_view>{}(user_id);
    const std::uint64_t name = (hash | 1u << 16) & ~kMinuteMask;  // never 0
    const std::uint64_t minute = minute_of(now);
    std::atomic<std::uint64_t>* free_place = nullptr;
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
        auto& place = holder.table->places[(hash + probe) % kPlaces];
        const std::uint64_t entry = place.load(std::memory_order_relaxed);
        if ((entry & ~kMinuteMask) == name) {
            if ((entry & kMinuteMask) != minute) place.store(name | minute, std::memory_order_relaxed);
            return;
        }
        if (free_place == nullptr && !is_recent(entry, minute)) free_place = &place;
        if (entry == 0) break;
    }
    if (free_place != nullptr) free_place->store(name | minute, std::memory_order_relaxed);
}

std::size_t active_users(std::chrono::steady_clock::time_point now) {
    const std::uint64_t minute = minute_of(now);
    std::vector<Table*> all;
    {
        const std::lock_guard lock(tables().mutex);
        all = tables().all;
    }
    std::unordered_set<std::uint64_t> names;
    for (const Table* table : all) {
        for (const auto& place : table->places) {
            const std::uint64_t entry = place.load(std::memory_order_relaxed);
            if (is_recent(entry, minute)) names.insert(entry & ~kMinuteMask);
        }
    }
    return names.size();
}

}  // namespace grover::metrics
