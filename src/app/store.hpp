// The store of a configuration.
#pragma once

#include <memory>

#include "platform/config/config.hpp"
#include "platform/db/open.hpp"

namespace grover::app {

// How CACHE_MAX_BYTES is shared.
struct CacheShares {
    std::size_t rows = 0;   // of all threads together
    std::size_t pages = 0;  // of SQLite's writer
};
CacheShares cache_shares(const Config& config);

// Opened and migrated. `more` adds what only a serving process has. Waits for a PostgreSQL that cannot be reached yet, telling
// the log; null: SIGTERM or SIGINT came meanwhile. Throws std::runtime_error with a sentence for the operator.
std::unique_ptr<db::Database> open_store(const Config& config, const Clock& clock, db::Options more = {});

}  // namespace grover::app
