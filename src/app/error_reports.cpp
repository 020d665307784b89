#include "app/error_reports.hpp"

#include <algorithm>
#include <array>

#include "app/build_info.hpp"
#include "platform/config/sentry_dsn.hpp"
#include "platform/sentry/client.hpp"

namespace grover::app {
namespace {

sentry::Options sentry_options(const Config& config, SentryDsn dsn) {
    return {
        .dsn = std::move(dsn),
        .directory = config.grover_data / "sentry",
        .version = config.app_version,
        .release = config.sentry_release,
        .dist = config.sentry_dist.empty() ? std::string(kBuildCommit) : config.sentry_dist,
        .environment = config.sentry_environment,
        .server_name = config.sentry_server_name,
        .base_url = config.links_base_url,
        .sample_rate = config.sentry_sample_rate,
        .send_pii = config.sentry_send_pii,
    };
}

// The parts that the contract names; all else of a request is "http".
std::string_view component_of(const api::Done& done) {
    struct Part {
        std::string_view prefix;
        std::string_view component;
    };
    constexpr std::array kParts{
        Part{"/api/auth", "auth"},   Part{"/api/upload", "uploads"},  Part{"/api/media/upload", "uploads"},
        Part{"/api/media", "media"}, Part{"/api/streams", "streams"}, Part{"/api/payments", "payments"},
    };
    if (done.code == code_of(ErrorKind::database_error)) return "database";
    if (done.code == code_of(ErrorKind::upstream_error)) return "network";
    const auto part = std::find_if(kParts.begin(), kParts.end(),
                                   [&](const Part& one) { return done.route.starts_with(one.prefix); });
    return part == kParts.end() ? "http" : part->component;
}

}  // namespace

ErrorReports::ErrorReports(const Config& config, const Clock& clock) {
    sentry::register_outcomes();
    auto dsn = parse_sentry_dsn(config.sentry_dsn);
    if (!dsn) return;  // the configuration has warned
    receiver_ = std::make_unique<sentry::Client>(sentry_options(config, std::move(*dsn)), clock);
    reports::set_receiver(receiver_.get());
}

ErrorReports::~ErrorReports() { reports::set_receiver(nullptr); }

void report_request(const api::Done& done) {
    if (!done.is_fault || !reports::has_receiver()) return;
    const bool is_late = done.code == code_of(ErrorKind::unavailable) && !done.type.empty();
    const auto weight = reports::weight_of(done.code);
    const auto transaction = std::string(done.method) + ' ' + std::string(done.route);
    reports::report({
        .level = weight.level,
        .component = component_of(done),
        .action = done.code,
        .transaction = transaction,
        .type = done.type.empty() ? done.code : done.type,
        .text = done.cause.empty() ? done.code : done.cause,
        .handled = !done.is_bug,
        .group = is_late ? done.code : weight.group,
        .user_id = done.caller.id.view(),
        .request = reports::Request{.method = done.method,
                                    .path = done.path,
                                    .query = done.request.query,
                                    .content_type = done.request.header("content-type"),
                                    .user_agent = done.caller.user_agent,
                                    .address = done.caller.address,
                                    .status = done.status},
    });
}

void report_run(const jobs::RunReport& run) {
    if (run.error.empty() || !reports::has_receiver()) return;
    const auto transaction = "job " + std::string(run.name);
    reports::report({.level = run.parked ? reports::Level::error : reports::Level::warning,
                     .component = "jobs",
                     .action = run.name,
                     .transaction = transaction,
                     .type = run.parked ? "JobGivenUp" : "JobFailed",
                     .text = run.error});
}

void report_start(const std::exception& error) {
    const auto type = reports::type_of(error);
    reports::report({.level = reports::Level::fatal,
                     .component = "server",
                     .action = "start",
                     .transaction = "server start",
                     .type = type,
                     .text = reports::cause_of(error),
                     .handled = false});
}

}  // namespace grover::app
