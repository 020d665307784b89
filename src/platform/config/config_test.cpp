#include "platform/config/config.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "platform/config/config_testing.hpp"
#include "platform/config/setting.hpp"

using namespace grover;
using namespace grover::config_testing;
using Lines = std::vector<std::string>;

namespace {

// A directory of its own, gone with the test.
class Directory {
public:
    Directory() {
        std::string name = std::filesystem::temp_directory_path() / "grover_config_XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    void write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << content;
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("without settings the defaults of the contract hold") {
    const Config c = load().config;
    CHECK(c.app_name == "Grover");
    CHECK(c.app_version == "1.0.0");
    CHECK_FALSE(c.debug);
    CHECK(c.backend_host == "0.0.0.0");
    CHECK(c.backend_port == 8001);
    CHECK(c.grover_data == "./data");
    CHECK(c.database_url == "sqlite:./data/grover.db");
    CHECK(c.mongo_url == "mongodb://localhost:27017");
    CHECK(c.db_name == "grover_dev");
    CHECK(c.allowed_origins == Lines{"*"});
    CHECK(c.access_token_expire_minutes == std::chrono::minutes(30));
    CHECK(c.rate_limit_requests_per_minute == 60);
    CHECK(c.session_idle_days == std::chrono::days(7));
    CHECK(c.session_timeout == std::chrono::seconds(2'592'000));
    CHECK(c.log_level == LogLevel::info);
    CHECK(c.log_format == LogFormat::json);
    CHECK(c.log_path == "./data/log/grover.log");
    CHECK(c.environment == "production");
    CHECK(c.sentry_environment == "production");
    CHECK(c.sentry_release == "grover@1.0.0");
    CHECK(c.sentry_traces_sample_rate == 0.1);
    CHECK(c.google_discovery_url == "https://accounts.google.com/.well-known/openid-configuration");
    CHECK(c.smtp_port == 587);
    CHECK(c.payout_max_item == Cents{2'000'000});
    CHECK(c.media_root == "./data/media");
    CHECK(c.media_user_quota_bytes == 5'368'709'120);
    CHECK(c.cache_max_bytes == 536'870'912);
    CHECK(c.trusted_proxies.size() == 2);
    CHECK(contains(c.metrics_allow, *parse_ip("192.168.1.1")));
    CHECK_FALSE(contains(c.metrics_allow, *parse_ip("8.8.8.8")));
    CHECK(c.worker_threads >= 1);
    CHECK(c.paypal_api_base == "https://api-m.sandbox.paypal.com");
    CHECK(c.paypal_return_url == "http://localhost:8001/api/payment-success");
}

TEST_CASE("every setting is declared once, and its default is sound") {
    std::set<std::string_view> names;
    for (const config::Setting& setting : config::settings()) {
        CAPTURE(setting.name);
        CHECK(names.insert(setting.name).second);
        for (const std::string_view alias : setting.extra.aliases) CHECK(names.insert(alias).second);
        CHECK_FALSE(setting.help.empty());
    }
    CHECK(names.size() > 110);
    CHECK(load({{"DEBUG", "true"}}).config.debug);
}

TEST_CASE("an alias stands for its setting, whose own name wins") {
    CHECK(load({{"PORT", "9000"}}).config.backend_port == 9000);
    CHECK(load({{"HOST", "127.0.0.1"}}).config.backend_host == "127.0.0.1");
    CHECK(load({{"MONGODB_URL", "mongodb://m"}}).config.mongo_url == "mongodb://m");
    CHECK(load({{"DATABASE_NAME", "other"}}).config.db_name == "other");
    CHECK(load({{"PAYPAL_CLIENT_ID", "a"}, {"PAYPAL_SECRET", "b"}}).config.paypal_client_secret == "b");
    CHECK(load({{"CLOUDINARY_NAME", "n"}}).config.cloudinary_cloud_name == "n");
    CHECK(load({{"AWS_S3_REGION", "eu-west-1"}}).config.aws_region == "eu-west-1");
    CHECK(load_config({{"SECRET_KEY", kSecret}}).config.jwt_secret == kSecret);
    const LoadedConfig both = load({{"PORT", "9000"}, {"BACKEND_PORT", "9001"}});
    CHECK(both.config.backend_port == 9001);
    CHECK(has(both.warnings, "PORT is ignored because BACKEND_PORT is set"));
    CHECK(errors_with({{"PORT", "x"}}) == Lines{"PORT must be a whole number from 1 to 65535, not \"x\""});
}

TEST_CASE("blank is unset, save where the contract says otherwise") {
    CHECK(load({{"BACKEND_PORT", "  "}, {"DEBUG", ""}}).config.backend_port == 8001);
    CHECK(errors_with({{"MONGO_URL", " "}}) == Lines{"MONGO_URL not configured"});
    CHECK(errors_with({{"MONGODB_URL", ""}}) == Lines{"MONGO_URL not configured"});
    CHECK(errors_with({{"DB_NAME", ""}}) == Lines{"DB_NAME not configured"});
}

TEST_CASE("booleans come in eight words and any case") {
    for (const std::string yes : {"true", "1", "YES", "On"}) CHECK(load({{"DEBUG", yes}}).config.debug);
    for (const std::string no : {"False", "0", "no", "OFF"})
        CHECK_FALSE(load({{"ENABLE_STORIES", no}}).config.enable_stories);
    CHECK(errors_with({{"ENABLE_STORIES", "maybe"}}) ==
          Lines{"ENABLE_STORIES must be true or false, not \"maybe\""});
}

TEST_CASE("a malformed value never falls back to its default") {
    const Environment bad{
        {"APP_VERSION", std::string(51, '1')},
        {"BACKEND_HOST", "nowhere"},
        {"BACKEND_PORT", "0"},
        {"ALLOWED_ORIGINS", "example.org"},
        {"JWT_ALGORITHM", "none"},
        {"ACCESS_TOKEN_EXPIRE_MINUTES", "1441"},
        {"PAYPAL_MODE", "test"},
        {"SMTP_PORT", "65536"},
        {"SMTP_FROM_EMAIL", "nobody"},
        {"REDIS_URL", "http://localhost"},
        {"RATE_LIMIT_ENABLED", "2"},
        {"RATE_LIMIT_REQUESTS_PER_MINUTE", "100001"},
        {"LOG_LEVEL", "verbose"},
        {"MONGO_URL", "localhost"},
        {"DB_NAME", "a b"},
        {"DATABASE_URL", "mysql://db"},
        {"DATABASE_POOL_SIZE", "65"},
        {"REALTIME_BUS", "kafka"},
        {"SOCKET_PING_INTERVAL_MS", "-1"},
        {"SOCKET_PERMESSAGE_DEFLATE", "gzip"},
        {"SESSION_EXCHANGE_URL", "auth"},
        {"SESSION_IDLE_DAYS", "366"},
        {"SESSION_TIMEOUT", "1e6"},
        {"PUBLIC_BASE_URL", "example.org"},
        {"AUTH_REDIRECT_ALLOWLIST", "example.org"},
        {"EMAIL_BACKEND", "pigeon"},
        {"ADMIN_USER_IDS", "user_1,a b"},
        {"ENVIRONMENT", "a b"},
        {"SENTRY_ENVIRONMENT", "None"},
        {"SENTRY_MAX_BREADCRUMBS", "101"},
        {"SENTRY_CLIENT_DSNS", "x"},
        {"METRICS_ALLOW", "10.0.0.0/33"},
        {"TRUSTED_PROXIES", "proxy"},
        {"LOG_FORMAT", "xml"},
        {"SLOW_QUERY_MS", "0.5"},
        {"PAYPAL_WEBHOOK_VERIFY", "no"},
        {"PAYOUT_MAX_ITEM", "0"},
        {"MEDIA_STORAGE", "disk"},
        {"MEDIA_USER_QUOTA_BYTES", "-1"},
        {"S3_ENDPOINT", "s3"},
        {"AGORA_TOKEN_VERSION", "6"},
        {"STREAM_TIMEOUT", "0"},
        {"LIVE_MAX_BITRATE", "fast"},
        {"WORKER_THREADS", "257"},
        {"PROFANITY_FILE", "/nonexistent/words"},
        {"TRENDING_MIN_AUTHORS", "0"},
        {"ACCOUNT_DELETION_DAYS", "9999999999999999999999"},
        {"CACHE_MAX_BYTES", "512MB"},
    };
    const Lines errors = errors_with(bad);
    CHECK(errors.size() == bad.size());
    for (const auto& [name, value] : bad) {
        CAPTURE(name);
        CHECK(has_start(errors, name + " must "));
        CHECK(errors_with({{name, value}}).size() == 1);
    }
}

TEST_CASE("all errors are reported together, one line each") {
    try {
        (void)load_config({{"BACKEND_PORT", "x"}, {"LOG_LEVEL", "y"}});
        FAIL("started");
    } catch (const ConfigurationError& error) {
        CHECK(std::string(error.what()) ==
              "Configuration errors:\n"
              "  BACKEND_PORT must be a whole number from 1 to 65535, not \"x\"\n"
              "  LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not \"y\"\n"
              "  JWT_SECRET must be configured in production");
    }
}

TEST_CASE("the value of a refused secret is not shown") {
    const Lines errors =
        errors_with({{"DATABASE_URL", "pg://ada:s3cret@db"}, {"SENTRY_CLIENT_DSNS", "s3cret"}});
    CHECK(errors.size() == 2);
    for (const std::string& line : errors) CHECK(line.find("s3cret") == std::string::npos);
}

TEST_CASE("the environment wins over .env, and that over backend/.env") {
    const Directory directory;
    directory.write(".env", "BACKEND_PORT=9001\nLOG_LEVEL=debug\nAPP_VERSION=\n");
    directory.write("backend/.env", "BACKEND_PORT=9002\nLOG_LEVEL=error\nAPP_VERSION='2.0'\nJWT_SECRET=\"" +
                                        kSecret + "\"\n");
    const Config c = load_config({{"BACKEND_PORT", "9000"}}, directory.path()).config;
    CHECK(c.backend_port == 9000);
    CHECK(c.log_level == LogLevel::debug);
    CHECK(c.app_version == "2.0");
    CHECK(c.jwt_secret == kSecret);
    CHECK(load_config({{"PORT", "9000"}}, directory.path()).config.backend_port ==
          9000);  // an alias in an earlier source
}

TEST_CASE("errors in files name the file") {
    const Directory directory;
    directory.write(".env", "nonsense\nBACKEND_PORT=x\n");
    CHECK(errors_of(sound(), directory.path()) ==
          Lines{".env line 1: expected NAME=value",
                "BACKEND_PORT (.env) must be a whole number from 1 to 65535, not \"x\""});
    const Directory other;
    std::filesystem::create_directory(other.path() / ".env");
    CHECK(errors_of(sound(), other.path()) == Lines{".env cannot be read"});
}

TEST_CASE("misspelt names in files are errors, unknown ones warnings") {
    const Directory directory;
    directory.write(".env", "BACKEND_PROT=9000\nRATE_LIMITS_ENABLED=false\nPOSTGRES_PASSWORD=x\n");
    const Lines errors = errors_of(sound(), directory.path());
    CHECK(errors == Lines{"BACKEND_PROT (.env) is not a setting; did you mean BACKEND_PORT?",
                          "RATE_LIMITS_ENABLED (.env) is not a setting; did you mean RATE_LIMIT_ENABLED?"});
    const Directory other;
    other.write(".env", "POSTGRES_PASSWORD=x\n");
    CHECK(has(load_config(sound(), other.path()).warnings,
              "POSTGRES_PASSWORD (.env) is not a setting and is ignored"));
}

TEST_CASE("misspelt names in the environment are warnings, other programs' names nothing") {
    const LoadedConfig loaded = load({{"BACKEND_PROT", "9000"},
                                      {"PATH", "/bin"},
                                      {"POSTGRES_PASSWORD", "x"},
                                      {"HOSTNAME", "h"},
                                      {"SSL_CERT_FILE", "/etc/ssl/cert.pem"},
                                      {"PORTS", "1"}});
    CHECK(has(loaded.warnings, "BACKEND_PROT is not a setting; did you mean BACKEND_PORT?"));
    CHECK(std::count_if(loaded.warnings.begin(), loaded.warnings.end(), [](const std::string& line) {
              return line.find("not a setting") != std::string::npos;
          }) == 1);
}

TEST_CASE("the process environment is read") {
    REQUIRE(::setenv("GROVER_CONFIG_TEST", "a=b", 1) == 0);
    CHECK(process_environment().at("GROVER_CONFIG_TEST") == "a=b");
}

TEST_CASE("the printed configuration shows values and hides secrets") {
    const std::string out = print_config(load({{"DATABASE_URL", "postgresql://ada:s3cret@db/x"},
                                               {"METRICS_TOKEN", "s3cret"},
                                               {"BACKEND_PORT", "9000"},
                                               {"ALLOWED_ORIGINS", "https://a.org, ,https://b.org"}})
                                             .config);
    CHECK(out.find("s3cret") == std::string::npos);
    CHECK(out.find(kSecret) == std::string::npos);
    for (const std::string line :
         {"BACKEND_PORT=9000\n", "DATABASE_URL=postgresql://ada:***@db/x\n", "METRICS_TOKEN=*** (set)\n",
          "JWT_SECRET=*** (set)\n", "SMTP_PASSWORD=*** (unset)\n",
          "ALLOWED_ORIGINS=https://a.org,https://b.org\n", "DEBUG=false\n", "LOG_LEVEL=INFO\n",
          "SENTRY_TRACES_SAMPLE_RATE=0.1\n", "TRUSTED_PROXIES=127.0.0.1/32,::1/128\n",
          "PAYOUT_MAX_ITEM=20000\n", "SESSION_TIMEOUT=2592000\n"}) {
        CAPTURE(line);
        CHECK(out.find(line) != std::string::npos);
    }
}
