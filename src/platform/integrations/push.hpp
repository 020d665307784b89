// What became of one push (contract/notifications.md §4), the same for every provider.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace grover::integrations {

enum class PushStatus : std::uint8_t {
    sent,
    unregistered,   // the device is no more
    slow_down,      // this device hears too much
    too_big,        // dropped
    refused,        // never again as it is
    misconfigured,  // the provider does not take our credentials
    failed,         // it certainly did not arrive: again later
    unknown,        // it may have arrived
};

struct PushOutcome {
    PushStatus status = PushStatus::sent;
    std::string ticket_id{};  // by which the provider tells later whether it arrived
    std::string error{};      // for metrics and the owner of the device; names neither token nor text
    std::optional<std::chrono::seconds> retry_after{};
};

}  // namespace grover::integrations
