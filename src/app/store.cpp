#include "app/store.hpp"

#include <algorithm>
#include <csignal>

#include "platform/base/error.hpp"
#include "platform/observability/log.hpp"

namespace grover::app {
namespace {

// False: somebody ends the process. (Where these signals are not blocked, they end it themselves.)
bool wait_to_try_again() {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    constexpr timespec kPause{.tv_sec = 2, .tv_nsec = 0};
    return sigtimedwait(&ends, nullptr, &kPause) < 0;
}

}  // namespace

CacheShares cache_shares(const Config& config) {
    const auto all = static_cast<std::size_t>(config.cache_max_bytes);
    if (!config.database_url.starts_with("sqlite:")) return {.rows = all};
    return {.rows = all - all / 4, .pages = all / 4};
}

std::unique_ptr<db::Database> open_store(const Config& config, const Clock& clock, db::Options more) {
    std::filesystem::create_directories(config.grover_data);
    more.url = config.database_url;
    more.pool_size = static_cast<unsigned>(config.database_pool_size);
    more.cached = config.cache_max_bytes > 0;
    more.page_cache_bytes = std::max(more.page_cache_bytes, cache_shares(config).pages);
    more.clock = &clock;
    more.warn = [](std::string_view sentence) { log::warning(sentence); };
    while (true) {
        try {
            return db::open(more);
        } catch (const Error& error) {
            if (error.status != 503) throw;
            log::warning("the data store cannot be reached yet; trying again", {{"cause", error.cause}});
            if (!wait_to_try_again()) return nullptr;
        }
    }
}

}  // namespace grover::app
