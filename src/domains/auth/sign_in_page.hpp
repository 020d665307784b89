// The hosted sign-in page: what its forms do (auth.md §5 "GET /auth/login"). Private to domains/auth.
#pragma once

#include "domains/auth/exchange.hpp"
#include "domains/auth/google_api.hpp"
#include "domains/auth/pages.hpp"
#include "domains/auth/passwords.hpp"
#include "domains/auth/registration.hpp"

namespace grover::auth {

class HostedSignIn {
public:
    HostedSignIn(const Core& core, const Registration& registration, const Passwords& passwords,
                 const Exchange& exchange)
        : core_(core), registration_(registration), passwords_(passwords), exchange_(exchange) {}

    void show(const LoginPage& in, api::Reply& reply) const;
    // Sends the browser to its target with a one-time id, or shows the page again with what is wrong.
    void submit(const Caller& me, const LoginPageForm& in, api::Reply& reply) const;

private:
    pages::SignInPage page_for(const std::string& redirect, PageMode mode) const;
    std::string one_time_id(const Caller& me, const LoginPageForm& in) const;

    const Core& core_;
    const Registration& registration_;
    const Passwords& passwords_;
    const Exchange& exchange_;
};

}  // namespace grover::auth
