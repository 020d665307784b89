#include "domains/auth/auth_sessions.hpp"

#include <algorithm>

#include "domains/auth/devices.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/integrations/digest.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr auto kExtendAtMostEvery = 1h;
constexpr auto kTicketLifetime = 60s;
constexpr std::string_view kCookieName = "grover_rt";

using Cached = std::shared_ptr<const LiveSession>;

db::RowCache<Cached>& cache_by_token() {
    thread_local db::RowCache<Cached> cache{"sessions_by_token"};
    return cache;
}

db::RowCache<Cached>& cache_by_id() {
    thread_local db::RowCache<Cached> cache{"sessions_by_id"};
    return cache;
}

std::size_t bytes_of(const LiveSession& session) {
    return sizeof session + session.row.token_hash.size() + session.row.cookie_hash.size() +
           session.cookie.size();
}

}  // namespace

NewSession Sessions::begin(db::Write& tx, const UserId& user, const SessionStart& start,
                           const std::optional<std::string>& token) const {
    const Time now = core_.clock.now();
    announce_end(tx, user, session_store::remove_expired(tx, user, now), SessionEndReason::expired);
    announce_end(tx, user, session_store::remove_oldest(tx, user, kMaxSessions - 1),
                 SessionEndReason::crowded_out);

    NewSession session{.session_id = IdSource::next_at<SessionId>(now),
                       .token = token ? *token : new_secret(kSessionPrefix),
                       .expires_at = now + std::min(core_.options.session_idle, core_.options.session_limit)};
    session_store::insert(tx, {.session_id = session.session_id,
                               .user_id = user,
                               .token_hash = SecretHash(session.token).view(),
                               .cookie_hash = SecretHash(cookie_of(session.session_id)).view(),
                               .method = start.method,
                               .device = start.device,
                               .platform = platform_of(start.user_agent),
                               .user_agent = storable_user_agent(start.user_agent),
                               .ip = start.ip,
                               .created_at = now,
                               .expires_at = session.expires_at,
                               .ends_at = now + core_.options.session_limit});
    return session;
}

std::string Sessions::cookie_of(const SessionId& session) const {
    return core_.deriver.derive("socket cookie", session.view());
}

Cached Sessions::known(std::optional<SessionRow> row) const {
    if (!row) return nullptr;
    auto session = std::make_shared<LiveSession>();
    session->cookie = cookie_of(row->session_id);
    session->row = std::move(*row);
    return session;
}

Cached Sessions::find_by_token(db::Read& tx, std::string_view token) const {
    const SecretHash hash(token);
    if (const auto* copy = cache_by_token().find(tx, hash.view())) return *copy;
    auto session = known(session_store::find_by_token(tx, hash.view()));
    // Two secrets never share a digest; the comparison keeps the time of a look-up from telling how much of one was right.
    if (session && !integrations::equal_in_constant_time(session->row.token_hash, hash.view()))
        return nullptr;
    if (session) cache_by_token().put(hash.view(), session, bytes_of(*session), tx.snapshot());
    return session;
}

void Sessions::ask_by_token(db::Together& ask, std::shared_ptr<const LiveSession>& out,
                            const SecretHash& hash) const {
    session_store::ask_by_token(ask, hash.view(), [this, &out, &hash](SessionRow row) {
        if (integrations::equal_in_constant_time(row.token_hash, hash.view())) out = known(std::move(row));
    });
}

Cached Sessions::find_by_id(db::Read& tx, const SessionId& session_id) const {
    if (const auto* copy = cache_by_id().find(tx, session_id.view())) return *copy;
    auto session = known(session_store::find_by_id(tx, session_id));
    if (session) cache_by_id().put(session_id.view(), session, bytes_of(*session), tx.snapshot());
    return session;
}

Cached Sessions::find_by_cookie(db::Read& tx, std::string_view cookie) const {
    return known(session_store::find_by_cookie(tx, SecretHash(cookie).view()));
}

Time Sessions::expiry(const SessionRow& session, Time now) const {
    return std::max(session.expires_at, std::min(now + core_.options.session_idle, session.ends_at));
}

void Sessions::keep_alive(const LiveSession& session) const {
    const Time now = core_.clock.now();
    if (now < session.row.last_used_at + kExtendAtMostEvery) return;
    const auto extend = [&core = core_, id = session.row.session_id, now, until = expiry(session.row, now)] {
        try {
            core.db.write(
                [&](db::Write& tx) { session_store::extend(tx, id, now, until, now - kExtendAtMostEvery); });
        } catch (const std::exception&) {
            // The store is in trouble and says so elsewhere; the next request extends the session instead.
        }
    };
    if (runtime::in_fiber()) {
        runtime::spawn(extend);
    } else {
        extend();
    }
}

bool Sessions::has_cookie(const LiveSession& session, std::string_view header) {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        auto pair = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.size() <= kCookieName.size() || !pair.starts_with(kCookieName) ||
            pair[kCookieName.size()] != '=')
            continue;
        const SecretHash presented(pair.substr(kCookieName.size() + 1));
        if (integrations::equal_in_constant_time(presented.view(), session.row.cookie_hash)) return true;
    }
    return false;
}

