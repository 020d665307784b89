#include "platform/api/common_headers.hpp"

#include "platform/api/origin.hpp"

namespace grover::api {

using http::RequestHead;
using http::Response;

namespace {

constexpr std::string_view kExposedHeaders =
    "X-Next-Cursor, X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, "
    "ETag, "
    "X-Account-Private, X-Search-Partial, X-New-Count, X-Rating-Histogram, Idempotency-Replayed";

}  // namespace

CommonHeaders::CommonHeaders(std::vector<std::string> allowed_origins, bool https)
    : origins_(std::move(allowed_origins)), any_origin_(lists_origin(origins_, "*")), https_(https) {}

void CommonHeaders::preflight(const RequestHead& request, std::string_view methods,
                              Response& response) const {
    const auto origin = request.header("origin");
    response.status = 204;
    if (origin.empty()) {
        response.add_header("Allow", methods);
        return;
    }
    if (any_origin_ || lists_origin(origins_, origin)) {
        response.add_header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS");
        if (const auto wanted = request.header("access-control-request-headers"); !wanted.empty()) {
            response.add_header("Access-Control-Allow-Headers", wanted);
        }
        response.add_header("Access-Control-Max-Age", "600");
    }
}

void CommonHeaders::add(const RequestHead& request, std::string_view request_id, Response& response) const {
    response.add_header("X-Request-Id", request_id);
    if (!response.has_header("X-Content-Type-Options"))
        response.add_header("X-Content-Type-Options", "nosniff");
    response.add_header("Referrer-Policy", "no-referrer");
    if (response.content_type.starts_with("text/html")) response.add_header("X-Frame-Options", "DENY");
    if (https_) response.add_header("Strict-Transport-Security", "max-age=31536000");
    const auto origin = request.header("origin");
    if (any_origin_) {
        if (origin.empty() || response.has_header("Access-Control-Allow-Origin")) return;
        response.add_header("Access-Control-Allow-Origin", "*");
    } else {
        // Whether the header is there depends on who asks: shared caches must know, also when nobody did.
        if (!origins_.empty()) response.add_header("Vary", "Origin");
        if (origin.empty() || response.has_header("Access-Control-Allow-Origin") ||
            !lists_origin(origins_, origin))
            return;
        response.add_header("Access-Control-Allow-Origin", origin);
        response.add_header("Access-Control-Allow-Credentials", "true");
    }
    response.add_header("Access-Control-Expose-Headers", kExposedHeaders);
}

}  // namespace grover::api
