// The audit: one row for each security event of an account, kept 90 days; and what its owner is told. Private to domains/auth.
#pragma once

#include <optional>
#include <string_view>

#include "domains/auth/auth_api.hpp"
#include "domains/auth/auth_core.hpp"

namespace grover::auth {

class Audit {
public:
    explicit Audit(const Core& core) : core_(core) {}

    enum class Outcome : bool { failure, success };
    // `user` empty: nobody is known by what was tried. `event` as GET /auth/audit shows it: "sign_in", "password_changed", ...
    void record(db::Write& tx, const std::optional<UserId>& user, const Caller& me, std::string_view event,
                Outcome outcome, const SessionId& session = {}) const;

    AuditPage list(const Caller& me, const AuditList& in) const;

private:
    const Core& core_;
};

}  // namespace grover::auth
