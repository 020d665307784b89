// The store on a PostgreSQL server. Private to this folder.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/db/db.hpp"
#include "platform/db/open.hpp"
#include "platform/db/postgres_listen.hpp"
#include "platform/db/postgres_pool.hpp"
#include "platform/db/postgres_touched.hpp"
#include "platform/db/postgres_transaction.hpp"

namespace grover::db {

class PostgresDatabase final : public Database {
public:
    // Migrates. Throws Error 503 when the server cannot be reached.
    explicit PostgresDatabase(const Options& options);
    ~PostgresDatabase() override;

    Engine engine() const override { return Engine::postgres; }
    bool is_reachable(std::chrono::milliseconds limit) override;
    std::string plan(const Statement& statement) override;
    void tidy() override;
    void attach(Subscriber* listener) override;

private:
    void run_read(FunctionRef<void(Read&)> closure) override;
    void run_write(FunctionRef<void(Write&)> closure) override;
    // Throws RunAgain.
    void write_once(FunctionRef<void(Write&)> closure);
    // What one loop has to itself.
    struct Part {
        Part(const PostgresConnection::Settings& settings, const Options& options, void* io_context);
        PostgresPool pool;
        PostgresTouched touched;
    };
    Part& part();
    bool answers();

    struct Probe {
        std::atomic<bool> ended{false};
        bool answered = false;
        runtime::Signal signal{};
    };

    const Options options_;
    const PostgresConnection::Settings settings_;
    SystemClock system_clock_;
    PostgresShared shared_;
    std::vector<std::unique_ptr<Part>> parts_;  // one for each loop, and the last for all other threads
    std::atomic<std::int64_t> tidied_at_{0};
    std::unique_ptr<PostgresListen> listen_;

    std::mutex probe_mutex_;
    std::shared_ptr<Probe> probe_;
    std::thread probe_thread_;
};

}  // namespace grover::db
