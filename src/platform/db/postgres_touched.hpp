// What one loop knows of changes by any node, so that it may keep copies of rows (docs/decisions/0016). Private to this
// folder.
//
// Each commit leaves the keys that it touched in the store. Before a read begins, its loop looks at what was left since its
// last look, and raises the stamps of those keys. One look serves all reads that wait when it begins, so that a busy loop
// looks once for many requests.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/db/postgres_pool.hpp"
#include "platform/db/stamps.hpp"

namespace grover::db {

// The statement, for tests of its plan.
extern const Statement kLookAtTouched;

class PostgresTouched {
public:
    // `io_context` null: for plain threads, which look one after the other.
    PostgresTouched(PostgresConnection::Settings settings, bool enabled, void* io_context);

    // The number of a look that began after this call: what is still current then was so when it was called, and rows read
    // from now on are as new. 0: not enabled, or the store does not answer.
    std::uint64_t look();
    const Stamps& stamps() const { return stamps_; }

private:
    struct Waiter;

    std::uint64_t look_for_all();
    void serve(const std::vector<Waiter*>& served, std::uint64_t number);
    std::uint64_t ask();

    const bool on_loop_;
    Stamps stamps_;
    const std::function<void(std::string_view)> quiet_{};  // who reads says that the store is away
    PostgresPool pool_;
    std::optional<PostgresPool::Lease> lease_;
    std::string last_;  // snapshot of the last look on this connection

    std::mutex mutex_;  // of plain threads
    bool is_asking_ = false;
    std::vector<Waiter*> waiting_;
};

}  // namespace grover::db
