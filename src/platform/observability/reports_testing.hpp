// Reading in a test what was reported.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "platform/observability/reports.hpp"

namespace grover::reports_testing {

// Hears of what is reported while it lives.
class Reports final : public reports::Receiver {
public:
    Reports() { reports::set_receiver(this); }
    ~Reports() override { reports::set_receiver(nullptr); }

    void take(const reports::Failure& failure) noexcept override {
        const std::lock_guard lock(mutex_);
        said_.push_back(std::string(failure.component) + " " + std::string(failure.action) + ": " +
                        std::string(failure.type) + ": " + std::string(failure.text) +
                        (failure.handled ? "" : " (unhandled)") +
                        (failure.level == reports::Level::warning ? " (warning)" : ""));
        users_.emplace_back(failure.user_id);
    }
    // "realtime typing: std::out_of_range: vector::at (unhandled)"
    std::vector<std::string> said() {
        const std::lock_guard lock(mutex_);
        return said_;
    }
    std::vector<std::string> users() {
        const std::lock_guard lock(mutex_);
        return users_;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> said_;   // under mutex_
    std::vector<std::string> users_;  // likewise
};

}  // namespace grover::reports_testing
