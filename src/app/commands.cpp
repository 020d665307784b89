// Everything but serving: each command opens what it needs, does its work and ends.
#include <iostream>

#include "app/admin_api.hpp"
#include "app/app.hpp"
#include "app/domains.hpp"
#include "app/realtime.hpp"
#include "app/seed/seed.hpp"
#include "app/service_api.hpp"
#include "app/store.hpp"

namespace grover::app {
namespace {

// A session for each user, in bulk: what the load generator presents.
std::vector<std::string> open_sessions(db::Database& db, auth::AuthService& auth,
                                       const std::vector<UserId>& users) {
    std::vector<std::string> tokens;
    constexpr std::size_t kBatch = 500;
    for (std::size_t start = 0; start < users.size(); start += kBatch) {
        const auto end = std::min(start + kBatch, users.size());
        auto batch = db.write([&](db::Write& tx) {
            std::vector<std::string> made;
            for (auto i = start; i < end; ++i) {
                made.push_back(auth.create_session(
                                       tx, users[i],
                                       {.method = "password", .user_agent = "grover seed", .ip = "127.0.0.1"})
                                   .token);
            }
            return made;
        });
        tokens.insert(tokens.end(), std::make_move_iterator(batch.begin()),
                      std::make_move_iterator(batch.end()));
    }
    return tokens;
}

}  // namespace

int migrate(const LoadedConfig& loaded) {
    const SystemClock clock;
    if (!open_store(loaded.config, clock)) return EXIT_FAILURE;
    std::cout << "The store is up to date.\n";
    return EXIT_SUCCESS;
}

int backup(const LoadedConfig& loaded, const std::string& target) {
    db::backup(loaded.config.database_url, target);
    std::cout << "Copied the store to " << target << ".\n";
    return EXIT_SUCCESS;
}

int seed(const LoadedConfig& loaded, const SeedRequest& request) {
    const Config& config = loaded.config;
    const SystemClock clock;
    const IdSource ids(clock);
    const auto db = open_store(config, clock);
    if (!db) return EXIT_FAILURE;
    jobs::Background background(*db, {.clock = &clock});
    Domains domains({config, clock, ids, *db, nullptr, background, signing_secret(config, *db)});
    const seed::SeedOptions options{
        .users = request.users,
        .posts = request.posts,
        .follows = request.follows,
        .tokens = request.tokens,
        .days = request.days,
        .force = request.force,
        .data_dir = config.grover_data,
    };
    return seed::run_seed(options, *db, clock, {.open_sessions = [&](const std::vector<UserId>& users) {
                              return open_sessions(*db, domains.auth, users);
                          }});
}

int openapi(const LoadedConfig& loaded) {
    const Config& config = loaded.config;
    const SystemClock clock;
    const IdSource ids(clock);
    const auto db = db::open({.url = "sqlite::memory:", .clock = &clock});
    jobs::Background background(*db, {.clock = &clock});
    Domains domains({config, clock, ids, *db, nullptr, background, std::string(32, 'x')});
    const std::atomic<bool> draining{false};
    Api api;
    ServiceStatus status(
        {config, clock, *db, api, clock.now(), draining, [](metrics::TextFormat) { return std::string(); }});
    add_service_api(api, status);
    add_realtime_api(api, config);
    domains.add_endpoints(api);
    AdminDesk admin(*db, clock, domains, background);
    admin.add_endpoints(api);
    std::cout << status.openapi() << '\n';
    return EXIT_SUCCESS;
}

}  // namespace grover::app