// SameSite=Lax keeps it from riding on other sites' posts; it opens sockets only, whose handshake checks the origin.
// Path=/ because one platform drops the path when it looks up socket cookies.
static std::string cookie_text(std::string_view value, std::chrono::seconds max_age, bool https) {
    std::string text(kCookieName);
    text += '=';
    text += value;
    text += "; Path=/; Max-Age=";
    text += std::to_string(max_age.count());
    text += "; HttpOnly; SameSite=Lax";
    if (https) text += "; Secure";
    return text;
}

std::string Sessions::set_cookie(const LiveSession& session, bool https) const {
    // After a change of the signing secret the cookie is another one than the store knows.
    const SecretHash hash(session.cookie);
    if (hash.view() != session.row.cookie_hash) {
        core_.db.write(
            [&](db::Write& tx) { session_store::set_cookie_hash(tx, session.row.session_id, hash.view()); });
    }
    return cookie_text(session.cookie, core_.options.session_limit, https);
}

std::string Sessions::set_cookie(const SessionId& session, bool https) const {
    return cookie_text(cookie_of(session), core_.options.session_limit, https);
}

std::string Sessions::clear_cookie(bool https) { return cookie_text("", std::chrono::seconds{0}, https); }

void Sessions::announce_end(db::Write& tx, const UserId& user, const std::vector<EndedSession>& gone,
                            SessionEndReason reason) const {
    for (const auto& session : gone) tx.publish(SessionEnded{session.session_id, user, reason});
}

bool Sessions::end(db::Write& tx, const UserId& user, const SessionId& session,
                   SessionEndReason reason) const {
    const auto gone = session_store::remove(tx, user, session);
    announce_end(tx, user, gone, reason);
    return !gone.empty();
}

std::int64_t Sessions::end_all(db::Write& tx, const UserId& user, SessionEndReason reason,
                               const SessionId& but) const {
    const auto gone = session_store::remove_all(tx, user, but);
    announce_end(tx, user, gone, reason);
    return static_cast<std::int64_t>(gone.size());
}

std::vector<SessionView> Sessions::all_of(const UserId& user, const SessionId& current) const {
    const auto rows =
        core_.db.read([&](db::Read& tx) { return session_store::list(tx, user, core_.clock.now()); });
    std::vector<SessionView> views;
    for (const auto& row : rows) {
        views.push_back({.session_id = row.session_id,
                         .current = row.session_id == current,
                         .method = row.method,
                         .device = row.device,
                         .platform = row.platform,
                         .user_agent = row.user_agent,
                         .ip = row.ip,
                         .created_at = row.created_at,
                         .last_used_at = row.last_used_at,
                         .expires_at = row.expires_at});
    }
    return views;
}

SessionPage Sessions::list(const Caller& me, const SessionList& in) const {
    SessionListAnswer all;
    all.sessions = all_of(me.id, me.session_id);
    all.total = std::ssize(all.sessions);
    std::stable_partition(all.sessions.begin(), all.sessions.end(),
                          [](const auto& session) { return session.current; });

    // At most fifty: the page is cut from the whole list, behind the session that ended the last one.
    auto first = all.sessions.begin();
    if (!in.page.after.empty()) {
        first = std::find_if(first, all.sessions.end(),
                             [&](const auto& session) { return session.session_id.view() == in.page.after; });
        if (first != all.sessions.end()) ++first;
    } else {
        first += std::min<std::ptrdiff_t>(in.page.skip, all.sessions.end() - first);
    }
    const auto last = first + std::min<std::ptrdiff_t>(in.page.limit, all.sessions.end() - first);
    SessionPage page;
    if (last != all.sessions.end()) page.next = (last - 1)->session_id.str();
    all.sessions = std::vector<SessionView>(first, last);
    page.json = wire::to_json(all);
    return page;
}

Message Sessions::logout(const Caller& me) const {
    core_.db.write([&](db::Write& tx) {
        if (end(tx, me.id, me.session_id, SessionEndReason::logged_out)) {
            audit_.record(tx, me.id, me, "logout", Audit::Outcome::success, me.session_id);
        }
    });
    return {"Logged out"};
}

Message Sessions::remove(const Caller& me, const SessionDelete& in) const {
    core_.db.write([&](db::Write& tx) {
        if (!end(tx, me.id, in.session_id, SessionEndReason::logged_out))
            throw not_found("Session not found");
        audit_.record(tx, me.id, me, "session_revoked", Audit::Outcome::success, in.session_id);
    });
    return {"Session revoked"};
}

TicketAnswer Sessions::make_ticket(const Caller& me) const {
    TicketAnswer answer{.ticket = new_secret(kTicketPrefix),
                        .expires_in = std::chrono::seconds{kTicketLifetime}.count()};
    const SecretHash hash(answer.ticket);
    core_.db.write([&](db::Write& tx) {
        session_store::insert_ticket(tx, hash.view(), me.session_id, core_.clock.now() + kTicketLifetime);
    });
    return answer;
}

}  // namespace grover::auth
