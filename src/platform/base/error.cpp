#include "platform/base/error.hpp"

#include <array>

namespace grover {
namespace {

struct KindInfo {
    std::string_view code;
    int status;
};

constexpr std::array kKinds{
    KindInfo{"validation_error", 400}, KindInfo{"not_authenticated", 401},  KindInfo{"not_authorized", 403},
    KindInfo{"not_found", 404},        KindInfo{"conflict", 409},           KindInfo{"rate_limited", 429},
    KindInfo{"payment_error", 400},    KindInfo{"file_upload_error", 400},  KindInfo{"database_error", 500},
    KindInfo{"invalid_input", 422},    KindInfo{"method_not_allowed", 405}, KindInfo{"too_large", 413},
    KindInfo{"unavailable", 503},      KindInfo{"upstream_error", 502},     KindInfo{"internal_error", 500},
};

}  // namespace

std::string_view code_of(ErrorKind kind) { return kKinds[static_cast<std::size_t>(kind)].code; }
int default_status(ErrorKind kind) { return kKinds[static_cast<std::size_t>(kind)].status; }

Error rate_limited(std::chrono::seconds retry_after, std::string detail) {
    return Error(ErrorKind::rate_limited, std::move(detail)).with_retry_after(retry_after);
}

Error database_error(std::string cause) {
    return Error(ErrorKind::database_error, "Internal server error").with_cause(std::move(cause));
}

Error database_unreachable(std::string cause) {
    return Error(ErrorKind::database_error, "Service temporarily unavailable")
        .with_status(503)
        .with_retry_after(std::chrono::seconds{2})
        .with_cause(std::move(cause));
}

Error unavailable(std::string detail, std::chrono::seconds retry_after) {
    return Error(ErrorKind::unavailable, std::move(detail)).with_retry_after(retry_after);
}

Error upstream_error(std::string_view service, std::string cause) {
    return Error(ErrorKind::upstream_error, std::string(service) + " unavailable")
        .with_cause(std::move(cause));
}

Error invalid_input(FieldError field) {
    Error error(ErrorKind::invalid_input, "Validation failed");
    error.fields.push_back(std::move(field));
    return error;
}

}  // namespace grover
