// A small copy in memory of what is the same for all readers, one for each loop, and a little old at worst: it is good while
// its stamps are (platform/db/stamps.hpp), and otherwise made anew at most so often that it costs 1 % of its thread. Other
// threads (tests, tools), and servers without caches, make it every time. Private to domains/discovery.
#pragma once

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/db/db.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::discovery {

template <class T>
class Copies {
    using Steady = std::chrono::steady_clock;

public:
    Copies(std::initializer_list<std::string_view> stamps, bool enabled) : slots_(enabled ? kMostLoops : 0) {
        for (const auto stamp : stamps) stamps_.push_back(db::Stamps::hash(stamp));
    }

    // One that is being made, in as many steps as that takes. On PostgreSQL the fiber waits in between, and another may make
    // one too.
    class Making {
    public:
        // The copy, if it is good: then nothing is to be made.
        std::shared_ptr<const T> kept;

    private:
        friend class Copies;
        std::uint64_t seen_ = 0;
        Steady::time_point began_;
    };
    Making begin(db::Read& tx) const {
        Making making;
        making.seen_ = tx.snapshot();
        making.began_ = Steady::now();
        const auto loop = static_cast<std::size_t>(runtime::this_loop());
        if (loop >= slots_.size() || !slots_[loop].value) return making;
        const Slot& slot = slots_[loop];
        const auto age = making.began_ - slot.made_at;
        const bool is_current = age < kLongest && std::ranges::all_of(stamps_, [&](std::uint64_t stamp) {
                                    return tx.stamps().is_current(stamp, slot.seen);
                                });
        if (age < slot.cost * 100 || is_current) making.kept = slot.value;
        return making;
    }
    std::shared_ptr<const T> end(const Making& making, T made) {
        auto value = std::make_shared<const T>(std::move(made));
        const auto loop = static_cast<std::size_t>(runtime::this_loop());
        if (loop < slots_.size()) {
            // What came out the same stays the same object: what was made from it stays good.
            if (slots_[loop].value && *slots_[loop].value == *value) value = slots_[loop].value;
            const auto cost = std::min<Steady::duration>(Steady::now() - making.began_, kLongest / 100);
            slots_[loop] = {value, making.seen_, making.began_, cost};
        }
        return value;
    }

    template <class Make>
    std::shared_ptr<const T> get(db::Read& tx, Make&& make) {
        const auto making = begin(tx);
        return making.kept ? making.kept : end(making, make());
    }

private:
    // Windows of time move, whatever is written.
    static constexpr std::chrono::seconds kLongest{10};
    static constexpr std::size_t kMostLoops = 256;

    struct Slot {
        std::shared_ptr<const T> value;
        std::uint64_t seen = 0;
        Steady::time_point made_at;
        Steady::duration cost{};
    };

    std::vector<std::uint64_t> stamps_;
    std::vector<Slot> slots_;
};

}  // namespace grover::discovery
