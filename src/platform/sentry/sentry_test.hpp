// What the tests of this folder share.
#pragma once

#include "platform/observability/log_testing.hpp"
#include "platform/sentry/captured.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::sentry_test {

inline sentry::Options options_for(const std::string& dsn = "http://key:s3cret@localhost:9000/7") {
    return {
        .dsn = *parse_sentry_dsn(dsn),
        .version = "1.0.0",
        .release = "grover@1.0.0",
        .dist = "abc1234",
        .environment = "test",
        .server_name = "node-1",
        .base_url = "https://grover.example",
    };
}

inline reports::Failure broken_post() {
    return {.component = "http",
            .action = "internal_error",
            .transaction = "GET /api/posts/{post_id}",
            .type = "std::out_of_range",
            .text = "vector::at",
            .handled = false};
}

}  // namespace grover::sentry_test
