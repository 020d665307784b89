// What administrators ask about the server and its background work (contract/system.md §9).
#pragma once

#include <mutex>
#include <optional>

#include "app/domains.hpp"
#include "platform/api/api.hpp"

namespace grover::app {

// References outlive it.
class AdminDesk {
public:
    AdminDesk(db::Database& db, const Clock& clock, Domains& domains, jobs::Background& background)
        : db_(db), clock_(clock), domains_(domains), background_(background) {}

    void add_endpoints(Api& api);

private:
    struct Totals {
        std::int64_t users = 0, posts = 0, storage_bytes = 0;
    };
    // Counted at most once a minute: on a large store that reads whole indexes.
    Totals totals();

    db::Database& db_;
    const Clock& clock_;
    Domains& domains_;
    jobs::Background& background_;
    std::mutex mutex_;
    std::optional<Totals> totals_;
    Time counted_at_{};
};

}  // namespace grover::app
