// What is counted about HTTP requests (contract/monitoring.md §4, first table).
//
// The contract names three histograms with the same values; they are counted once and written three times.
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
    std::uint32_t block_of(int status);

    std::string method_;
    std::string handler_;
    std::uint32_t route_slots_ = 0;  // in progress, bytes in, bytes out
    std::array<std::atomic<std::uint32_t>, kStatuses>
        blocks_{};                  // first slot of each status met so far, or 0
    std::atomic<bool> met_{false};  // whether any status has been met
};

// The same object for the same names.
HttpRoute& http_route(std::string_view method, std::string_view handler);

}  // namespace grover::metrics
