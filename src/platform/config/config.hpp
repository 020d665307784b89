// Every setting of the server (contract/system.md §4), read once at start. The only folder that knows
// environment variables: everything else is handed a Config, or the members it needs.
//
// A Config is plain data and never changes after the start; any thread may read it. Members are named as
// their settings. What each one means, its default and its bounds stand in settings.cpp, and nowhere else; a
// Config made with {} has no defaults, so tests take load_config({{"DEBUG", "true"}}).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/base/cents.hpp"
#include "platform/base/ip_network.hpp"
#include "platform/config/log_level.hpp"

namespace grover {

enum class JwtAlgorithm : std::uint8_t { hs256, hs384, hs512 };
enum class PaypalMode : std::uint8_t { sandbox, live };
enum class PaypalWebhookVerify : std::uint8_t { local, api, both };
// How payments run: PAYPAL_MODE, or what is left of it without credentials (contract/payments.md §1).
enum class PaymentsMode : std::uint8_t { live, sandbox, simulation, off };
enum class EmailBackend : std::uint8_t { smtp, file, log, none };
enum class RealtimeBus : std::uint8_t { automatic, redis, postgres, local };
enum class MediaStorage : std::uint8_t { automatic, cloudinary, s3, local };
enum class LogFormat : std::uint8_t { json, text };
enum class AgoraTokenVersion : std::uint8_t { v006, v007 };

struct Config {
    // Server
    std::string app_name;
    std::string app_version;
    bool debug = false;
    std::string environment;
    std::string backend_host;
    int backend_port = 0;
    std::string public_base_url;  // no slash at the end; empty when unset
    std::vector<std::string> allowed_origins;
    std::vector<IpNetwork> trusted_proxies;
    int worker_threads = 0;
    std::string tls_cert_file;
    std::string tls_key_file;
    bool enable_docs = false;
    std::vector<std::string> admin_user_ids;

    // Data
    std::filesystem::path grover_data;
    std::string database_url;  // "sqlite:<path>" or "postgresql://…"
    int database_pool_size = 0;
    std::int64_t cache_max_bytes = 0;
    std::int64_t search_index_max_bytes = 0;
    std::string mongo_url;
    std::string db_name;
    std::string redis_url;

    // Real time
    RealtimeBus realtime_bus{};
    std::chrono::milliseconds socket_ping_interval_ms{};
    std::chrono::milliseconds socket_ping_timeout_ms{};
    bool socket_permessage_deflate = false;
    bool socket_protocol_test = false;

    // Sign-in
    std::string jwt_secret;  // empty when JWTs are off
    JwtAlgorithm jwt_algorithm{};
    std::chrono::minutes access_token_expire_minutes{};
    std::string session_exchange_url;  // with AUTH_BACKEND_URL worked in
    std::string auth_backend_url;
    std::chrono::days session_idle_days{};
    std::chrono::seconds session_timeout{};
    std::vector<std::string> auth_redirect_allowlist;
    bool enable_registration = false;
    bool require_email_verification = false;
    std::chrono::days account_deletion_days{};
    std::string google_client_id;
    std::string google_client_secret;
    std::string google_discovery_url;
    std::vector<std::string> google_native_client_ids;

    // Features and limits
    bool enable_payments = false;
    bool enable_live_streaming = false;
    bool enable_stories = false;
    bool enable_communities = false;
    bool rate_limit_enabled = false;
    int rate_limit_requests_per_minute = 0;
    int trending_min_authors = 0;
    std::string profanity_file;
    std::string geoip_file;
    std::chrono::days monetization_min_account_age_days{};

    // Mail and push
    EmailBackend email_backend{};
    std::filesystem::path email_dir;
    std::string smtp_host;
    int smtp_port = 0;
    std::string smtp_user;
    std::string smtp_password;
    std::string smtp_from_email;
    std::string expo_access_token;
    std::string expo_push_url;
    std::string expo_receipts_url;
    std::string vapid_public_key;
    std::string vapid_private_key;
    std::string vapid_subject;
    std::string web_push_test_ca_file;

