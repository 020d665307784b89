// Counts what one client sends, whatever it is, so that a flood is told from a burst. 12 bytes for each session.
#pragma once

#include <cstdint>

#include "platform/realtime/options.hpp"

namespace grover::realtime {

class Flood {
public:
    // Counts one more; true if it has been too much for too long.
    bool add(std::int64_t now_ms, const ServerOptions& options) {
        if (options.flood_messages == 0) return false;
        const auto second = static_cast<std::uint32_t>(now_ms / 1000);
        if (second != second_) {
            const bool flooded = count_ > options.flood_messages && second == second_ + 1;
            flooded_seconds_ = flooded ? static_cast<std::uint16_t>(flooded_seconds_ + 1) : std::uint16_t{0};
            second_ = second;
            count_ = 0;
        }
        ++count_;
        return flooded_seconds_ >= options.flood_seconds;
    }

private:
    std::uint32_t second_ = 0;  // in which they are counted
    std::uint32_t count_ = 0;
    std::uint16_t flooded_seconds_ = 0;
};

}  // namespace grover::realtime
