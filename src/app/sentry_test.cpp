#include "app/sentry_test.hpp"

#include <array>
#include <stdexcept>

#include "platform/base/error.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/reports.hpp"
#include "platform/sentry/captured.hpp"

namespace grover::app {
namespace {

constexpr log::Logger kLog{"errors"};
constexpr std::string_view kWhat = "Test Sentry integration";

enum class Mode : std::uint8_t { captured, unhandled };
constexpr std::array<std::string_view, 2> enum_names(Mode) { return {"captured", "unhandled"}; }

struct SentryTestAnswer {
    std::string status;
    std::string event_id;
    bool enabled = false;
    static constexpr auto fields = Pack{
        wire::field("status", &SentryTestAnswer::status),
        wire::field("event_id", &SentryTestAnswer::event_id),
        wire::field("enabled", &SentryTestAnswer::enabled),
    };
};

constexpr std::array kAliases{api::Alias{http::Method::get, "/api/test-sentry"}};
constexpr api::Route route_for(api::Auth auth) {
    return {.method = http::Method::get,
            .path = "/test-sentry",
            .summary = "Fail on purpose, to see that errors are noticed.",
            .auth = auth,
            .aliases = kAliases,
            .absolute = true,
            .cache_control = "no-store",
            .per_minute = 6};
}

struct SentryTest {
    Mode mode = Mode::captured;
    static constexpr api::Route route = route_for(api::Auth::none);
    static constexpr auto fields =
        Pack{wire::field("mode", &SentryTest::mode, wire::in_query, wire::or_default)};
};

struct SentryTestOfAdmin : SentryTest {
    static constexpr api::Route route = route_for(api::Auth::admin);
};

// Raised and caught here, as a failure is that somebody thought worth a report.
SentryTestAnswer capture_on_purpose() {
    SentryTestAnswer answer{.status = "Sentry not configured",
                            .event_id = sentry::make_event_id(),
                            .enabled = reports::has_receiver()};
    if (answer.enabled) answer.status = "error sent to Sentry";
    try {
        throw std::runtime_error(std::string(kWhat));
    } catch (const std::runtime_error& error) {
        const auto type = reports::type_of(error);
        reports::report({.component = "server",
                         .action = "test",
                         .transaction = "GET /test-sentry",
                         .type = type,
                         .text = error.what(),
                         .event_id = answer.event_id});
        kLog.error(kWhat, {{"event_id", answer.event_id}});
    }
    return answer;
}

}  // namespace

void add_sentry_test(Api& api, const Config& config) {
    const auto fail = [&config](const Caller&, const SentryTest& in) -> SentryTestAnswer {
        if (!config.sentry_test_route) throw not_found("Not Found");
        if (in.mode == Mode::unhandled) throw std::runtime_error(std::string(kWhat));
        return capture_on_purpose();
    };
    // Switched off it is not there for anybody, whoever they are.
    if (config.debug || !config.sentry_test_route)
        api.on<SentryTest>(fail);
    else
        api.on<SentryTestOfAdmin>(fail);
}

}  // namespace grover::app
