#include <doctest/doctest.h>

#include "platform/config/config.hpp"
#include "platform/config/config_testing.hpp"
#include "platform/config/setting.hpp"
#include "testing/certificate.hpp"

using namespace grover;
using namespace grover::config_testing;
using Lines = std::vector<std::string>;

TEST_CASE("a production server never starts without a secret of its own") {
    const Lines refused{"JWT_SECRET must be configured in production"};
    CHECK(errors_of({}) == refused);
    CHECK(errors_of({{"JWT_SECRET", " "}}) == refused);
    CHECK(errors_of({{"JWT_SECRET", std::string(config::kPlaceholderSecret)}}) == refused);
    CHECK(errors_of({{"SECRET_KEY", std::string(config::kPlaceholderSecret)}, {"DEBUG", "false"}}) ==
          refused);
}

TEST_CASE("a short or missing secret turns access tokens off, with a warning") {
    for (const Environment& environment :
         {Environment{{"DEBUG", "true"}}, Environment{{"JWT_SECRET", std::string(31, 's')}},
          Environment{{"DEBUG", "1"}, {"JWT_SECRET", std::string(config::kPlaceholderSecret)}}}) {
        const LoadedConfig loaded = load_config(environment);
        CHECK_FALSE(loaded.config.jwt_enabled);
        CHECK(loaded.config.jwt_secret.empty());
        CHECK(has_start(loaded.warnings, "JWT_SECRET is "));
    }
    const LoadedConfig good = load();
    CHECK(good.config.jwt_enabled);
    CHECK_FALSE(has_start(good.warnings, "JWT_SECRET"));
}

TEST_CASE("development is told apart from production") {
    const Config c = load({{"DEBUG", "true"}}).config;
    CHECK_FALSE(c.production);
    CHECK(c.environment == "development");
    CHECK(c.log_format == LogFormat::text);
    CHECK(c.sentry_test_route);
    CHECK_FALSE(c.socket_permessage_deflate);
    CHECK(load({{"ENVIRONMENT", "staging"}}).config.sentry_environment == "staging");
    CHECK(errors_with({{"SOCKET_PROTOCOL_TEST", "true"}}) ==
          Lines{"SOCKET_PROTOCOL_TEST must be off in production"});
    CHECK(errors_with({{"WEB_PUSH_TEST_CA_FILE", "/dev/null"}}) ==
          Lines{"WEB_PUSH_TEST_CA_FILE must not be set in production"});
}

TEST_CASE("payments run as far as the credentials reach") {
    const Environment paypal{{"PAYPAL_CLIENT_ID", "a"}, {"PAYPAL_CLIENT_SECRET", "b"}};
    const auto with = [&](Environment more) {
        more.insert(paypal.begin(), paypal.end());
        return load(more);
    };
    CHECK(load().config.payments_mode == PaymentsMode::simulation);
    CHECK(has_start(load().warnings,
                    "PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET are not set: payments are simulated"));
    CHECK(load().config.monetization_min_account_age_days == std::chrono::days(0));
    CHECK(with({}).config.payments_mode == PaymentsMode::sandbox);
    CHECK(with({}).config.monetization_min_account_age_days == std::chrono::days(30));
    CHECK(with({{"PAYPAL_MODE", "live"}}).config.payments_mode == PaymentsMode::live);
    CHECK(with({{"PAYPAL_MODE", "live"}}).config.paypal_api_base == "https://api-m.paypal.com");
    CHECK(with({{"ENABLE_PAYMENTS", "off"}}).config.payments_mode == PaymentsMode::off);
    const LoadedConfig live = load({{"PAYPAL_MODE", "live"}});
    CHECK(live.config.payments_mode == PaymentsMode::off);
    CHECK(has_start(live.warnings, "PAYPAL_MODE is live without"));
    CHECK(has_start(with({{"PAYPAL_MODE", "live"}, {"DEBUG", "true"}}).warnings,
                    "PAYPAL_MODE is live although DEBUG"));
    CHECK(errors_with({{"PAYPAL_CLIENT_ID", "a"}}) ==
          Lines{"PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET must be set both or neither"});
    CHECK(errors_with({{"PAYPAL_SECRET", "a"}}).size() == 1);
}

