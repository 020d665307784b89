// Sessions: beginning, knowing, keeping alive and ending them (auth.md §1, §4). Private to domains/auth.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domains/auth/auth_api.hpp"
#include "domains/auth/auth_audit.hpp"
#include "domains/auth/auth_core.hpp"
#include "domains/auth/session_store.hpp"

namespace grover::auth {

inline constexpr int kMaxSessions = 50;

// A session as requests meet it.
struct LiveSession {
    SessionRow row;
    std::string cookie;  // the value of its socket cookie

    bool is_over(Time now) const { return row.expires_at <= now; }
};

class Sessions {
public:
    Sessions(const Core& core, const Audit& audit) : core_(core), audit_(audit) {}

    // `token` absent: made here. Ends the one unused longest beyond 50. Throws db::AlreadyExists when another session has the
    // token.
    NewSession begin(db::Write& tx, const UserId& user, const SessionStart& start,
                     const std::optional<std::string>& token) const;

    // From memory when the copy is current. Also finds expired ones.
    std::shared_ptr<const LiveSession> find_by_token(db::Read& tx, std::string_view token) const;
    // The same as a part of one statement; `hash` is kept by the caller until it has run.
    void ask_by_token(db::Together& ask, std::shared_ptr<const LiveSession>& out,
                      const SecretHash& hash) const;
    std::shared_ptr<const LiveSession> find_by_id(db::Read& tx, const SessionId& session) const;
    std::shared_ptr<const LiveSession> find_by_cookie(db::Read& tx, std::string_view cookie) const;

    // When the session was not used for an hour, extends it beside the request, which does not wait. Outside transactions.
    void keep_alive(const LiveSession& session) const;
    // How long a session that is used now lives.
    Time expiry(const SessionRow& session, Time now) const;

    // Whether the request came with this session's socket cookie.
    static bool has_cookie(const LiveSession& session, std::string_view cookie_header);
    // Value of a Set-Cookie header.
    std::string set_cookie(const LiveSession& session, bool https) const;
    std::string set_cookie(const SessionId& session, bool https) const;
    static std::string clear_cookie(bool https);

    // Ending publishes SessionEnded for each; the numbers are how many there were.
    bool end(db::Write& tx, const UserId& user, const SessionId& session, SessionEndReason reason) const;
    std::int64_t end_all(db::Write& tx, const UserId& user, SessionEndReason reason,
                         const SessionId& but = {}) const;

    // Those that live, latest use first.
    std::vector<SessionView> all_of(const UserId& user, const SessionId& current) const;
    SessionPage list(const Caller& me, const SessionList& in) const;
    Message logout(const Caller& me) const;
    Message remove(const Caller& me, const SessionDelete& in) const;
    TicketAnswer make_ticket(const Caller& me) const;

private:
    std::shared_ptr<const LiveSession> known(std::optional<SessionRow> row) const;
    void announce_end(db::Write& tx, const UserId& user, const std::vector<EndedSession>& gone,
                      SessionEndReason reason) const;
    std::string cookie_of(const SessionId& session) const;

    const Core& core_;
    const Audit& audit_;
};

}  // namespace grover::auth
