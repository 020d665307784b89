// Error reports to Sentry, or to any server that speaks its envelope protocol (contract/monitoring.md §2).
//
// Who reports a failure copies it into a bounded queue and goes on; one thread sends. What the server cannot take now waits
// on disk, within bounds; what is dropped is counted, and the server is told how much it was.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "platform/sentry/captured.hpp"
#include "platform/sentry/delivery.hpp"
#include "platform/sentry/outcomes.hpp"
#include "platform/sentry/rate_limits.hpp"
#include "platform/sentry/repeats.hpp"
#include "platform/sentry/spool.hpp"

namespace grover::sentry {

class Client final : public reports::Receiver {
public:
    static constexpr std::size_t kMostWaiting = 100;

    // Begins to send what an earlier process left on disk. `clock` outlives it.
    Client(Options options, const Clock& clock);
    // As stop().
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void take(const reports::Failure& failure) noexcept override;

    // Sends what waits, for Options::drain at most; the rest goes to disk. Afterwards nothing is taken.
    void stop();

private:
    using Steady = std::chrono::steady_clock;
    enum class Fate : std::uint8_t { accepted, limited, refused, undelivered };

    void enqueue(Captured captured);  // under mutex_
    void discard(Reason reason, std::uint64_t count = 1);
    bool may_send();

    void run();
    bool is_over();
    std::optional<Captured> next();
    void send(const Captured& captured);
    void resend_one();
    Fate deliver(std::string_view event_id, std::string_view items);
    Fate post(const std::string& envelope);
    bool add_report(std::string& envelope);  // whether there was one to add
    void settle_report(Fate fate);
    void keep(const Captured& captured);
    void tell_the_rest();

    const Options options_;
    const Clock& clock_;

    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Captured> queue_;
    Repeats repeats_;
    RateLimits limits_;
    Outcomes outcomes_;
    bool stopping_ = false;
    Steady::time_point end_{};  // of sending, when stopping

    // The thread's own.
    Delivery delivery_;
    Spool spool_;
    bool server_works_ = true;    // as far as is known
    bool spool_may_hold_ = true;  // there is something to look for
    Steady::time_point next_resend_{};
    Time next_report_{};
    Time next_complaint_{};

    std::thread thread_;
};

}  // namespace grover::sentry