    // Payments
    PaypalMode paypal_mode{};
    std::string paypal_client_id;
    std::string paypal_client_secret;
    std::string paypal_signature;
    std::string paypal_return_url;
    std::string paypal_cancel_url;
    std::string paypal_webhook_id;
    PaypalWebhookVerify paypal_webhook_verify{};
    std::string paypal_api_base;
    std::vector<std::string> paypal_cert_hosts;
    std::string paypal_cert_ca_file;
    Cents payout_max_item;

    // Media
    MediaStorage media_storage{};
    std::filesystem::path media_root;
    std::string media_cdn_base_url;
    std::string media_url_secret;
    std::int64_t media_user_quota_bytes = 0;
    std::string cloudinary_cloud_name;
    std::string cloudinary_api_key;
    std::string cloudinary_api_secret;
    std::string aws_access_key_id;
    std::string aws_secret_access_key;
    std::string aws_s3_bucket;
    std::string aws_region;
    std::string s3_endpoint;

    // Live streams
    std::string agora_app_id;
    std::string agora_app_certificate;
    AgoraTokenVersion agora_token_version{};
    bool enable_builtin_live = false;
    std::chrono::seconds stream_timeout{};
    int live_min_followers = 0;
    std::chrono::seconds live_max_duration{};
    std::int64_t live_max_bitrate = 0;  // bits per second
    bool live_recording = false;
    std::chrono::days live_recording_days{};  // 0 = for ever
    std::int64_t live_recording_max_bytes = 0;

    // Watching
    LogLevel log_level{};
    std::string log_file;
    LogFormat log_format{};
    std::chrono::milliseconds slow_request_ms{};
    std::chrono::milliseconds slow_query_ms{};
    bool enable_metrics = false;
    std::string metrics_token;
    std::vector<IpNetwork> metrics_allow;
    std::string sentry_dsn;
    std::string sentry_environment;
    double sentry_sample_rate = 0;
    double sentry_traces_sample_rate = 0;
    double sentry_profiles_sample_rate = 0;
    std::string sentry_release;
    std::string sentry_dist;  // empty: the build id
    std::string sentry_server_name;
    bool sentry_send_pii = false;
    int sentry_max_breadcrumbs = 0;
    std::vector<std::string> sentry_client_dsns;
    bool sentry_test_route = false;

    // What follows from several settings.
    bool production = true;
    PaymentsMode payments_mode = PaymentsMode::off;
    bool jwt_enabled = false;
    bool google_enabled = false;
    bool cloudinary_enabled = false;
    bool s3_enabled = false;
    bool agora_enabled = false;
    bool web_push_enabled = false;
    bool sentry_enabled = false;
    bool tls_enabled = false;
    std::filesystem::path log_path;  // empty: stderr only
    std::string links_base_url;      // PUBLIC_BASE_URL, or this server on localhost
};

using Environment = std::map<std::string, std::string, std::less<>>;

// The environment of this process.
Environment process_environment();

// The exit code for a bad configuration (EX_CONFIG).
inline constexpr int kConfigurationExitCode = 78;

// Everything that is wrong, at once. what() is the report: "Configuration errors:" and one line each.
class ConfigurationError : public std::runtime_error {
public:
    ConfigurationError(std::vector<std::string> error_lines, std::vector<std::string> warning_lines);

    std::vector<std::string> errors;
    std::vector<std::string> warnings;
};

struct LoadedConfig {
    Config config;
    std::vector<std::string> warnings;  // for the log, once it runs
};

// From `environment`, then `.env` in `directory`, then `backend/.env` below it; the earlier wins. An empty
// directory means no files. Throws ConfigurationError. Writes nothing.
LoadedConfig load_config(const Environment& environment, const std::filesystem::path& directory = {});

// The effective value of every setting, a line each, secrets masked.
std::string print_config(const Config& config);

}  // namespace grover
