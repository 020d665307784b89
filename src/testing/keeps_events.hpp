// Listens to every event, so that all are stored, and tells none: for tests that look at what was published.
#pragma once

#include "platform/db/db.hpp"

namespace grover::testing {

class KeepsEvents final : public db::AfterCommit {
public:
    bool listens_to(std::string_view) const override { return true; }
    void events_committed() override {}
    void jobs_committed() override {}
};

}  // namespace grover::testing