TEST_CASE("half-configured services are off, with a warning") {
    const std::string key(32, 'A');
    struct Case {
        Environment environment;
        bool Config::*enabled;
        std::string warning;
    };
    for (const Case& half : {
             Case{{{"GOOGLE_CLIENT_ID", "a"}}, &Config::google_enabled, "GOOGLE_CLIENT_ID and"},
             Case{{{"CLOUDINARY_CLOUD_NAME", "a"}, {"CLOUDINARY_API_KEY", "b"}},
                  &Config::cloudinary_enabled,
                  "CLOUDINARY_CLOUD_NAME,"},
             Case{{{"AWS_S3_BUCKET", "a"}}, &Config::s3_enabled, "AWS_ACCESS_KEY_ID,"},
             Case{{{"AGORA_APP_ID", key}}, &Config::agora_enabled, "AGORA_APP_ID and"},
             Case{{{"AGORA_APP_ID", key}, {"AGORA_APP_CERTIFICATE", "x"}},
                  &Config::agora_enabled,
                  "AGORA_APP_ID and"},
             Case{{{"SENTRY_DSN", "nonsense"}}, &Config::sentry_enabled, "SENTRY_DSN is malformed"},
         }) {
        CAPTURE(half.warning);
        const LoadedConfig loaded = load(half.environment);
        CHECK_FALSE(loaded.config.*half.enabled);
        CHECK(has_start(loaded.warnings, half.warning));
    }
    CHECK(has_start(load({{"SMTP_USER", "a"}}).warnings, "SMTP_USER and SMTP_PASSWORD"));
    CHECK(has_start(load().warnings, "SENTRY_DSN is not set"));
}

TEST_CASE("fully configured services are on, without a warning") {
    const std::string key = "0123456789abcdefABCDEF0123456789";
    const LoadedConfig loaded = load({{"GOOGLE_CLIENT_ID", "a"},
                                      {"GOOGLE_CLIENT_SECRET", "b"},
                                      {"CLOUDINARY_CLOUD_NAME", "a"},
                                      {"CLOUDINARY_API_KEY", "b"},
                                      {"CLOUDINARY_API_SECRET", "c"},
                                      {"AWS_ACCESS_KEY_ID", "a"},
                                      {"AWS_SECRET_ACCESS_KEY", "b"},
                                      {"AWS_S3_BUCKET", "c"},
                                      {"AGORA_APP_ID", key},
                                      {"AGORA_APP_CERTIFICATE", key},
                                      {"SENTRY_DSN", "https://k@host/1"},
                                      {"VAPID_PUBLIC_KEY", "a"},
                                      {"VAPID_PRIVATE_KEY", "b"},
                                      {"VAPID_SUBJECT", "mailto:a@b.org"},
                                      {"PAYPAL_CLIENT_ID", "a"},
                                      {"PAYPAL_CLIENT_SECRET", "b"},
                                      {"SMTP_USER", "a"},
                                      {"SMTP_PASSWORD", "b"}});
    CHECK(loaded.warnings ==
          Lines{"Cloudinary or S3 is configured, but this version keeps media on local disk "
                "alone (MEDIA_STORAGE)"});
    const Config& c = loaded.config;
    CHECK((c.google_enabled && c.cloudinary_enabled && c.s3_enabled && c.agora_enabled && c.sentry_enabled &&
           c.web_push_enabled));
    CHECK(c.email_backend == EmailBackend::smtp);
}

TEST_CASE("a cloud for media is refused, not left out in silence") {
    const Lines refusal{"MEDIA_STORAGE must be local or auto: this version keeps media on local disk alone"};
    CHECK(errors_with({{"MEDIA_STORAGE", "s3"}}) == refusal);
    CHECK(errors_with({{"MEDIA_STORAGE", "cloudinary"}}) == refusal);
    CHECK(load({{"AWS_ACCESS_KEY_ID", "a"},
                {"AWS_SECRET_ACCESS_KEY", "b"},
                {"AWS_S3_BUCKET", "c"},
                {"MEDIA_STORAGE", "local"}})
              .warnings == load().warnings);
}

TEST_CASE("what only works together must be set together") {
    CHECK(errors_with({{"VAPID_SUBJECT", "mailto:a@b.org"}}) ==
          Lines{"VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT must be set all or none"});
    CHECK(errors_with({{"TLS_CERT_FILE", "/dev/null"}}) ==
          Lines{"TLS_CERT_FILE and TLS_KEY_FILE must be set both or neither"});
}

