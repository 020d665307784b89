// Envelopes on disk that could not be sent: a file each, few, small and young (contract/monitoring.md §2.1). Used by one
// thread; another process may remove files meanwhile.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"

namespace grover::sentry {

class Spool {
public:
    static constexpr std::size_t kMostEnvelopes = 30;
    static constexpr std::uintmax_t kMostBytes = 20u << 20;
    static constexpr std::chrono::days kLongest{3};

    // Makes the directory when there is something to keep.
    explicit Spool(std::filesystem::path directory);

    // How many older ones had to go for it. Throws when it cannot be written.
    std::size_t keep(std::string_view event_id, std::string_view envelope, Time now);

    struct Kept {
        std::filesystem::path file;
        std::string event_id;
        std::string envelope;
    };
    std::optional<Kept> oldest() const;
    static void remove(const Kept& kept);

    // How many were too old, or too many.
    std::size_t trim(Time now);

private:
    std::vector<std::filesystem::path> files(std::string_view ending) const;  // oldest first

    std::filesystem::path directory_;
};

}  // namespace grover::sentry
