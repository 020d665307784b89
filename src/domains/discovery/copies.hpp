// A small copy in memory of what is the same for all readers, one for each loop, and a little old at worst: it is good while
// its stamp is (platform/db/stamps.hpp), and otherwise made anew at most so often that it costs 1 % of its thread. Other
// threads (tests, tools), and servers without caches, make it every time. Private to domains/discovery.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/db/db.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::discovery {

template <class T>
class Copies {
public:
    Copies(std::string_view stamp, bool enabled)
        : stamp_(db::Stamps::hash(stamp)), slots_(enabled ? kMostLoops : 0) {}

    template <class Make>
    std::shared_ptr<const T> get(db::Read& tx, Make&& make) {
        const auto loop = static_cast<std::size_t>(runtime::this_loop());
        if (loop >= slots_.size()) return std::make_shared<const T>(make());
        Slot& slot = slots_[loop];
        const auto now = Steady::now();
        if (slot.value) {
            const auto age = now - slot.made_at;
            if (age < slot.cost * 100) return slot.value;
            if (age < kLongest && tx.stamps().is_current(stamp_, slot.seen)) return slot.value;
        }
        // Nothing else of this slot is kept while making: on PostgreSQL the fiber waits, and another may come by.
        const auto seen = tx.snapshot();
        auto value = std::make_shared<const T>(make());
        slot.cost = std::min<Steady::duration>(Steady::now() - now, kLongest / 100);
        slot = {value, seen, now, slot.cost};
        return value;
    }

private:
    using Steady = std::chrono::steady_clock;
    // Windows of time move, whatever is written.
    static constexpr std::chrono::seconds kLongest{10};
    static constexpr std::size_t kMostLoops = 256;

    struct Slot {
        std::shared_ptr<const T> value;
        std::uint64_t seen = 0;
        Steady::time_point made_at;
        Steady::duration cost{};
    };

    std::uint64_t stamp_;
    std::vector<Slot> slots_;
};

}  // namespace grover::discovery
