// Making an account with a password, and signing in with it (auth.md §3). Private to domains/auth.
#pragma once

#include "domains/auth/auth_api.hpp"
#include "domains/auth/password_check.hpp"
#include "domains/auth/sign_ins.hpp"

namespace grover::auth {

class Registration {
public:
    Registration(const Core& core, const PasswordCheck& check, const SignIns& sign_ins, const Mails& mails)
        : core_(core), check_(check), sign_ins_(sign_ins), mails_(mails) {}

    SignedIn register_account(const Caller& me, const Register& in) const;
    SignedIn login(const Caller& me, const Login& in) const;

    // The same for the sign-in page, which hands out a one-time id instead of a session. `then` runs in the transaction.
    using Then = FunctionRef<void(db::Write& tx, const UserId& user, bool is_new_user)>;
    void register_account(const Register& in, Then then) const;
    void login(const Caller& me, const Login& in, Then then) const;

private:
    const Core& core_;
    const PasswordCheck& check_;
    const SignIns& sign_ins_;
    const Mails& mails_;
};

}  // namespace grover::auth
