// A failure as it waits to be sent: bounded copies without secrets (contract/monitoring.md §2.3 "Scrubbing").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/observability/reports.hpp"
#include "platform/sentry/options.hpp"

namespace grover::sentry {

struct CapturedRequest {
    std::string method;
    std::string url;
    std::string query_string;
    std::map<std::string, std::string> headers;
    int status = 0;
};

struct Captured {
    std::string event_id;
    Time at;
    reports::Level level = reports::Level::error;
    bool handled = true;
    std::string group;
    std::string component;
    std::string action;
    std::string transaction;
    std::string type;
    std::string text;
    std::string request_id;
    std::string user_id;
    std::string address;  // of the client, with personal data only
    std::optional<CapturedRequest> request;
    std::uint64_t suppressed = 0;  // failures of its kind that it speaks for beside itself
};

// On the thread that failed: request and user are those of its log::Context unless the failure names its own.
Captured capture(const reports::Failure& failure, Time now, const Options& options);

// 32 hex digits, at random.
std::string make_event_id();

}  // namespace grover::sentry
