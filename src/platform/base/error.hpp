// The nine kinds of error that a request can end with, and what http and integrations add around them.
// contract/system.md §3. Services throw the factories below; platform/http/errors.cpp alone turns an Error into an answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace grover {

enum class ErrorKind : std::uint8_t {
    validation_error,   // 400
    not_authenticated,  // 401
    not_authorized,     // 403
    not_found,          // 404
    conflict,           // 409
    rate_limited,       // 429, carries retry_after
    payment_error,      // 400 (402 where the contract says so)
    file_upload_error,  // 400
    database_error,     // 500; 503 with Retry-After when the store cannot be reached
    // Raised by http and integrations only.
    invalid_input,       // 422, carries fields
    method_not_allowed,  // 405
    too_large,           // 413
    unavailable,         // 503, carries retry_after
    upstream_error,      // 502
    internal_error,      // 500: a bug
};

// The wire `code`, which is the enumerator's name.
std::string_view code_of(ErrorKind kind);
int default_status(ErrorKind kind);

// One refused input of a 422.
struct FieldError {
    std::vector<std::string> loc;  // {"body", "email"}
    std::string msg;
    std::string type;  // "missing", "value_error", "string_too_long", ...
};

class Error : public std::exception {
public:
    Error(ErrorKind error_kind, std::string sentence)
        : kind(error_kind), status(default_status(error_kind)), detail(std::move(sentence)) {}

    const char* what() const noexcept override { return detail.c_str(); }

    Error&& with_status(int new_status) && {
        status = new_status;
        return std::move(*this);
    }
    Error&& with_retry_after(std::chrono::seconds wait) && {
        retry_after = wait;
        return std::move(*this);
    }
    // Logged, never sent.
    Error&& with_cause(std::string text) && {
        cause = std::move(text);
        return std::move(*this);
    }

    ErrorKind kind;
    int status;
    std::string detail;  // the sentence for the user
    std::string cause;   // only logged
    std::optional<std::chrono::seconds> retry_after;
    std::vector<FieldError> fields;  // invalid_input only
};

inline Error validation_error(std::string detail) { return {ErrorKind::validation_error, std::move(detail)}; }
inline Error not_authenticated(std::string detail = "Not authenticated") {
    return {ErrorKind::not_authenticated, std::move(detail)};
}
inline Error not_authorized(std::string detail = "Not authorized") {
    return {ErrorKind::not_authorized, std::move(detail)};
}
inline Error not_found(std::string detail) { return {ErrorKind::not_found, std::move(detail)}; }
inline Error conflict(std::string detail) { return {ErrorKind::conflict, std::move(detail)}; }
inline Error payment_error(std::string detail) { return {ErrorKind::payment_error, std::move(detail)}; }
inline Error file_upload_error(std::string detail) {
    return {ErrorKind::file_upload_error, std::move(detail)};
}
Error rate_limited(std::chrono::seconds retry_after,
                   std::string detail = "Too many requests, please try again later");
// `cause` is logged; the client reads "Internal server error".
Error database_error(std::string cause);
Error database_unreachable(std::string cause);
Error unavailable(std::string detail, std::chrono::seconds retry_after);
Error upstream_error(std::string_view service, std::string cause = {});
// 422 for one field found wrong outside the declared checks, e.g. {"body", "media_url"}.
Error invalid_input(FieldError field);
inline Error invalid_input(std::vector<std::string> loc, std::string msg, std::string type = "value_error") {
    return invalid_input(FieldError{std::move(loc), std::move(msg), std::move(type)});
}

}  // namespace grover
