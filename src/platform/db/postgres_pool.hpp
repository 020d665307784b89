// Connections of one loop, or of all threads that are no loop's. Private to this folder.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/db/postgres_connection.hpp"
#include "platform/observability/server_metrics.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::db {

class PostgresPool {
public:
    // `io_context` null: for plain threads. At most `size` connections, made when they are needed.
    PostgresPool(const PostgresConnection::Settings& settings, unsigned size, void* io_context,
                 const std::function<void(std::string_view)>& warn);
    ~PostgresPool();

    // A connection for one transaction; gives it back when destroyed, or closes it if it is broken.
    class Lease {
    public:
        Lease(PostgresPool& pool, std::unique_ptr<PostgresConnection> connection)
            : pool_(&pool), connection_(std::move(connection)) {
            pool.used_connections_.add(1);
        }
        Lease(Lease&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (!pool_) return;
            pool_->used_connections_.add(-1);
            if (connection_) pool_->give_back(std::move(connection_));
        }
        PostgresConnection& operator*() const { return *connection_; }
        PostgresConnection* operator->() const { return connection_.get(); }

        // In place of one that turned out to be dead. Throws as take() does; then the lease is empty.
        void renew();

    private:
        PostgresPool* pool_;
        std::unique_ptr<PostgresConnection> connection_;
    };

    // Suspends or blocks while all are in use, `limit` at most. Throws Error 503, at once while the server is known to be
    // away.
    Lease take(std::chrono::milliseconds limit);

private:
    struct Waiter {
        runtime::Signal signal{};
        std::unique_ptr<PostgresConnection> given{};
        bool may_connect = false;
        bool done = false;
    };

    std::unique_ptr<PostgresConnection> connect();
    std::unique_ptr<PostgresConnection> connect_beside_loop();
    void give_back(std::unique_ptr<PostgresConnection> connection);
    // Somebody else may make the connection that is no longer there.
    void pass_on_place(std::unique_lock<std::mutex>& lock);
    std::unique_ptr<PostgresConnection> wait(std::unique_lock<std::mutex>& lock,
                                             std::chrono::milliseconds limit);

    const PostgresConnection::Settings settings_;
    const unsigned size_;
    void* const io_context_;
    const std::function<void(std::string_view)>& warn_;
    const metrics::UpDown idle_connections_ = metrics::db_pool_connections("idle");
    const metrics::UpDown used_connections_ = metrics::db_pool_connections("used");
    const metrics::Histogram waits_ = metrics::db_pool_wait();

    // Threads share a pool only when they are no loop's; a loop's is never contended.
    std::mutex mutex_;
    std::vector<std::unique_ptr<PostgresConnection>> idle_;
    std::deque<Waiter*> waiting_;
    unsigned made_ = 0;
    std::chrono::steady_clock::time_point no_attempt_before_{};
    std::chrono::milliseconds backoff_{0};
    std::string last_problem_;
};

}  // namespace grover::db
