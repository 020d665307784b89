// The one place that turns an error into an answer.
#pragma once

#include <exception>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/http/message.hpp"

namespace grover::api {

// What the log and the error reports are told about a request that failed.
struct Failure {
    int status = 500;
    std::string_view code;
    std::string cause;      // never sent to the client
    bool is_bug = false;    // neither an Error nor a deadline: internal_error
    bool is_fault = false;  // no refusal: reports::is_fault()
    std::string type;       // of an exception that is no Error
};

// Replaces whatever the response holds. Called inside a catch block.
Failure answer_current_exception(http::Response& response, std::string_view request_id);
void answer_error(const Error& error, http::Response& response, std::string_view request_id);

}  // namespace grover::api
