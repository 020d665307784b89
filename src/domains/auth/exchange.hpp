// One-time ids of sign-in pages, ours and an exchange's (auth.md §2 "GET /auth/session"). Private to domains/auth.
#pragma once

#include <string>
#include <string_view>

#include "domains/auth/auth_api.hpp"
#include "domains/auth/sign_ins.hpp"

namespace grover::auth {

class Exchange {
public:
    Exchange(const Core& core, const Sessions& sessions, const SignIns& sign_ins)
        : core_(core), sessions_(sessions), sign_ins_(sign_ins) {}

    SignedIn redeem(const Caller& me, std::string_view id) const;

    // A one-time id (`sid_…`) for an account that has just been proved; good for 300 s.
    std::string make_id(db::Write& tx, const UserId& user, std::string_view method, bool is_new_user) const;

private:
    struct Granted;
    SignedIn redeem_own(const Caller& me, std::string_view id) const;
    SignedIn redeem_elsewhere(const Caller& me, std::string_view id) const;
    Granted ask(std::string_view id) const;
    SignedIn renew(db::Write& tx, const SessionRow& session, const Adopted& adopted, const Caller& me,
                   const std::string& token) const;

    const Core& core_;
    const Sessions& sessions_;
    const SignIns& sign_ins_;
};

}  // namespace grover::auth
