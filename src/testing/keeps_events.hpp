// Listens to every event, so that all are stored, and tells none: for tests that look at what was published.
#pragma once

#include "platform/db/db.hpp"

namespace grover::testing {

class KeepsEvents final : public db::Subscriber {
public:
    bool listens_to(std::string_view) const override { return true; }
    void take_effects(db::Write&, std::string_view, const void*) const override {}
    void events_committed() override {}
    void jobs_committed() override {}
};

}  // namespace grover::testing
