// The parts of the domain, put together in order. Private to domains/auth.
#pragma once

#include "domains/auth/addresses.hpp"
#include "domains/auth/auth.hpp"
#include "domains/auth/exchange.hpp"
#include "domains/auth/google.hpp"
#include "domains/auth/passwords.hpp"
#include "domains/auth/registration.hpp"
#include "domains/auth/sign_in_page.hpp"

namespace grover::auth {

struct AuthService::Parts {
    explicit Parts(Core given) : core(std::move(given)) {}

    Core core;
    Audit audit{core};
    Mails mails{core};
    Sessions sessions{core, audit};
    JwtTokens tokens{core, sessions, audit, mails};
    SignInGuard guard{core};
    PasswordCheck check{core, guard, audit};
    SignIns sign_ins{core, sessions, tokens, audit, mails};
    Registration registration{core, check, sign_ins, mails};
    Passwords passwords{core, check, sessions, sign_ins, guard, audit, mails};
    Addresses addresses{core, sessions, passwords, audit, mails};
    Exchange exchange{core, sessions, sign_ins};
    Google google{core, sign_ins, exchange, audit};
    HostedSignIn page{core, registration, passwords, exchange};

    Providers providers() const;
    LogoutAllAnswer logout_all(const Caller& me, const LogoutAll& in) const;
    // Whose session the token proves now; nothing for one that is not good.
    std::shared_ptr<const LiveSession> session_of(db::Read& tx, std::string_view token) const;
    // On PostgreSQL: the live session and its account by one statement, when it is known whose the token is. False: look
    // the other way.
    bool ask_together(db::Read& tx, std::string_view token, std::shared_ptr<const LiveSession>& session,
                      std::shared_ptr<const users::AccountState>& account) const;
    std::optional<SocketIdentity> socket_identity(db::Read& tx,
                                                  const std::shared_ptr<const LiveSession>& session) const;
    template <class F>
    std::optional<SocketIdentity> connect_socket(F&& find) const;
};

}  // namespace grover::auth
