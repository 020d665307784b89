// Slows guessing down, per account and per client address, over all nodes (auth.md §3 "Failed sign-ins"). Unknown addresses
// are counted like known ones, so that the answer tells nothing. Private to domains/auth.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "domains/auth/auth_core.hpp"

namespace grover::auth {

class SignInGuard {
public:
    explicit SignInGuard(const Core& core) : core_(core) {}

    // Throws 429 while further attempts have to wait. Asked before the password is looked at, and again in the transaction
    // that lets somebody in: of many guesses at the same time those that finish after the limit was reached do not count.
    void require_open(db::Read& tx, std::string_view email, std::string_view address) const;
    // How long the next attempt on this account must wait now, if it must.
    std::optional<std::chrono::seconds> record_failure(db::Write& tx, std::string_view email,
                                                       std::string_view address) const;
    void clear(db::Write& tx, std::string_view email) const;

private:
    const Core& core_;
};

}  // namespace grover::auth
