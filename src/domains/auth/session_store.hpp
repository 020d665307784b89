// Rows of sessions, refresh tokens and socket tickets. Private to domains/auth; decides nothing.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"
#include "platform/db/together.hpp"

namespace grover::auth {

// What a request needs to know of its session.
struct SessionRow {
    SessionId session_id;
    UserId user_id;
    std::string token_hash;
    std::string cookie_hash;
    Time created_at;
    Time last_used_at;
    Time expires_at;
    Time ends_at;
    std::optional<Time> reauthenticated_until;

    static constexpr auto columns = Pack{
        db::column("session_id", &SessionRow::session_id),
        db::column("user_id", &SessionRow::user_id),
        db::column("token_hash", &SessionRow::token_hash),
        db::column("cookie_hash", &SessionRow::cookie_hash),
        db::column("created_at", &SessionRow::created_at),
        db::column("last_used_at", &SessionRow::last_used_at),
        db::column("expires_at", &SessionRow::expires_at),
        db::column("ends_at", &SessionRow::ends_at),
        db::column("reauthenticated_until", &SessionRow::reauthenticated_until),
    };
};

// What a list of sessions shows.
struct ListedSession {
    SessionId session_id;
    std::string method;
    std::optional<std::string> device;
    std::string platform;
    std::string user_agent;
    std::string ip;
    Time created_at;
    Time last_used_at;
    Time expires_at;

    static constexpr auto columns = Pack{
        db::column("session_id", &ListedSession::session_id),
        db::column("method", &ListedSession::method),
        db::column("device", &ListedSession::device),
        db::column("platform", &ListedSession::platform),
        db::column("user_agent", &ListedSession::user_agent),
        db::column("ip", &ListedSession::ip),
        db::column("created_at", &ListedSession::created_at),
        db::column("last_used_at", &ListedSession::last_used_at),
        db::column("expires_at", &ListedSession::expires_at),
    };
};

struct EndedSession {
    SessionId session_id;
    std::string token_hash;

    static constexpr auto columns = Pack{
        db::column("session_id", &EndedSession::session_id),
        db::column("token_hash", &EndedSession::token_hash),
    };
};

struct RefreshTokenRow {
    std::string token_hash;
    SessionId session_id;
    Time expires_at;
    std::optional<Time> replaced_at;

    static constexpr auto columns = Pack{
        db::column("token_hash", &RefreshTokenRow::token_hash),
        db::column("session_id", &RefreshTokenRow::session_id),
        db::column("expires_at", &RefreshTokenRow::expires_at),
        db::column("replaced_at", &RefreshTokenRow::replaced_at),
    };
};

namespace session_store {

struct Insertion {
    SessionId session_id;
    UserId user_id;
    std::string_view token_hash;
    std::string_view cookie_hash;
    std::string_view method;
    std::optional<std::string> device;
    std::string_view platform;
    std::string_view user_agent;
    std::string_view ip;
    Time created_at;
    Time expires_at;
    Time ends_at;
};
// Throws db::AlreadyExists for a token that another session has.
void insert(db::Write& tx, const Insertion& session);

std::optional<SessionRow> find_by_token(db::Read& tx, std::string_view token_hash);
void ask_by_token(db::Together& ask, std::string_view token_hash, std::function<void(SessionRow)> on_session);
std::optional<SessionRow> find_by_id(db::Read& tx, const SessionId& session);
std::optional<SessionRow> find_by_cookie(db::Read& tx, std::string_view cookie_hash);
// Unexpired ones, used last first; at most as many as an account may have.
std::vector<ListedSession> list(db::Read& tx, const UserId& user, Time now);

// Those of `sessions` that have not ended.
std::vector<SessionId> living(db::Read& tx, std::span<const SessionId> sessions, Time now);

// Only if it was not used since `not_since`: of many at once, one writes.
void extend(db::Write& tx, const SessionId& session, Time now, Time expires_at, Time not_since);
void prolong(db::Write& tx, const SessionRow& session, Time now, Time expires_at);
void set_reauthenticated(db::Write& tx, const SessionId& session, Time until);
void set_cookie_hash(db::Write& tx, const SessionId& session, std::string_view cookie_hash);

// Each deletes with refresh tokens and tickets, and returns what is gone.
std::vector<EndedSession> remove(db::Write& tx, const UserId& user, const SessionId& session);
std::vector<EndedSession> remove_all(db::Write& tx, const UserId& user, const SessionId& but);
std::vector<EndedSession> remove_oldest(db::Write& tx, const UserId& user, int kept);
std::vector<EndedSession> remove_expired(db::Write& tx, const UserId& user, Time now);
struct SweptSession {
    EndedSession session;
    UserId user_id;
};
std::vector<SweptSession> remove_expired(db::Write& tx, Time now, int batch);

void insert_refresh_token(db::Write& tx, std::string_view token_hash, const SessionId& session, Time now,
                          Time expires_at);
std::optional<RefreshTokenRow> find_refresh_token(db::Read& tx, std::string_view token_hash);
// False if it was replaced before.
bool replace_refresh_token(db::Write& tx, std::string_view token_hash, Time now);
void drop_oldest_refresh_tokens(db::Write& tx, const SessionId& session, int kept);
std::int64_t remove_expired_refresh_tokens(db::Write& tx, Time now, int batch);

void insert_ticket(db::Write& tx, std::string_view ticket_hash, const SessionId& session, Time expires_at);
std::optional<SessionId> take_ticket(db::Write& tx, std::string_view ticket_hash, Time now);
std::int64_t remove_expired_tickets(db::Write& tx, Time now, int batch);

}  // namespace session_store
}  // namespace grover::auth
