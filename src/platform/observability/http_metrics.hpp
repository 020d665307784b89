// What is counted about HTTP requests (contract/monitoring.md §4, first table).
//
// The contract names three histograms with the same values; they are counted once and written three times.
//
// Requests are counted by their status, durations by its first digit alone (status="400" stands for all from 400 to 499):
// a histogram is twelve lines of text, and a walk over all routes must not fill the room of a scrape. A route takes 5 sets
// of labels, one for each status and one for each hundred that it ever answered: at most some 17 sets and 8 KB of text, or
// 4,000 sets and 1.9 MB for 235 routes, of the 5,000 and 2 MiB that the contract allows.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace grover::metrics {

// One route: a method and a handler, which is the route's template ("/api/posts/{post_id}") or "none" for unknown paths.
// Found once, when routes are registered, and kept; lives for ever. begin() and end() may be called by any thread.
class HttpRoute {
public:
    void begin() const;
    void end(int status, std::int64_t duration_us, std::uint64_t bytes_in, std::uint64_t bytes_out);

    HttpRoute(std::string method, std::string handler);
    HttpRoute(const HttpRoute&) = delete;
    HttpRoute& operator=(const HttpRoute&) = delete;

private:
    friend class HttpRoutes;
    static constexpr std::size_t kStatuses = 48;
    static constexpr std::size_t kHundreds = 5;

    std::string method_;
    std::string handler_;
    std::uint32_t route_slots_ = 0;  // in progress, bytes in, bytes out
    // The slot of each status met so far, and the first slot of the durations of each hundred; or 0.
    std::array<std::atomic<std::uint32_t>, kStatuses> counters_{};
    std::array<std::atomic<std::uint32_t>, kHundreds> blocks_{};
    std::atomic<bool> met_{false};  // whether any status has been met
};

// The same object for the same names.
HttpRoute& http_route(std::string_view method, std::string_view handler);

}  // namespace grover::metrics
