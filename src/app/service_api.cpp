#include "app/service_api.hpp"

#include <sodium.h>

#include "app/build_info.hpp"
#include "app/docs_page.hpp"
#include "app/sentry_test.hpp"
#include "platform/base/page.hpp"
#include "platform/text/utf8.hpp"

namespace grover::app {
namespace {

using api::Auth;
using api::RateClass;
using api::Reply;
using api::Route;
using http::Method;
using wire::field;

constexpr std::string_view kNoStore = "no-store";
constexpr std::chrono::milliseconds kCheckLimit{500};
constexpr std::int64_t kCheckReuse_us = 1'000'000;

struct State {
    std::string status;
    std::optional<std::string> error;
    static constexpr auto fields =
        Pack{field("status", &State::status), field("error", &State::error, wire::absent_when_null)};
};

struct PaypalState {
    std::string status;
    std::string mode;
    static constexpr auto fields =
        Pack{field("status", &PaypalState::status), field("mode", &PaypalState::mode)};
};

struct Services {
    State mongodb;
    State database;
    State redis;
    State cloudinary;
    State agora;
    PaypalState paypal;
    State push;
    State email;
    State google;
    static constexpr auto fields = Pack{
        field("mongodb", &Services::mongodb), field("database", &Services::database),
        field("redis", &Services::redis),     field("cloudinary", &Services::cloudinary),
        field("agora", &Services::agora),     field("paypal", &Services::paypal),
        field("push", &Services::push),       field("email", &Services::email),
        field("google", &Services::google),
    };
};
static_assert(wire::describes_every_member<Services>);

struct Health {
    std::string status;
    Time timestamp;
    std::string version;
    std::int64_t uptime_seconds = 0;
    Services services;
    static constexpr auto fields = Pack{
        field("status", &Health::status),     field("timestamp", &Health::timestamp),
        field("version", &Health::version),   field("uptime_seconds", &Health::uptime_seconds),
        field("services", &Health::services),
    };
};

struct Features {
    bool payments = false, live_streaming = false, stories = false, communities = false, google = false,
         push_web = false;
    static constexpr auto fields = Pack{
        field("payments", &Features::payments), field("live_streaming", &Features::live_streaming),
        field("stories", &Features::stories),   field("communities", &Features::communities),
        field("google", &Features::google),     field("push_web", &Features::push_web),
    };
};

struct PublicConfig {
    Features features;
    std::map<std::string, double> limits;
    std::string currency = "USD";
    std::optional<std::string> min_app_version;
    static constexpr auto fields = Pack{
        field("features", &PublicConfig::features),
        field("limits", &PublicConfig::limits),
        field("currency", &PublicConfig::currency),
        field("min_app_version", &PublicConfig::min_app_version),
    };
};

struct Version {
    std::string name = "Grover";
    std::string version;
    std::string commit;
    std::string built_at;
    static constexpr auto fields = Pack{
        field("name", &Version::name),
        field("version", &Version::version),
        field("commit", &Version::commit),
        field("built_at", &Version::built_at),
    };
};

// An endpoint without inputs, open to everybody, outside the rate limits and never stored.
constexpr Route service_route(std::string_view path, std::string_view summary, bool absolute) {
    return {.method = Method::get,
            .path = path,
            .summary = summary,
            .auth = Auth::none,
            .limit = RateClass::exempt,
            .absolute = absolute,
            .cache_control = kNoStore};
}

struct HealthGet {
    static constexpr Route route =
        service_route("/health", "State of the server and of what it depends on.", false);
    static constexpr auto fields = Pack{};
};
// Answered before routing (dispatcher.cpp); here for the list of endpoints.
struct LivenessGet {
    static constexpr Route route = service_route("/health", "Whether the process lives.", true);
    static constexpr auto fields = Pack{};
};
struct ReadyGet {
    static constexpr Route route = service_route("/ready", "Whether the server takes requests.", false);
    static constexpr auto fields = Pack{};
};
struct OpenapiGet {
    static constexpr Route route = service_route("/openapi.json", "This description.", true);
    static constexpr auto fields = Pack{};
};
constexpr std::array kPlainMetrics{api::Alias{Method::get, "/metrics"}};
struct MetricsGet {
    static constexpr Route route{.method = Method::get,
                                 .path = "/api/metrics",
                                 .summary = "Prometheus metrics.",
                                 .auth = Auth::none,
                                 .limit = RateClass::exempt,
                                 .aliases = kPlainMetrics,
                                 .absolute = true,
                                 .cache_control = kNoStore};
    static constexpr auto fields = Pack{};
};
struct VersionGet {
    static constexpr Route route{
        .method = Method::get, .path = "/version", .summary = "What is running.", .auth = Auth::none};
    static constexpr auto fields = Pack{};
};
struct ConfigGet {
    static constexpr Route route{.method = Method::get,
                                 .path = "/config",
                                 .summary = "Features and limits that clients adapt to.",
                                 .auth = Auth::none,
                                 .cache_control = "public, max-age=300"};
    static constexpr auto fields = Pack{};
};

State configured(bool is) { return {is ? "configured" : "not_configured", {}}; }

std::string_view mode_of(PaymentsMode mode) {
    switch (mode) {
        case PaymentsMode::live:
            return "live";
        case PaymentsMode::sandbox:
            return "sandbox";
        case PaymentsMode::simulation:
            return "simulation";
        case PaymentsMode::off:
            return "off";
    }
    return "off";
}

Health health_of(ServiceStatus& status) {
    const auto& [config, clock, database, api, started_at, draining, metrics, is_redis_up] = status.sources();
    const bool up = status.is_store_up();
    const State store{up ? "connected" : "disconnected",
                      up ? std::nullopt : std::optional<std::string>("unreachable")};
    const auto now = clock.now();
    const bool paypal = !config.paypal_client_id.empty() && !config.paypal_client_secret.empty();
    return {
        .status = up ? "healthy" : "degraded",
        .timestamp = now,
        .version = config.app_version,
        .uptime_seconds = std::chrono::duration_cast<std::chrono::seconds>(now - started_at).count(),
        .services = {.mongodb = store,
                     .database = store,
                     .redis = {is_redis_up && is_redis_up() ? "connected" : "not_connected", {}},
                     .cloudinary = configured(config.cloudinary_enabled),
                     .agora = {config.agora_enabled ? "available" : "not_available", {}},
                     .paypal = {paypal ? "configured" : "not_configured",
                                std::string(mode_of(config.payments_mode))},
                     .push = configured(config.web_push_enabled),
                     .email = configured(config.email_backend == EmailBackend::smtp),
                     .google = configured(config.google_enabled)},
    };
}

// system.md §5, by lower-case name: what clients check before they send.
std::map<std::string, double> limits(const Config& config) {
    return {{"max_file_size", 52'428'800},
            {"max_input_length", 10'000},
            {"max_bio_length", 500},
            {"max_name_length", 100},
            {"default_page_size", kDefaultPageSize},
            {"max_page_size", kMaxPageSize},
            {"max_chat_message_length", 500},
            {"max_dm_length", 1'000},
            {"min_post_length", 1},
            {"max_post_length", 5'000},
            {"max_comment_length", 2'000},
            {"max_story_text_length", 200},
            {"typing_indicator_timeout", 5},
            {"notification_cleanup_interval", 86'400},
            {"stream_timeout", static_cast<double>(config.stream_timeout.count())},
            {"session_timeout", static_cast<double>(config.session_timeout.count())},
            {"min_payment_amount", 0.50},
            {"max_payment_amount", 99'999.99},
            {"analytics_retention_days", 90},
            {"analytics_batch_size", 100},
            {"min_search_query_length", 1},
            {"max_search_query_length", 100},
            {"default_search_results", 20},
            {"max_follows_per_day", 200},
            {"max_blocks_per_day", 100}};
}

// The scheme in any case, as everywhere; the token in constant time.
bool is_bearer(std::string_view header, std::string_view token) {
    constexpr std::string_view kScheme = "bearer ";
    if (header.size() != kScheme.size() + token.size() ||
        !text::equal_ignoring_ascii_case(header.substr(0, kScheme.size()), kScheme))
        return false;
    return sodium_memcmp(header.data() + kScheme.size(), token.data(), token.size()) == 0;
}

bool may_read_metrics(const Config& config, const Caller& caller, const http::RequestHead& request) {
    if (!config.metrics_token.empty()) {
        if (!is_bearer(request.header("authorization"), config.metrics_token)) throw not_authenticated();
        return true;
    }
    const auto address = parse_ip(caller.address);
    return address && contains(config.metrics_allow, *address);
}

}  // namespace

bool ServiceStatus::is_store_up() {
    const auto now = sources_.clock.now().us;
    auto checked = checked_at_.load(std::memory_order_relaxed);
    // One caller in a second looks; the others take what was seen last.
    if (now - checked >= kCheckReuse_us && checked_at_.compare_exchange_strong(checked, now)) {
        store_up_.store(sources_.db.is_reachable(kCheckLimit), std::memory_order_relaxed);
    }
    return store_up_.load(std::memory_order_relaxed);
}

const std::string& ServiceStatus::openapi() {
    std::call_once(openapi_made_,
                   [&] { openapi_ = api::openapi_of(sources_.api, sources_.config.app_version); });
    return openapi_;
}

void add_service_api(Api& api, ServiceStatus& status) {
    const Config& config = status.sources().config;
    add_sentry_test(api, config);
    api.on<HealthGet>([&](const Caller&, const HealthGet&) { return health_of(status); });
    api.on<LivenessGet>([](const Caller&, const LivenessGet&) { return State{"ok", {}}; });
    api.on<ReadyGet>([&](const Caller&, const ReadyGet&) {
        if (status.sources().draining.load() || !status.is_store_up())
            throw Error(ErrorKind::unavailable, "Service not ready");
        return State{"ready", {}};
    });
    api.on<VersionGet>([&](const Caller&, const VersionGet&) {
        return Version{.version = config.app_version,
                       .commit = std::string(kBuildCommit),
                       .built_at = std::string(kBuildTime)};
    });
    api.on<ConfigGet>([&](const Caller&, const ConfigGet&) {
        // A feature is on when it is switched on and its domain exists: payments and streams do not yet.
        return PublicConfig{.features = {.stories = config.enable_stories,
                                         .communities = config.enable_communities,
                                         .google = config.google_enabled},
                            .limits = limits(config)};
    });
    if (config.enable_docs) add_docs_page(api);
    api.on<OpenapiGet>(
        [&](const Caller&, const OpenapiGet&, Reply& reply) { reply.response().body = status.openapi(); });
    if (status.sources().metrics) {
        api.on<MetricsGet>([&](const Caller& caller, const MetricsGet&, Reply& reply) {
            if (!may_read_metrics(config, caller, reply.request())) throw not_found("Not Found");
            const auto format = metrics::wanted_format(reply.request().header("accept"));
            reply.response().content_type = metrics::content_type(format);
            reply.response().body = status.sources().metrics(format);
        });
    }
}

}  // namespace grover::app
