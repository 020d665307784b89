// Proving an account by its password, with the guards around it. Private to domains/auth.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domains/auth/auth_audit.hpp"
#include "domains/auth/auth_core.hpp"
#include "domains/auth/sign_in_guard.hpp"

namespace grover::auth {

// Throws 400 "Password is too easy to guess".
void require_hard_to_guess(std::string_view password, std::string_view email, std::string_view name);

class PasswordCheck {
public:
    PasswordCheck(const Core& core, const SignInGuard& guard, const Audit& audit);

    struct Proven {
        users::AccountState account;
        std::string hash;                        // that matched
        std::optional<std::string> better_hash;  // with today's parameters
    };

    // Outside transactions. `email` as accounts keep it, `event` for the audit of a failure. An unknown address, an account without
    // password and a wrong password cost one hash each and throw `wrong`, or 429 once they are too many.
    Proven prove(const Caller& me, std::string_view email, std::string_view password, std::string_view event,
                 const Error& wrong) const;
    // In the transaction that acts on the proof: the guard must still be open and the password still that one. Clears the
    // account's failures.
    void confirm(db::Write& tx, const Proven& proven, const Caller& me, const Error& wrong) const;

    // On the worker pool.
    std::string hash(std::string_view password) const;

private:
    const Core& core_;
    const SignInGuard& guard_;
    const Audit& audit_;
};

}  // namespace grover::auth
