// The store of a configuration.
#pragma once

#include <memory>

#include "platform/config/config.hpp"
#include "platform/db/open.hpp"

namespace grover::app {

// Opened and migrated. `more` adds what only a serving process has. Waits for a PostgreSQL that cannot be reached yet, telling
// the log; null: SIGTERM or SIGINT came meanwhile. Throws std::runtime_error with a sentence for the operator.
std::unique_ptr<db::Database> open_store(const Config& config, const Clock& clock, db::Options more = {});

}  // namespace grover::app
