// Forgotten, reset and changed passwords, and proving once more to be the owner (auth.md §3, §7). Private to domains/auth.
#pragma once

#include "domains/auth/auth_api.hpp"
#include "domains/auth/password_check.hpp"
#include "domains/auth/sign_ins.hpp"

namespace grover::auth {

class Passwords {
public:
    Passwords(const Core& core, const PasswordCheck& check, const Sessions& sessions, const SignIns& sign_ins,
              const SignInGuard& guard, const Audit& audit, const Mails& mails)
        : core_(core),
          check_(check),
          sessions_(sessions),
          sign_ins_(sign_ins),
          guard_(guard),
          audit_(audit),
          mails_(mails) {}

    Message forgot(const PasswordForgot& in) const;
    void start_reset(const StartPasswordReset& job) const;
    Message reset(const Caller& me, const PasswordReset& in) const;
    Message change(const Caller& me, const PasswordChange& in) const;
    ReauthenticateAnswer reauthenticate(const Caller& me, const Reauthenticate& in) const;

    // By the password when one is given (and the account has one), else by a re-authentication, or for accounts without a
    // password a sign-in, within ten minutes. Throws 400 "Current password is incorrect", or 429. Outside transactions.
    void require_owner(const Caller& me, const std::optional<std::string>& current_password,
                       std::string_view event) const;

    // The same where the password is one of the inputs: an account that has one must say it, or is told 422.
    void require_password(const Caller& me, const std::optional<std::string>& current_password,
                          std::string_view event) const;

private:
    users::AccountState account_of(const Caller& me) const;

    const Core& core_;
    const PasswordCheck& check_;
    const Sessions& sessions_;
    const SignIns& sign_ins_;
    const SignInGuard& guard_;
    const Audit& audit_;
    const Mails& mails_;
};

}  // namespace grover::auth
