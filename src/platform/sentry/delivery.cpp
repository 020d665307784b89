#include "platform/sentry/delivery.hpp"

#include "platform/sentry/event.hpp"

namespace grover::sentry {
namespace {

constexpr std::size_t kSentAsItIs = 1'024;

std::string client_name(const Options& options) { return std::string(kSdkName) + '/' + options.version; }

}  // namespace

Delivery::Delivery(const Options& options)
    : options_(options),
      auth_("Sentry sentry_version=7, sentry_client=" + client_name(options) +
            ", sentry_key=" + options.dsn.public_key),
      http_(nullptr, {.user_agent = client_name(options), .one_plain_thread = true}) {}

integrations::HttpAnswer Delivery::post(std::string_view envelope) {
    integrations::HttpRequest request{
        .service = "sentry",
        .one_provider = true,
        .method = "POST",
        .url = options_.dsn.envelope_url,
        .headers = {{"Content-Type", "application/x-sentry-envelope"}, {"X-Sentry-Auth", auth_}},
        .connect_timeout = options_.connect_timeout,
        .timeout = options_.timeout,
    };
    if (envelope.size() > kSentAsItIs && compressor_.compress(http::Coding::gzip, envelope, request.body)) {
        request.headers.emplace_back("Content-Encoding", "gzip");
    } else {
        request.body = envelope;
    }
    return http_.send(request);
}

}  // namespace grover::sentry
