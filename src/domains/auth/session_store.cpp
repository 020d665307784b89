#include "domains/auth/session_store.hpp"

#include "sql/auth_sessions.hpp"

namespace grover::auth::session_store {
namespace {

namespace sql = grover::sql::auth_sessions;

// Both keys under which copies of the row are kept in memory.
void touch(db::Write& tx, const SessionId& session, std::string_view token_hash) {
    tx.touch(session);
    tx.touch(token_hash);
}

template <class Statement>
std::vector<EndedSession> removed(db::Write& tx, const Statement& statement) {
    auto gone = tx.list<EndedSession>(statement);
    for (const auto& session : gone) touch(tx, session.session_id, session.token_hash);
    return gone;
}

}  // namespace

void insert(db::Write& tx, const Insertion& session) {
    tx.exec(sql::insert_session{.session_id = session.session_id,
                                .user_id = session.user_id,
                                .token_hash = session.token_hash,
                                .cookie_hash = session.cookie_hash,
                                .method = session.method,
                                .device = session.device,
                                .platform = session.platform,
                                .user_agent = session.user_agent,
                                .ip = session.ip,
                                .created_at = session.created_at,
                                .expires_at = session.expires_at,
                                .ends_at = session.ends_at});
    touch(tx, session.session_id, session.token_hash);
}

std::optional<SessionRow> find_by_token(db::Read& tx, std::string_view token_hash) {
    return tx.find<SessionRow>(sql::session_by_token{.token_hash = token_hash});
}

void ask_by_token(db::Together& ask, std::string_view token_hash,
                  std::function<void(SessionRow)> on_session) {
    ask.add(sql::session_by_token{.token_hash = token_hash},
            [on_session = std::move(on_session)](const db::Row& row) {
                on_session(db::read_row<SessionRow>(row));
            });
}

std::optional<SessionRow> find_by_id(db::Read& tx, const SessionId& session) {
    return tx.find<SessionRow>(sql::session_by_id{.session_id = session});
}

std::optional<SessionRow> find_by_cookie(db::Read& tx, std::string_view cookie_hash) {
    return tx.find<SessionRow>(sql::session_by_cookie{.cookie_hash = cookie_hash});
}

std::vector<ListedSession> list(db::Read& tx, const UserId& user, Time now) {
    return tx.list<ListedSession>(sql::sessions_of{.user_id = user, .now = now});
}

void extend(db::Write& tx, const SessionId& session, Time now, Time expires_at, Time not_since) {
    const auto changed = tx.find<std::string>(sql::extend_session{
        .now = now, .expires_at = expires_at, .session_id = session, .not_since = not_since});
    if (changed) touch(tx, session, *changed);
}

void prolong(db::Write& tx, const SessionRow& session, Time now, Time expires_at) {
    tx.exec(sql::prolong_session{.now = now, .expires_at = expires_at, .session_id = session.session_id});
    touch(tx, session.session_id, session.token_hash);
}

void set_reauthenticated(db::Write& tx, const SessionId& session, Time until) {
    const auto changed =
        tx.find<std::string>(sql::set_reauthenticated{.until = until, .session_id = session});
    if (changed) touch(tx, session, *changed);
}

void set_cookie_hash(db::Write& tx, const SessionId& session, std::string_view cookie_hash) {
    const auto changed =
        tx.find<std::string>(sql::set_cookie_hash{.cookie_hash = cookie_hash, .session_id = session});
    if (changed) touch(tx, session, *changed);
}

std::vector<EndedSession> remove(db::Write& tx, const UserId& user, const SessionId& session) {
    return removed(tx, sql::delete_session{.session_id = session, .user_id = user});
}

std::vector<EndedSession> remove_all(db::Write& tx, const UserId& user, const SessionId& but) {
    return removed(tx, sql::delete_sessions_of{.user_id = user, .kept = but});
}

std::vector<EndedSession> remove_oldest(db::Write& tx, const UserId& user, int kept) {
    return removed(tx, sql::delete_oldest_sessions{.user_id = user, .kept = kept});
}

std::vector<EndedSession> remove_expired(db::Write& tx, const UserId& user, Time now) {
    return removed(tx, sql::delete_expired_sessions_of{.user_id = user, .now = now});
}

std::vector<SweptSession> remove_expired(db::Write& tx, Time now, int batch) {
    std::vector<SweptSession> gone;
    tx.each(sql::delete_expired_sessions{.now = now, .batch = batch}, [&](const db::Row& row) {
        gone.push_back({{row.get<SessionId>(0), row.get<std::string>(1)}, row.get<UserId>(2)});
    });
    for (const auto& swept : gone) touch(tx, swept.session.session_id, swept.session.token_hash);
    return gone;
}

void insert_refresh_token(db::Write& tx, std::string_view token_hash, const SessionId& session, Time now,
                          Time expires_at) {
    tx.exec(sql::insert_refresh_token{
        .token_hash = token_hash, .session_id = session, .created_at = now, .expires_at = expires_at});
}

std::optional<RefreshTokenRow> find_refresh_token(db::Read& tx, std::string_view token_hash) {
    return tx.find<RefreshTokenRow>(sql::refresh_token{.token_hash = token_hash});
}

bool replace_refresh_token(db::Write& tx, std::string_view token_hash, Time now) {
    return tx.exec(sql::replace_refresh_token{.now = now, .token_hash = token_hash}) == 1;
}

void drop_oldest_refresh_tokens(db::Write& tx, const SessionId& session, int kept) {
    tx.exec(sql::drop_oldest_refresh_tokens{.session_id = session, .kept = kept});
}

std::int64_t remove_expired_refresh_tokens(db::Write& tx, Time now, int batch) {
    return tx.exec(sql::delete_expired_refresh_tokens{.now = now, .batch = batch});
}

void insert_ticket(db::Write& tx, std::string_view ticket_hash, const SessionId& session, Time expires_at) {
    tx.exec(sql::insert_ticket{.ticket_hash = ticket_hash, .session_id = session, .expires_at = expires_at});
}

std::optional<SessionId> take_ticket(db::Write& tx, std::string_view ticket_hash, Time now) {
    return tx.find<SessionId>(sql::take_ticket{.ticket_hash = ticket_hash, .now = now});
}

std::int64_t remove_expired_tickets(db::Write& tx, Time now, int batch) {
    return tx.exec(sql::delete_expired_tickets{.now = now, .batch = batch});
}

std::vector<SessionId> living(db::Read& tx, std::span<const SessionId> sessions, Time now) {
    return tx.list<SessionId>(sql::living{.session_ids = db::ids_of(sessions), .now = now});
}

}  // namespace grover::auth::session_store
