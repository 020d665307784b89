// What went wrong and somebody should hear of outside the log (contract/monitoring.md §2.3). Whoever notices a failure says
// so here; app decides who is told (platform/sentry). As long as nobody is, a report costs one load of an atomic. Any thread.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/error.hpp"

namespace grover::reports {

enum class Level : std::uint8_t { fatal, error, warning, info };

// The request that failed, as the client sent it: whoever is told takes the secrets out.
struct Request {
    std::string_view method;
    std::string_view path;
    std::string_view query;
    std::string_view content_type;
    std::string_view user_agent;
    std::string_view address;  // of the client
    int status = 500;
};

// Views need to live during the call only; empty means absent.
struct Failure {
    Level level = Level::error;
    std::string_view
        component;  // payments, auth, uploads, media, network, streams, realtime, jobs, database, http, server
    std::string_view action;  // what was being done, or the code of the answer: a name in the code
    std::string_view
        transaction;  // "GET /api/posts/{post_id}", "socket.io typing", the name of a job: never a concrete path
    std::string_view type;     // of the exception
    std::string_view text;     // what it says
    bool handled = true;       // false: nobody expected it
    std::string_view group;    // time-outs and failures of providers: one issue for a component and this code
    std::string_view user_id;  // else that of the thread's log::Context, as is the request id
    std::string_view event_id;  // 32 hex digits; else one is made
    std::optional<Request> request;
};

class Receiver {
public:
    virtual ~Receiver() = default;
    // Copies what it needs and returns at once.
    virtual void take(const Failure& failure) noexcept = 0;
};

// Null: nobody. A receiver that is replaced may be in use until every other thread has ended.
void set_receiver(Receiver* receiver);
bool has_receiver();
void report(const Failure& failure);

// Whether an error that a request ended with is somebody's fault, and no refusal on purpose: an `unavailable` without a cause
// says that a feature is off, that the server drains, or that it has too much to do.
bool is_fault(const Error& error);

// How a fault with this code weighs, and whether such faults are one issue.
struct Weight {
    Level level = Level::error;
    std::string_view group;
};
Weight weight_of(std::string_view code);

// Something that a handler let out, unless it is an Error that is no fault.
void report_exception(std::string_view component, std::string_view action, const std::exception& error,
                      std::string_view user_id = {});
// The same of an attempt after which there will be another: a warning.
void report_setback(std::string_view component, std::string_view action, const std::exception& error,
                    std::string_view user_id = {});

// "std::out_of_range"; of an Error its code.
std::string type_of(const std::exception& error);
// What went wrong; what() of an Error is the sentence for the user. A view into the exception.
std::string_view cause_of(const std::exception& error);

}  // namespace grover::reports
