#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>

#include "app/admin_api.hpp"
#include "app/app.hpp"
#include "app/demo.hpp"
#include "app/domains.hpp"
#include "app/error_reports.hpp"
#include "app/idempotency.hpp"
#include "app/realtime.hpp"
#include "app/service_api.hpp"
#include "app/socket_protocol_test.hpp"
#include "app/store.hpp"
#include "app/watch.hpp"
#include "platform/api/dispatcher.hpp"
#include "platform/bus/redis_buckets.hpp"
#include "platform/db/open.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/http/server.hpp"

namespace grover::app {
namespace {

constexpr std::chrono::seconds kAcceptWhileDraining{2};
constexpr std::chrono::seconds kRunningRequestsGet{25};
constexpr std::chrono::seconds kSocketsGet{5};

api::DispatcherOptions dispatcher_options(const Config& config, const Domains& domains, std::string secret) {
    api::DispatcherOptions options{
        .rate_limits = config.rate_limit_enabled,
        .requests_per_minute = config.rate_limit_requests_per_minute,
        .allowed_origins = config.allowed_origins,
        .public_base_url = config.public_base_url,
        .port = static_cast<std::uint16_t>(config.backend_port),
        .signing_secret = std::move(secret),
        .upload_directory = domains.media.upload_directory(),
        .share_limits = config.rate_limit_enabled,
    };
    for (const auto& network : config.trusted_proxies) options.trusted_proxies.push_back(to_string(network));
    return options;
}

http::ServerOptions server_options(const Config& config) {
    http::ServerOptions options;
    options.host = config.backend_host;
    options.port = static_cast<std::uint16_t>(config.backend_port);
    options.tls_cert_file = config.tls_cert_file;
    options.tls_key_file = config.tls_key_file;
    return options;
}

// Blocks the signals of this and all later threads, so that one thread takes them in turn.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

// Returns when the server should end.
void wait_for_the_end(const sigset_t& signals) {
    while (true) {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal == SIGHUP) log::reopen();
        if (signal == SIGUSR1) log::toggle_debug();
        if (signal == SIGTERM || signal == SIGINT) return;
    }
}

void run_server(const Config& config, const ServeOptions& options, const sigset_t& signals,
                const Watch& watch, const Clock& clock) {
    const IdSource ids(clock);
    const auto started_at = clock.now();
    runtime::Loops loops(static_cast<unsigned>(config.worker_threads));
    const auto db = open_store(config, clock, {.loops = &loops, .observer = watch.statements()});
    if (!db) return;
    db::set_row_cache_budget(cache_shares(config).rows / loops.size());
    jobs::Background background(*db, {.clock = &clock, .report = watch.background_report()});
    const auto secret = signing_secret(config, *db);
    const Ground ground{config, clock, ids, *db, &loops, background, secret};
    Domains domains(ground);
    Realtime realtime(ground, domains);

    std::optional<DemoLogin> login;
    if (options.demo) login = ensure_demo(config, clock, *db, domains, secret);

    std::atomic<bool> draining{false};
    Api api;
    ServiceStatus status({config, clock, *db, api, started_at, draining, watch.metrics(),
                          [&] { return realtime.bus_kind() == "redis" && realtime.is_bus_up(); }});
    add_service_api(api, status);
    add_realtime_api(api, config);
    domains.add_endpoints(api);
    AdminDesk admin(*db, clock, domains, background);
    admin.add_endpoints(api);
    StoredAnswers answers(*db, clock);
    background.jobs().every("idempotency.sweep", std::chrono::hours{1}, [&] { answers.sweep(); });
    const auto requests = watch.requests(api);
    api::Dispatcher dispatcher(api, clock, domains.auth, answers, requests.get(),
                               dispatcher_options(config, domains, secret));
    std::optional<api::SharedLimits> shared_limits;
    if (config.rate_limit_enabled && config.redis_url.starts_with("redis://"))
        shared_limits.emplace(dispatcher.limiter(), clock, bus::buckets_over_redis(config.redis_url));
    std::optional<SocketProtocolTest> protocol_test;
    if (config.socket_protocol_test) protocol_test.emplace(loops, dispatcher, config);
    if (!protocol_test) dispatcher.add(realtime);
    http::Server server(loops, dispatcher, server_options(config));

    watch.events(background.events());
    watch.queues(domains.hashing, domains.files);
    for (unsigned i = 0; i < loops.size(); ++i) loops.post(i, [&watch] { watch.measure_loop_lag(); });
    loops.post(0, [&] {
        watch.measure("grover_scheduled_posts_waiting", "Scheduled posts that wait for their time.",
                      [&] { return domains.scheduled_posts.count_waiting(); });
    });
    domains.scheduled_posts.start();
    background.start(loops);
    domains.search_index.start();
    realtime.start();
    watch.started(config, server.port());
    if (login) print_login(config, server.port(), *login);
    // Last, because it can only be joined after the loops have run. Signals that came earlier wait for it.
    std::thread control([&] {
        wait_for_the_end(signals);
        log::info("stopping");
        draining.store(true);
        if (protocol_test) protocol_test->drain(kSocketsGet);
        if (!protocol_test) realtime.drain();
        server.drain(kAcceptWhileDraining, kRunningRequestsGet);
        background.stop();
        domains.search_index.stop();
        realtime.stop();
        loops.stop();
    });
    loops.run();
    control.join();
}

}  // namespace

int serve(const LoadedConfig& loaded, const ServeOptions& options) {
    const Config& config = loaded.config;
    std::filesystem::create_directories(config.grover_data);
    const sigset_t signals = block_signals();
    const Watch watch(loaded);
    const SystemClock clock;
    const ErrorReports error_reports(config, clock);
    try {
        run_server(config, options, signals, watch, clock);
    } catch (const std::exception& error) {
        log::critical("the server cannot go on", {{"cause", reports::cause_of(error)}});
        report_start(error);
        throw;
    }
    log::info("stopped");
    return 0;
}

}  // namespace grover::app