TEST_CASE("sample rates outside 0..1 warn and the default holds") {
    const LoadedConfig loaded = load({{"SENTRY_TRACES_SAMPLE_RATE", "1.5"},
                                      {"SENTRY_PROFILES_SAMPLE_RATE", "half"},
                                      {"SENTRY_SAMPLE_RATE", "nan"}});
    CHECK(loaded.config.sentry_traces_sample_rate == 0.1);
    CHECK(loaded.config.sentry_profiles_sample_rate == 0.0);
    CHECK(loaded.config.sentry_sample_rate == 1.0);
    CHECK(has(loaded.warnings,
              "SENTRY_TRACES_SAMPLE_RATE must be a number from 0 to 1, not \"1.5\": the default holds"));
    CHECK(load({{"SENTRY_TRACES_SAMPLE_RATE", "0.25"}}).config.sentry_traces_sample_rate == 0.25);
}

TEST_CASE("paths and addresses follow from others") {
    const Config c =
        load({{"GROVER_DATA", "/tmp/g"}, {"BACKEND_PORT", "9000"}, {"AUTH_BACKEND_URL", "https://auth.org/"}})
            .config;
    CHECK(c.database_url == "sqlite:/tmp/g/grover.db");
    CHECK(c.media_root == "/tmp/g/media");
    CHECK(c.email_dir == "/tmp/g/mail");
    CHECK(c.log_path == "/tmp/g/log/grover.log");
    CHECK(c.links_base_url == "http://localhost:9000");
    CHECK(c.session_exchange_url == "https://auth.org/auth/v1/env/oauth/session-data");
    CHECK(load({{"LOG_FILE", "-"}}).config.log_path.empty());
    CHECK(load({{"LOG_FILE", "/var/log/g.log"}}).config.log_path == "/var/log/g.log");
    CHECK(load({{"PUBLIC_BASE_URL", "https://g.org/"}}).config.links_base_url == "https://g.org");
    CHECK(load({{"PUBLIC_BASE_URL", "https://g.org"}}).config.paypal_cancel_url ==
          "https://g.org/api/payment-cancel");
    CHECK(load({{"SESSION_EXCHANGE_URL", "https://x.org/y/"}, {"AUTH_BACKEND_URL", "https://auth.org"}})
              .config.session_exchange_url == "https://x.org/y/");
}

TEST_CASE("the name of the application is fixed") {
    const LoadedConfig loaded = load({{"APP_NAME", "Other"}});
    CHECK(loaded.config.app_name == "Grover");
    CHECK(has(loaded.warnings, "APP_NAME is fixed and stays Grover"));
}

TEST_CASE("a data directory that cannot be written stops the start, and nothing is created by asking") {
    CHECK(errors_with({{"GROVER_DATA", "/dev/null/data"}}) ==
          Lines{"GROVER_DATA cannot be written: /dev/null/data"});
    CHECK(load({{"GROVER_DATA", "/tmp/grover_never_created/x"}}).config.grover_data ==
          "/tmp/grover_never_created/x");
    CHECK_FALSE(std::filesystem::exists("/tmp/grover_never_created"));
}

TEST_CASE("a directory that permits everything and takes nothing is no data directory") {
    CHECK(errors_with({{"GROVER_DATA", "/proc/x"}}) == Lines{"GROVER_DATA cannot be written: /proc/x"});
}

TEST_CASE("a secret for media addresses that anybody could guess stops the start") {
    CHECK(errors_with({{"MEDIA_URL_SECRET", std::string(15, 's')}}) ==
          Lines{"MEDIA_URL_SECRET needs at least 16 bytes"});
    CHECK(load({{"MEDIA_URL_SECRET", std::string(16, 's')}}).config.media_url_secret.size() == 16);
}

TEST_CASE("files that are no certificate and its key stop the start") {
    const testing::Certificate ours, other;
    const auto errors = [&](const std::string& cert, const std::string& key) {
        return errors_with({{"TLS_CERT_FILE", cert}, {"TLS_KEY_FILE", key}});
    };
    CHECK(load({{"TLS_CERT_FILE", ours.cert()}, {"TLS_KEY_FILE", ours.key()}}).config.tls_enabled);
    CHECK(errors("/dev/null", ours.key()) ==
          Lines{"TLS_CERT_FILE is no PEM file with a certificate chain: /dev/null"});
    CHECK(errors(ours.cert(), "/dev/null") ==
          Lines{"TLS_KEY_FILE is no PEM file with the private key of the certificate: /dev/null"});
    CHECK(errors(ours.cert(), other.key()) ==
          Lines{"TLS_KEY_FILE is no PEM file with the private key of the certificate: " + other.key()});
}
