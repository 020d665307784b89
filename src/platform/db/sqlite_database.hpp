// The store in one file beside the server. Private to this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/db/open.hpp"
#include "platform/db/sqlite_checkpoints.hpp"
#include "platform/db/sqlite_file.hpp"
#include "platform/db/sqlite_kept_locks.hpp"
#include "platform/db/sqlite_readers.hpp"
#include "platform/db/sqlite_writer.hpp"

namespace grover::db {

class SqliteDatabase final : public Database {
public:
    SqliteDatabase(const Options& options, SqliteFile file);

    Engine engine() const override { return Engine::sqlite; }
    bool is_reachable(std::chrono::milliseconds limit) override;
    std::string plan(const Statement& statement) override;
    void tidy() override {}
    void attach(Subscriber* listener) override { writer_.attach(listener); }

private:
    void run_read(FunctionRef<void(Read&)> closure) override { readers_->read(closure); }
    void run_write(FunctionRef<void(Write&)> closure) override { writer_.write(closure); }

    // Each rests on what stands above it.
    SqliteFile file_;
    SystemClock system_clock_;
    Stamps stamps_;
    std::shared_ptr<SqliteKeptLocks> kept_locks_;
    SqliteWriter writer_;
    SqliteCheckpoints checkpoints_;
    std::shared_ptr<SqliteReaders> readers_;
};

}  // namespace grover::db
