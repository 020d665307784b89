// What several settings say together: what follows from them, and what does not fit.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <new>

#include "platform/config/setting.hpp"
#include "platform/config/url.hpp"

namespace grover::config {
namespace {

constexpr std::size_t kJwtSecretBytes = 32;
constexpr std::size_t kMediaUrlSecretBytes = 16;

using Lines = std::vector<std::string>;

enum class Given : std::uint8_t { none, some, all };

Given given(std::initializer_list<const std::string*> values) {
    const auto set =
        std::count_if(values.begin(), values.end(), [](const std::string* v) { return !v->empty(); });
    if (set == 0) return Given::none;
    return static_cast<std::size_t>(set) == values.size() ? Given::all : Given::some;
}

// The directory itself, or the nearest one above it that exists, must take new files.
bool can_be_written(std::filesystem::path directory) {
    std::error_code ignored;
    directory = std::filesystem::absolute(directory, ignored);
    while (!std::filesystem::exists(directory, ignored) && directory.has_parent_path() &&
           directory != directory.parent_path()) {
        directory = directory.parent_path();
    }
    // Permissions do not say it all: /proc takes nothing from anybody.
    std::string made = directory / ".grover-XXXXXX";
    if (::mkdtemp(made.data()) == nullptr) return false;
    ::rmdir(made.c_str());
    return true;
}

// What the files hold, as the server will read them.
void check_tls(const Config& c, Lines& errors) {
    const std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context(::SSL_CTX_new(::TLS_server_method()),
                                                                      ::SSL_CTX_free);
    if (!context) throw std::bad_alloc();
    if (::SSL_CTX_use_certificate_chain_file(context.get(), c.tls_cert_file.c_str()) != 1) {
        errors.push_back("TLS_CERT_FILE is no PEM file with a certificate chain: " + c.tls_cert_file);
    } else if (::SSL_CTX_use_PrivateKey_file(context.get(), c.tls_key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        errors.push_back("TLS_KEY_FILE is no PEM file with the private key of the certificate: " +
                         c.tls_key_file);
    }
    ::ERR_clear_error();
}

void apply_secret(Config& c, Lines& errors, Lines& warnings) {
    const bool placeholder = c.jwt_secret.empty() || c.jwt_secret == kPlaceholderSecret;
    if (placeholder && c.production) {
        errors.emplace_back("JWT_SECRET must be configured in production");
    } else if (placeholder) {
        warnings.emplace_back(
            "JWT_SECRET is not set: access tokens are off, a random key kept in the data store signs the "
            "rest");
    } else if (c.jwt_secret.size() < kJwtSecretBytes) {
        warnings.emplace_back(
            "JWT_SECRET is shorter than 32 bytes: access tokens are off, a random key kept in the data store "
            "signs the rest");
    }
    c.jwt_enabled = !placeholder && c.jwt_secret.size() >= kJwtSecretBytes;
    if (!c.jwt_enabled) c.jwt_secret.clear();  // so that nothing is ever signed with it
}

void apply_payments(Config& c, Lines& errors, Lines& warnings) {
    const Given paypal = given({&c.paypal_client_id, &c.paypal_client_secret});
    if (paypal == Given::some)
        errors.emplace_back("PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET must be set both or neither");
    const bool live = c.paypal_mode == PaypalMode::live;
    if (live && c.debug)
        warnings.emplace_back("PAYPAL_MODE is live although DEBUG is on: payments move real money");
    if (!c.enable_payments) {
        c.payments_mode = PaymentsMode::off;
    } else if (paypal == Given::all) {
        c.payments_mode = live ? PaymentsMode::live : PaymentsMode::sandbox;
    } else if (live) {
        c.payments_mode = PaymentsMode::off;
        warnings.emplace_back(
            "PAYPAL_MODE is live without PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET: payments are off");
    } else {
        c.payments_mode = PaymentsMode::simulation;
        warnings.emplace_back(
            "PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET are not set: payments are simulated");
    }
    if (c.paypal_return_url.empty()) c.paypal_return_url = c.links_base_url + "/api/payment-success";
    if (c.paypal_cancel_url.empty()) c.paypal_cancel_url = c.links_base_url + "/api/payment-cancel";
}

bool complete_or_warn(std::initializer_list<const std::string*> values, const char* warning,
                      Lines& warnings) {
    const Given state = given(values);
    if (state == Given::some) warnings.emplace_back(warning);
    return state == Given::all;
}

void apply_media(Config& c, Lines& errors, Lines& warnings) {
    c.cloudinary_enabled =
        complete_or_warn({&c.cloudinary_cloud_name, &c.cloudinary_api_key, &c.cloudinary_api_secret},
                         "CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET are not all "
                         "set: Cloudinary is off",
                         warnings);
    c.s3_enabled = complete_or_warn(
        {&c.aws_access_key_id, &c.aws_secret_access_key, &c.aws_s3_bucket},
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_S3_BUCKET are not all set: S3 is off", warnings);
    if (!c.media_url_secret.empty() && c.media_url_secret.size() < kMediaUrlSecretBytes)
        errors.emplace_back("MEDIA_URL_SECRET needs at least 16 bytes");
    // Media are kept on local disk alone in this version: who asked for a cloud must not learn it from an empty bucket.
    if (c.media_storage == MediaStorage::cloudinary || c.media_storage == MediaStorage::s3)
        errors.emplace_back(
            "MEDIA_STORAGE must be local or auto: this version keeps media on local disk alone");
    if (c.media_storage == MediaStorage::automatic && (c.cloudinary_enabled || c.s3_enabled))
        warnings.emplace_back(
            "Cloudinary or S3 is configured, but this version keeps media on local disk alone "
            "(MEDIA_STORAGE)");
}

bool is_agora_key(const std::string& key) {
    return key.size() == 32 && key.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

void apply_services(Config& c, Lines& errors, Lines& warnings) {
    c.google_enabled = complete_or_warn(
        {&c.google_client_id, &c.google_client_secret},
        "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET are not both set: Google sign-in is off", warnings);
    const Given agora = given({&c.agora_app_id, &c.agora_app_certificate});
    c.agora_enabled =
        agora == Given::all && is_agora_key(c.agora_app_id) && is_agora_key(c.agora_app_certificate);
    if (agora != Given::none && !c.agora_enabled) {
        warnings.emplace_back(
            "AGORA_APP_ID and AGORA_APP_CERTIFICATE are not both 32 hex digits: Agora is off");
    }
    const Given vapid = given({&c.vapid_public_key, &c.vapid_private_key, &c.vapid_subject});
    if (vapid == Given::some)
        errors.emplace_back("VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY and VAPID_SUBJECT must be set all or none");
    c.web_push_enabled = vapid == Given::all;
    if (given({&c.smtp_user, &c.smtp_password}) == Given::some) {
        warnings.emplace_back(
            "SMTP_USER and SMTP_PASSWORD are not both set: the mail server may refuse to send");
    }
    if (c.email_backend == EmailBackend::smtp && c.smtp_user.empty()) {
        warnings.emplace_back("EMAIL_BACKEND is smtp without SMTP_USER: no mail is sent");
    }
    if (c.session_exchange_url.empty() && !c.auth_backend_url.empty()) {
        c.session_exchange_url = c.auth_backend_url + "/auth/v1/env/oauth/session-data";
    }
}

void apply_watching(Config& c, Lines& warnings) {
    c.sentry_enabled = is_sentry_dsn(c.sentry_dsn);
    if (c.sentry_dsn.empty()) {
        warnings.emplace_back("SENTRY_DSN is not set: errors are reported nowhere but in the log");
    } else if (!c.sentry_enabled) {
        warnings.emplace_back("SENTRY_DSN is malformed: error reports are off");
    }
    if (c.log_file == "-") {
        c.log_path.clear();
    } else {
        const bool bare = c.log_file.find('/') == std::string::npos;
        c.log_path = bare ? c.grover_data / "log" / c.log_file : std::filesystem::path(c.log_file);
    }
}

}  // namespace

void apply_rules(Config& c, Lines& errors, Lines& warnings) {
    c.production = !c.debug;
    if (c.app_name != "Grover") {
        c.app_name = "Grover";
        warnings.emplace_back("APP_NAME is fixed and stays Grover");
    }
    const Given tls = given({&c.tls_cert_file, &c.tls_key_file});
    if (tls == Given::some) errors.emplace_back("TLS_CERT_FILE and TLS_KEY_FILE must be set both or neither");
    c.tls_enabled = tls == Given::all;
    if (c.tls_enabled) check_tls(c, errors);
    c.links_base_url = c.public_base_url;
    if (c.links_base_url.empty()) {
        c.links_base_url =
            (c.tls_enabled ? "https://localhost:" : "http://localhost:") + std::to_string(c.backend_port);
    }
    if (!can_be_written(c.grover_data))
        errors.push_back("GROVER_DATA cannot be written: " + c.grover_data.string());
    if (c.production && c.socket_protocol_test)
        errors.emplace_back("SOCKET_PROTOCOL_TEST must be off in production");
    if (c.production && !c.web_push_test_ca_file.empty())
        errors.emplace_back("WEB_PUSH_TEST_CA_FILE must not be set in production");
    apply_secret(c, errors, warnings);
    apply_payments(c, errors, warnings);
    apply_media(c, errors, warnings);
    apply_services(c, errors, warnings);
    apply_watching(c, warnings);
}

}  // namespace grover::config
