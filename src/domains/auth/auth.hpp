// Auth: who the caller is, and how one becomes a caller (contract/auth.md). The public face of the domain.
//
// A session is proved by an opaque token, a JWT made from it, or, for sockets alone, a cookie. Sessions are kept in memory for
// each thread, validated by commit stamps: on SQLite an authenticated request costs no statement. Stamp keys are the session's
// id and the hash of its token.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/auth/auth_events.hpp"
#include "domains/users/users.hpp"
#include "platform/api/caller.hpp"
#include "platform/api/dispatcher.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"
#include "platform/integrations/jwt.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::api {
class Api;
}
namespace grover::jobs {
class Jobs;
}
namespace grover::integrations {
class HttpClient;
class Mailer;
}  // namespace grover::integrations

namespace grover::auth {

struct Options {
    std::string public_base_url;  // links in mails and the OAuth callback start with it; no slash at the end
    // Makes tokens of mails, cookies and successors of refresh tokens; at least 16 bytes. Those of another secret die.
    std::string signing_secret;
    std::string jwt_secret;  // empty: JWTs are off
    integrations::JwtAlgorithm jwt_algorithm = integrations::JwtAlgorithm::hs256;
    std::chrono::minutes access_token_lifetime{30};
    std::chrono::seconds session_idle = std::chrono::days{7};
    std::chrono::seconds session_limit = std::chrono::days{30};
    bool allow_registration = true;
    bool require_email_verification = false;
    std::string session_exchange_url;  // empty: none
    std::string google_client_id;      // empty: Google sign-in is off
    std::string google_client_secret;
    std::string google_discovery_url = "https://accounts.google.com/.well-known/openid-configuration";
    std::vector<std::string> google_native_client_ids;
    std::vector<std::string> allowed_origins;     // targets of sign-in redirects; "*" does not count
    std::vector<std::string> redirect_allowlist;  // prefixes
    bool debug = false;                           // also exp:// redirects
    // Counts an attempt for the metrics; any thread, must not throw. May be empty.
    std::function<void(std::string_view method, bool success)> on_attempt;
};

// What a new session remembers of where it began.
struct SessionStart {
    std::string method;  // "password", "google", "session_exchange", ...
    std::optional<std::string> device;
    std::string user_agent;
    std::string ip;
};

struct NewSession {
    SessionId session_id;
    std::string token;  // the only time that anybody sees it
    Time expires_at;
};

// Whom a socket acts as.
struct SocketIdentity {
    UserId user_id;
    SessionId session_id;
    Time expires_at;  // of the session, unless it is used again
    bool is_admin = false;
    bool email_verified = true;  // also true where nobody asks for it
};

class AuthService final : public api::Authenticator,
                          public users::AccountGuard,
                          public users::AccountEraser,
                          public users::ExportContributor {
public:
    // References outlive the service. `hashing` runs the password hashes: one thread for each core.
    AuthService(db::Database& db, const Clock& clock, const IdSource& ids, users::UsersService& users,
                runtime::WorkerPool& hashing, integrations::HttpClient& http, integrations::Mailer& mailer,
                Options options);
    ~AuthService() override;

    // --- For the dispatcher -------------------------------------------------------------------------------------------
    bool authenticate(const http::RequestHead& request, const api::Route& route, Caller& caller) override;

    // --- For users ----------------------------------------------------------------------------------------------------
    void confirm_owner(const Caller& me, const std::optional<std::string>& current_password) override;
    void end_sessions(db::Write& tx, const UserId& user) override;
    std::string_view name() const override { return "auth"; }
    bool erase_some(db::Write& tx, const UserId& user, int batch) override;
    void contribute(const UserId& user, users::ExportWriter& out) override;  // sessions.json

    // --- For seeds, imports and tests ---------------------------------------------------------------------------------
    // `token`: the text to be presented, 1..512 visible ASCII characters that no session has; absent: made here. Rules of
    // sign-in (verification, guards, alerts) do not apply; the bound of 50 sessions does.
    NewSession create_session(db::Write& tx, const UserId& user, const SessionStart& start,
                              const std::optional<std::string>& token = std::nullopt);
    // Outside transactions: takes a core's tens of milliseconds.
    static std::string hash_password(std::string_view password);
    void set_password_hash(db::Write& tx, const UserId& user, std::string_view hash);

    // --- For pushes ---------------------------------------------------------------------------------------------------
    // Those of the sessions that still live, in no order. One statement.
    std::vector<SessionId> living_sessions(db::Read& tx, std::span<const SessionId> sessions);

    // --- For sockets (auth.md §1) -------------------------------------------------------------------------------------
    // Of a session token or a JWT; of a `gtk_` ticket, which is used up; of the cookie's value; of a session that a socket
    // holds. Nothing when it is not valid now; 403 "Account suspended". The first three count as a use of the session.
    std::optional<SocketIdentity> identify_token(std::string_view token);
    std::optional<SocketIdentity> redeem_ticket(std::string_view ticket);
    std::optional<SocketIdentity> identify_cookie(std::string_view value);
    std::optional<SocketIdentity> identify_session(const SessionId& session);

    // --- Background work ----------------------------------------------------------------------------------------------
    // Mails are tried for 24 h. Once an hour expired sessions, tokens and traces go, audit rows after 90 days.
    void add_jobs(jobs::Jobs& jobs);
    void sweep();

    // The rest of the domain, behind the endpoints.
    struct Parts;
    Parts& parts() { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

// All endpoints of auth.md.
void add_auth_api(api::Api& api, AuthService& auth);

}  // namespace grover::auth
