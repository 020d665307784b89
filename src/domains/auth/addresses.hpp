// Confirming an address, changing it, and going back (auth.md §3 "Verification, reset, change"). Private to domains/auth.
#pragma once

#include "domains/auth/auth_api.hpp"
#include "domains/auth/passwords.hpp"

namespace grover::auth {

class Addresses {
public:
    Addresses(const Core& core, const Sessions& sessions, const Passwords& passwords, const Audit& audit,
              const Mails& mails)
        : core_(core), sessions_(sessions), passwords_(passwords), audit_(audit), mails_(mails) {}

    // Of a new account's address, or of the one it changes to.
    VerifyEmailAnswer verify(const Caller& me, std::string_view token) const;
    Message resend(const Caller& me) const;
    Message request_change(const Caller& me, const EmailChange& in) const;
    Message undo(const Caller& me, std::string_view token) const;

private:
    void confirm_change(db::Write& tx, const users::AccountState& account, const MailTokenRow& token,
                        const Caller& me) const;

    const Core& core_;
    const Sessions& sessions_;
    const Passwords& passwords_;
    const Audit& audit_;
    const Mails& mails_;
};

}  // namespace grover::auth
