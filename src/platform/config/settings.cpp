// The one list of settings (contract/system.md §4 and the files it names): name, member, default, bounds,
// meaning.
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/base/id.hpp"
#include "platform/config/setting.hpp"
#include "platform/config/url.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"

namespace grover::config {
namespace {

using C = Config;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kInt = std::numeric_limits<int>::max();
constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

bool is_address(std::string_view host) {
    return parse_ip(host).has_value() || equal_words(host, "localhost");
}

bool is_email(std::string_view address) {
    try {
        (void)text::validate_email(address);
        return true;
    } catch (const Error&) {
        return false;
    }
}

bool is_database_name(std::string_view name) {
    return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
}

bool is_database_url(std::string_view address) {
    for (const std::string_view scheme : {"sqlite:", "postgresql://", "postgres://"}) {
        if (address.starts_with(scheme)) return address.size() > scheme.size();
    }
    return false;
}

bool is_redis_url(std::string_view address) {
    return address.starts_with("redis://") || address.starts_with("rediss://");
}
bool is_mongo_url(std::string_view address) {
    return address.starts_with("mongodb://") || address.starts_with("mongodb+srv://");
}
bool is_listed_origin(std::string_view origin) { return origin == "*" || is_origin(origin); }
bool has_scheme(std::string_view prefix) {
    return prefix.find("://") != std::string_view::npos && prefix.find(' ') == std::string_view::npos;
}

// contract/monitoring.md §1
bool is_environment(std::string_view name) {
    return text::count_code_points(name) <= 64 && name.find_first_of(" \t/") == std::string_view::npos &&
           name != "None";
}
constexpr auto kEnvironmentRule = "must have at most 64 characters, no blanks, no slash, and not be None";

Setting file(std::string_view name, std::string Config::*member, std::string_view help) {
    return text(name, member, "", help, require_readable);
}

std::string number_of_cores(const Config&) {
    return std::to_string(std::clamp(std::thread::hardware_concurrency(), 1u, 256u));
}

std::string host_name(const Config&) {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

bool has_paypal(const Config& c) { return !c.paypal_client_id.empty() && !c.paypal_client_secret.empty(); }

std::vector<Setting> server() {
    return {
        text("APP_NAME", &C::app_name, "Grover", "fixed"),
        text("APP_VERSION", &C::app_version, "1.0.0", "shown by health, documentation and release tags",
             at_most(50)),
        flag("DEBUG", &C::debug, false, "development mode; production is everything else"),
        text("ENVIRONMENT", &C::environment, "", "label for reports",
             matches(is_environment, kEnvironmentRule),
             {.default_from = [](const C& c) { return c.debug ? "development" : "production"; }}),
        text("BACKEND_HOST", &C::backend_host, "0.0.0.0", "listen address",
             matches(is_address, "must be an IP address or localhost"), {.aliases = {"HOST"}}),
        number("BACKEND_PORT", &C::backend_port, 8001, 1, 65'535, "listen port", {.aliases = {"PORT"}}),
        base_url("PUBLIC_BASE_URL", &C::public_base_url, "", "where links in mails and callbacks lead"),
        list("ALLOWED_ORIGINS", &C::allowed_origins, "*",
             "origins that browsers may call from, for HTTP and sockets",
             matches(is_listed_origin, "must be * or origins such as https://example.org")),
        networks("TRUSTED_PROXIES", &C::trusted_proxies, "127.0.0.1/32,::1/128",
                 "addresses whose X-Forwarded-For counts"),
        number("WORKER_THREADS", &C::worker_threads, 1, 1, 256, "I/O threads; one per core",
               {.default_from = number_of_cores}),
        file("TLS_CERT_FILE", &C::tls_cert_file, "certificate chain; with TLS_KEY_FILE: serve https"),
        file("TLS_KEY_FILE", &C::tls_key_file, "private key"),
        flag("ENABLE_DOCS", &C::enable_docs, true, "/docs, /redoc"),
        list("ADMIN_USER_IDS", &C::admin_user_ids, "", "who may call /admin/*",
             matches(is_well_formed_id, "must be a comma-separated list of user ids")),
    };
}

std::vector<Setting> data() {
    return {
        path("GROVER_DATA", &C::grover_data, "./data", "directory of everything the server writes"),
        text("DATABASE_URL", &C::database_url, "", "the data store: sqlite:<path> or postgresql://…",
             matches(is_database_url, "must be sqlite:<path> or postgresql://…"),
             {.secrecy = Secrecy::password,
              .default_from = [](const C& c) { return "sqlite:" + (c.grover_data / "grover.db").string(); }}),
        number("DATABASE_POOL_SIZE", &C::database_pool_size, 4, 1, 64,
               "PostgreSQL connections per worker thread; unless CACHE_MAX_BYTES is 0 one more watches for "
               "changes"),
        number("CACHE_MAX_BYTES", &C::cache_max_bytes, 512 << 20, 0, kHuge,
               "memory for cached rows, a quarter of it for pages of an SQLite file; 0 caches no rows"),
        number("SEARCH_INDEX_MAX_BYTES", &C::search_index_max_bytes, std::int64_t{4} << 30, 0, kHuge,
               "memory for the search index; above it the oldest posts are not found; 0 for no bound"),
        text("MONGO_URL", &C::mongo_url, "mongodb://localhost:27017", "what grover import reads",
             matches(is_mongo_url, "must be a mongodb:// address"),
             {.aliases = {"MONGODB_URL"},
              .secrecy = Secrecy::password,
              .blank_error = "MONGO_URL not configured"}),
        text("DB_NAME", &C::db_name, "grover_dev", "the database that grover import reads",
             matches(is_database_name, "must have 1 to 63 letters, digits, _ or -"),
             {.aliases = {"DATABASE_NAME"}, .blank_error = "DB_NAME not configured"}),
        text("REDIS_URL", &C::redis_url, "redis://localhost:6379",
             "shared cache, limits and fan-out; optional",
             matches(is_redis_url, "must be a redis:// or rediss:// address"),
             {.secrecy = Secrecy::password}),
        choice("REALTIME_BUS", &C::realtime_bus, "auto",
               {{"auto", RealtimeBus::automatic},
                {"redis", RealtimeBus::redis},
                {"postgres", RealtimeBus::postgres},
                {"local", RealtimeBus::local}},
               "how events reach other nodes"),
        number("SOCKET_PING_INTERVAL_MS", &C::socket_ping_interval_ms, 25'000, 100, 3'600'000,
               "time between socket pings"),
        number("SOCKET_PING_TIMEOUT_MS", &C::socket_ping_timeout_ms, 60'000, 100, 3'600'000,
               "silence after which a socket is closed"),
        flag("SOCKET_PERMESSAGE_DEFLATE", &C::socket_permessage_deflate, false,
             "compress messages of 256 bytes and more for WebSocket clients that offer it; "
             "saves traffic and costs processor time"),
        flag("SOCKET_PROTOCOL_TEST", &C::socket_protocol_test, false,
             "behave as the protocol test suites want; never in production"),
    };
}

std::vector<Setting> sign_in() {
    return {
        secret("JWT_SECRET", &C::jwt_secret, "signs access tokens, cursors and links; at least 32 bytes",
               {.aliases = {"SECRET_KEY"}}),
        choice(
            "JWT_ALGORITHM", &C::jwt_algorithm, "HS256",
            {{"HS256", JwtAlgorithm::hs256}, {"HS384", JwtAlgorithm::hs384}, {"HS512", JwtAlgorithm::hs512}},
            "of access tokens"),
        number("ACCESS_TOKEN_EXPIRE_MINUTES", &C::access_token_expire_minutes, 30, 1, 1440,
               "life of an access token"),
        url("SESSION_EXCHANGE_URL", &C::session_exchange_url, "", "full address of the session exchange"),
        base_url("AUTH_BACKEND_URL", &C::auth_backend_url, "", "the exchange's base address"),
        number("SESSION_IDLE_DAYS", &C::session_idle_days, 7, 1, 365, "a session unused for this long ends"),
        number("SESSION_TIMEOUT", &C::session_timeout, 30 * kDay, 60, 3650 * kDay,
               "seconds after which every session ends"),
        list("AUTH_REDIRECT_ALLOWLIST", &C::auth_redirect_allowlist, "",
             "more address prefixes that a sign-in may return to",
             matches(has_scheme, "must be a comma-separated list of address prefixes with a scheme")),
        flag("ENABLE_REGISTRATION", &C::enable_registration, true, "whether people may register"),
        flag("REQUIRE_EMAIL_VERIFICATION", &C::require_email_verification, false,
             "unverified accounts only read"),
        number("ACCOUNT_DELETION_DAYS", &C::account_deletion_days, 30, 0, 3650,
               "time between asking for deletion and deletion"),
        text("GOOGLE_CLIENT_ID", &C::google_client_id, "", "Google sign-in"),
        secret("GOOGLE_CLIENT_SECRET", &C::google_client_secret, "Google sign-in"),
        url("GOOGLE_DISCOVERY_URL", &C::google_discovery_url,
            "https://accounts.google.com/.well-known/openid-configuration", "OpenID discovery document"),
        list("GOOGLE_NATIVE_CLIENT_IDS", &C::google_native_client_ids, "", "client ids of the native apps"),
    };
}

std::vector<Setting> mail_and_push() {
    return {
        text("SMTP_HOST", &C::smtp_host, "smtp.gmail.com", "mail server"),
        number("SMTP_PORT", &C::smtp_port, 587, 1, 65'535,
               "465 is TLS from the start, all others must offer STARTTLS"),
        text("SMTP_USER", &C::smtp_user, "", "without one no mail is sent"),
        secret("SMTP_PASSWORD", &C::smtp_password, "mail server"),
        text("SMTP_FROM_EMAIL", &C::smtp_from_email, "noreply@grover.app", "sender",
             matches(is_email, "must be an e-mail address")),
        choice("EMAIL_BACKEND", &C::email_backend, "",
               {{"smtp", EmailBackend::smtp},
                {"file", EmailBackend::file},
                {"log", EmailBackend::log},
                {"none", EmailBackend::none}},
               "where mails go",
               {.default_from = [](const C& c) { return c.smtp_user.empty() ? "log" : "smtp"; }}),
        path("EMAIL_DIR", &C::email_dir, "", "one file per mail, with EMAIL_BACKEND=file",
             {.default_from = [](const C& c) { return (c.grover_data / "mail").string(); }}),
        secret("EXPO_ACCESS_TOKEN", &C::expo_access_token, "push through Expo"),
        url("EXPO_PUSH_URL", &C::expo_push_url, "https://exp.host/--/api/v2/push/send", "push through Expo"),
        url("EXPO_RECEIPTS_URL", &C::expo_receipts_url, "https://exp.host/--/api/v2/push/getReceipts",
            "push through Expo"),
        text("VAPID_PUBLIC_KEY", &C::vapid_public_key, "", "Web Push; all three or none"),
        secret("VAPID_PRIVATE_KEY", &C::vapid_private_key, "Web Push"),
        text("VAPID_SUBJECT", &C::vapid_subject, "", "Web Push"),
        file("WEB_PUSH_TEST_CA_FILE", &C::web_push_test_ca_file,
             "for tests: push services may be on this machine, with certificates of this authority"),
    };
}

std::vector<Setting> payments() {
    return {
        flag("ENABLE_PAYMENTS", &C::enable_payments, true, "whether payments start"),
        choice("PAYPAL_MODE", &C::paypal_mode, "sandbox",
               {{"sandbox", PaypalMode::sandbox}, {"live", PaypalMode::live}}, "which PayPal"),
        text("PAYPAL_CLIENT_ID", &C::paypal_client_id, "",
             "without it and the secret payments are simulated"),
        secret("PAYPAL_CLIENT_SECRET", &C::paypal_client_secret, "PayPal", {.aliases = {"PAYPAL_SECRET"}}),
        secret("PAYPAL_SIGNATURE", &C::paypal_signature, "classic API signature; kept, unused"),
        url("PAYPAL_RETURN_URL", &C::paypal_return_url, "", "where PayPal sends payers who approve"),
        url("PAYPAL_CANCEL_URL", &C::paypal_cancel_url, "", "where PayPal sends payers who cancel"),
        text("PAYPAL_WEBHOOK_ID", &C::paypal_webhook_id, "", "needed for webhooks"),
        choice("PAYPAL_WEBHOOK_VERIFY", &C::paypal_webhook_verify, "local",
               {{"local", PaypalWebhookVerify::local},
                {"api", PaypalWebhookVerify::api},
                {"both", PaypalWebhookVerify::both}},
               "who checks webhook signatures"),
        base_url("PAYPAL_API_BASE", &C::paypal_api_base, "", "PayPal's API",
                 {.default_from =
                      [](const C& c) {
                          return c.paypal_mode == PaypalMode::live ? "https://api-m.paypal.com"
                                                                   : "https://api-m.sandbox.paypal.com";
                      }}),
        list("PAYPAL_CERT_HOSTS", &C::paypal_cert_hosts,
             "api.paypal.com,api-m.paypal.com,api.sandbox.paypal.com,api-m.sandbox.paypal.com",
             "hosts that a webhook certificate may come from"),
        file("PAYPAL_CERT_CA_FILE", &C::paypal_cert_ca_file,
             "trust anchors for webhook certificates; system roots"),
        amount("PAYOUT_MAX_ITEM", &C::payout_max_item, "20000", "larger payouts are split"),
        number("MONETIZATION_MIN_ACCOUNT_AGE_DAYS", &C::monetization_min_account_age_days, 30, 0, 3650,
               "before monetisation can be switched on",
               {.default_from =
                    [](const C& c) {
                        return !has_paypal(c) && c.paypal_mode != PaypalMode::live ? "0" : "30";
                    }}),
    };
}

std::vector<Setting> media() {
    return {
        choice("MEDIA_STORAGE", &C::media_storage, "auto",
               {{"auto", MediaStorage::automatic},
                {"cloudinary", MediaStorage::cloudinary},
                {"s3", MediaStorage::s3},
                {"local", MediaStorage::local}},
               "where media end up"),
        path("MEDIA_ROOT", &C::media_root, "", "local media",
             {.default_from = [](const C& c) { return (c.grover_data / "media").string(); }}),
        base_url("MEDIA_CDN_BASE_URL", &C::media_cdn_base_url, "",
                 "what media addresses start with, behind a CDN"),
        secret("MEDIA_URL_SECRET", &C::media_url_secret, "signs media addresses"),
        number("MEDIA_USER_QUOTA_BYTES", &C::media_user_quota_bytes, 5'368'709'120, 0, kHuge,
               "per user; 0 is none"),
        text("CLOUDINARY_CLOUD_NAME", &C::cloudinary_cloud_name, "", "all three or off", {},
             {.aliases = {"CLOUDINARY_NAME"}}),
        text("CLOUDINARY_API_KEY", &C::cloudinary_api_key, "", "Cloudinary", {},
             {.secrecy = Secrecy::secret}),
        secret("CLOUDINARY_API_SECRET", &C::cloudinary_api_secret, "Cloudinary"),
        text("AWS_ACCESS_KEY_ID", &C::aws_access_key_id, "", "S3; with secret and bucket, or off", {},
             {.secrecy = Secrecy::secret}),
        secret("AWS_SECRET_ACCESS_KEY", &C::aws_secret_access_key, "S3"),
        text("AWS_S3_BUCKET", &C::aws_s3_bucket, "", "S3"),
        text("AWS_REGION", &C::aws_region, "us-east-1", "S3", {}, {.aliases = {"AWS_S3_REGION"}}),
        base_url("S3_ENDPOINT", &C::s3_endpoint, "", "a store that speaks S3"),
    };
}

std::vector<Setting> features() {
    return {
        flag("ENABLE_LIVE_STREAMING", &C::enable_live_streaming, true, "live streams"),
        flag("ENABLE_STORIES", &C::enable_stories, true, "stories"),
        flag("ENABLE_COMMUNITIES", &C::enable_communities, true, "communities"),
        flag("RATE_LIMIT_ENABLED", &C::rate_limit_enabled, true, "the rate limits; off for load tests"),
        number("RATE_LIMIT_REQUESTS_PER_MINUTE", &C::rate_limit_requests_per_minute, 60, 1, 100'000,
               "what the rate limits are multiples of"),
        number("TRENDING_MIN_AUTHORS", &C::trending_min_authors, 1, 1, kInt,
               "a tag trends when so many used it"),
        file("PROFANITY_FILE", &C::profanity_file, "refused words, one per line"),
        file("GEOIP_FILE", &C::geoip_file, "countries of networks"),
        text("AGORA_APP_ID", &C::agora_app_id, "", "Agora; 32 hex digits"),
        secret("AGORA_APP_CERTIFICATE", &C::agora_app_certificate, "Agora; 32 hex digits"),
        choice("AGORA_TOKEN_VERSION", &C::agora_token_version, "006",
               {{"006", AgoraTokenVersion::v006}, {"007", AgoraTokenVersion::v007}}, "Agora"),
        flag("ENABLE_BUILTIN_LIVE", &C::enable_builtin_live, true, "the built-in live path"),
        number("STREAM_TIMEOUT", &C::stream_timeout, 3600, 1, 7 * kDay,
               "seconds without a sign of the host before a stream ends"),
        number("LIVE_MIN_FOLLOWERS", &C::live_min_followers, 0, 0, kInt, "followers needed to go live"),
        number("LIVE_MAX_DURATION", &C::live_max_duration, 43'200, 60, 30 * kDay, "seconds"),
        number("LIVE_MAX_BITRATE", &C::live_max_bitrate, 6'000'000, 64'000, 1'000'000'000,
               "bits per second and publisher"),
        flag("LIVE_RECORDING", &C::live_recording, true, "whether streams are recorded"),
        number("LIVE_RECORDING_DAYS", &C::live_recording_days, 30, 0, 36'500,
               "how long recordings are kept; 0 is for ever"),
        number("LIVE_RECORDING_MAX_BYTES", &C::live_recording_max_bytes, 21'474'836'480, 0, kHuge,
               "per recording"),
    };
}

std::vector<Setting> watching() {
    return {
        choice("LOG_LEVEL", &C::log_level, "INFO",
               {{"DEBUG", LogLevel::debug},
                {"INFO", LogLevel::info},
                {"WARNING", LogLevel::warning},
                {"ERROR", LogLevel::error},
                {"CRITICAL", LogLevel::critical}},
               "the least important lines to log"),
        text("LOG_FILE", &C::log_file, "grover.log",
             "log lines, also on stderr; a bare name lies in <GROVER_DATA>/log/; - is stderr only"),
        choice("LOG_FORMAT", &C::log_format, "", {{"json", LogFormat::json}, {"text", LogFormat::text}},
               "of log lines", {.default_from = [](const C& c) { return c.debug ? "text" : "json"; }}),
        number("SLOW_REQUEST_MS", &C::slow_request_ms, 300, 1, 3'600'000, "a request this long is a warning"),
        number("SLOW_QUERY_MS", &C::slow_query_ms, 100, 1, 3'600'000, "a statement this long is a warning"),
        flag("ENABLE_METRICS", &C::enable_metrics, true, "/metrics"),
        secret("METRICS_TOKEN", &C::metrics_token, "who has it may read metrics"),
        networks(
            "METRICS_ALLOW", &C::metrics_allow,
            "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10",
            "who may read metrics without a token"),
        secret("SENTRY_DSN", &C::sentry_dsn, "error reports"),
        text("SENTRY_ENVIRONMENT", &C::sentry_environment, "", "label for reports",
             matches(is_environment, kEnvironmentRule),
             {.default_from = [](const C& c) { return c.environment; }}),
        share("SENTRY_SAMPLE_RATE", &C::sentry_sample_rate, "1", "share of error events"),
        share("SENTRY_TRACES_SAMPLE_RATE", &C::sentry_traces_sample_rate, "0.1", "share of transactions"),
        share("SENTRY_PROFILES_SAMPLE_RATE", &C::sentry_profiles_sample_rate, "0",
              "share of sampled transactions that are profiled"),
        text("SENTRY_RELEASE", &C::sentry_release, "", "release in reports", at_most(200),
             {.default_from = [](const C& c) { return "grover@" + c.app_version; }}),
        text("SENTRY_DIST", &C::sentry_dist, "", "build in reports; the build id", at_most(64)),
        text("SENTRY_SERVER_NAME", &C::sentry_server_name, "", "node in reports", at_most(255),
             {.default_from = host_name}),
        flag("SENTRY_SEND_PII", &C::sentry_send_pii, false, "e-mail, user name and IP go along"),
        number("SENTRY_MAX_BREADCRUMBS", &C::sentry_max_breadcrumbs, 50, 0, 100, "per report"),
        list("SENTRY_CLIENT_DSNS", &C::sentry_client_dsns, "", "DSNs of the apps that may use the tunnel",
             matches(is_sentry_dsn, "must be a comma-separated list of DSNs"), {.secrecy = Secrecy::secret}),
        flag("SENTRY_TEST_ROUTE", &C::sentry_test_route, false, "/test-sentry",
             {.default_from = [](const C& c) { return c.debug ? "true" : "false"; }}),
    };
}

}  // namespace

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = [] {
        std::vector<Setting> joined;
        for (auto&& part :
             {server(), data(), sign_in(), features(), mail_and_push(), payments(), media(), watching()}) {
            joined.insert(joined.end(), part.begin(), part.end());
        }
        return joined;
    }();
    return all;
}

}  // namespace grover::config
