// Folds identical lines: the first few of a second are shown, the rest is counted and shown once with `repeated`.
// Private to platform/observability; used by the log thread alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace grover::log {

class Folder {
public:
    using Time = std::chrono::steady_clock::time_point;

    // Whether the line is to be shown. One that is not is kept until its second is over.
    bool show(std::uint64_t key, std::uint32_t limit, std::string_view line, Time now);

    // Appends to `out` the last line of each kind whose second is over, with how many there were besides those shown.
    void take_finished(std::string& out, Time now) { take(out, now, false); }
    // The same for all kinds.
    void take_all(std::string& out) { take(out, {}, true); }

    // Whether take_finished will have something to say later.
    bool holds_any() const { return held_ > 0; }

private:
    struct Kind {
        Time since;
        std::uint32_t seen = 0;
        std::uint64_t held = 0;
        std::string last;  // with its line break
    };
    void take(std::string& out, Time now, bool all);

    std::unordered_map<std::uint64_t, Kind> kinds_;
    std::size_t held_ = 0;  // kinds with lines held back
};

// The line with `"repeated":n` as its last field, or ` repeated=n` when it is not JSON.
std::string with_repeated(std::string_view line, std::uint64_t count);

}  // namespace grover::log
