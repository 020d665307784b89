// Answers kept for requests that come again with the same Idempotency-Key (contract/system.md §2).
#pragma once

#include "platform/api/dispatcher.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/idempotency.hpp"

namespace grover::app {

class StoredAnswers final : public api::IdempotencyStore {
public:
    StoredAnswers(db::Database& db, const Clock& clock) : keys_(db, clock) {}

    Outcome begin(const UserId& user, std::string_view method, std::string_view path, std::string_view key,
                  std::string_view input_hash) override;

    // Periodic: forgets what is older than a day.
    void sweep();

private:
    db::IdempotencyKeys keys_;
};

}  // namespace grover::app
