#include "platform/db/postgres_pool.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "platform/base/error.hpp"

namespace grover::db {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto kFirstBackoff = 100ms;
constexpr auto kLongestBackoff = 2'000ms;
// More fibers than this waiting for one loop's connections only wait longer.
constexpr std::size_t kMostWaiting = 4'096;

}  // namespace

PostgresPool::PostgresPool(const PostgresConnection::Settings& settings, unsigned size, void* io_context,
                           const std::function<void(std::string_view)>& warn)
    : settings_(settings), size_(std::max(1u, size)), io_context_(io_context), warn_(warn) {}

PostgresPool::~PostgresPool() { idle_connections_.add(-std::ssize(idle_)); }

PostgresPool::Lease PostgresPool::take(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        idle_connections_.add(-1);
        waits_.observe_us(0);
        return {*this, std::move(connection)};
    }
    if (made_ >= size_) {
        const auto since = Steady::now();
        auto given = wait(lock, limit);
        waits_.observe(std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - since));
        if (given) return {*this, std::move(given)};
    } else {
        ++made_;
    }
    lock.unlock();
    return {*this, connect()};
}

// Returns a connection, or nothing: the caller may make one.
std::unique_ptr<PostgresConnection> PostgresPool::wait(std::unique_lock<std::mutex>& lock,
                                                       std::chrono::milliseconds limit) {
    if (waiting_.size() >= kMostWaiting) throw database_unreachable("too many wait for a connection");
    Waiter waiter;
    waiting_.push_back(&waiter);
    lock.unlock();
    std::exception_ptr interrupted;
    try {
        waiter.signal.wait_for(limit);
    } catch (...) {
        interrupted = std::current_exception();
    }
    lock.lock();
    std::erase(waiting_, &waiter);
    if (interrupted) {
        // What was given to it meanwhile goes to the next one.
        if (waiter.may_connect) pass_on_place(lock);
        lock.unlock();
        if (waiter.given) give_back(std::move(waiter.given));
        std::rethrow_exception(interrupted);
    }
    if (waiter.given || waiter.may_connect) return std::move(waiter.given);
    throw database_unreachable(last_problem_.empty() ? "all connections are in use" : last_problem_);
}

std::unique_ptr<PostgresConnection> PostgresPool::connect() {
    const auto fail = [this](std::string problem) {
        std::unique_lock lock(mutex_);
        last_problem_ = problem;
        // Everybody who waits would fail as this one does.
        --made_;
        for (Waiter* const waiter : waiting_) waiter->signal.notify();
        lock.unlock();
        throw database_unreachable(std::move(problem));
    };
    {
        const std::scoped_lock lock(mutex_);
        if (Steady::now() < no_attempt_before_) {
            --made_;
            throw database_unreachable(last_problem_);
        }
    }
    std::unique_ptr<PostgresConnection> connection;
    try {
        connection = connect_beside_loop();
    } catch (const PostgresFailure& failure) {
        bool first = false;
        {
            const std::scoped_lock lock(mutex_);
            first = backoff_ == 0ms;
            backoff_ = std::clamp<std::chrono::milliseconds>(backoff_ * 2, kFirstBackoff, kLongestBackoff);
            no_attempt_before_ = Steady::now() + backoff_;
        }
        if (first && warn_) warn_("the database cannot be reached: " + failure.message);
        fail("connect: " + failure.message);
    }
    bool again = false;
    {
        const std::scoped_lock lock(mutex_);
        again = std::exchange(backoff_, 0ms) != 0ms;
        last_problem_.clear();
    }
    if (again && warn_) warn_("the database can be reached again");
    return connection;
}

// libpq resolves names and speaks TLS while it connects, and blocks: on a thread of its own, so that the loop goes on.
std::unique_ptr<PostgresConnection> PostgresPool::connect_beside_loop() {
    if (!runtime::in_fiber()) return PostgresConnection::connect(settings_);
    std::unique_ptr<PostgresConnection> connection;
    std::exception_ptr problem;
    runtime::Signal connected;
    std::thread thread([&] {
        try {
            connection = PostgresConnection::connect(settings_);
        } catch (...) {
            problem = std::current_exception();
        }
        connected.notify();
    });
    connected.wait();
    thread.join();
    if (problem) std::rethrow_exception(problem);
    connection->join_loop(io_context_);
    return connection;
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
    std::unique_lock lock(mutex_);
    if (connection->is_broken()) {
        pass_on_place(lock);
        lock.unlock();
        return;  // closed outside the lock
    }
    if (waiting_.empty()) {
        idle_.push_back(std::move(connection));
        idle_connections_.add(1);
        return;
    }
    Waiter* const next = waiting_.front();
    waiting_.pop_front();
    next->given = std::move(connection);
    next->signal.notify();
}

void PostgresPool::pass_on_place(std::unique_lock<std::mutex>&) {
    if (waiting_.empty()) {
        --made_;
        return;
    }
    Waiter* const next = waiting_.front();
    waiting_.pop_front();
    next->may_connect = true;
    next->signal.notify();
}

void PostgresPool::Lease::renew() {
    // Others that were idle as long are as dead.
    {
        const std::scoped_lock lock(pool_->mutex_);
        pool_->made_ -= static_cast<unsigned>(pool_->idle_.size());
        pool_->idle_connections_.add(-std::ssize(pool_->idle_));
        pool_->idle_.clear();
    }
    connection_.reset();  // keeps its place for the new one
    connection_ = pool_->connect();
}

}  // namespace grover::db
