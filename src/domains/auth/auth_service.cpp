#include "domains/auth/account_store.hpp"
#include "domains/auth/auth_parts.hpp"
#include "domains/auth/session_store.hpp"
#include "domains/auth/trace_store.hpp"
#include "platform/integrations/password.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr auto kAuditKeptFor = std::chrono::days{90};
constexpr int kSweepBatch = 500;

std::unique_ptr<integrations::OidcProvider> google_provider(integrations::HttpClient& http,
                                                            const Clock& clock, const Options& options) {
    if (options.google_client_id.empty() || options.google_client_secret.empty()) return nullptr;
    return std::make_unique<integrations::OidcProvider>(
        http, clock,
        integrations::OidcOptions{.discovery_url = options.google_discovery_url,
                                  .client_id = options.google_client_id,
                                  .client_secret = options.google_client_secret,
                                  .native_client_ids = options.google_native_client_ids,
                                  .redirect_uri = options.public_base_url + "/api/auth/google/callback"});
}

// Batches until nothing is left: no transaction is long.
template <class F>
void sweep_all(db::Database& db, F&& remove) {
    while (db.write([&](db::Write& tx) { return remove(tx); }) >= kSweepBatch) {
    }
}

}  // namespace

AuthService::AuthService(db::Database& db, const Clock& clock, const IdSource& ids,
                         users::UsersService& users, runtime::WorkerPool& hashing,
                         integrations::HttpClient& http, integrations::Mailer& mailer, Options options)
    : parts_(std::make_unique<Parts>(Core{.db = db,
                                          .clock = clock,
                                          .ids = ids,
                                          .users = users,
                                          .hashing = hashing,
                                          .http = http,
                                          .mailer = mailer,
                                          .options = options,
                                          .deriver = Deriver(options.signing_secret),
                                          .google = google_provider(http, clock, options)})) {}
AuthService::~AuthService() = default;

void AuthService::confirm_owner(const Caller& me, const std::optional<std::string>& current_password) {
    parts_->passwords.require_owner(me, current_password, "confirm_owner");
}

void AuthService::end_sessions(db::Write& tx, const UserId& user) {
    parts_->sessions.end_all(tx, user, SessionEndReason::revoked);
    account_store::void_mail_tokens_but_undo(tx, user);
    account_store::remove_sign_in_ids(tx, user);
}

void AuthService::contribute(const UserId& user, users::ExportWriter& out) {
    out.begin("sessions.json");
    out.text(wire::to_json(parts_->sessions.all_of(user, {})));
}

bool AuthService::erase_some(db::Write& tx, const UserId& user, int batch) {
    end_sessions(tx, user);
    account_store::remove_password(tx, user);
    account_store::remove_identities(tx, user);
    trace_store::erase_devices_and_mail_tokens(tx, user);
    return trace_store::erase_audit(tx, user, batch) < batch;
}

NewSession AuthService::create_session(db::Write& tx, const UserId& user, const SessionStart& start,
                                       const std::optional<std::string>& token) {
    return parts_->sessions.begin(tx, user, start, token);
}

std::vector<SessionId> AuthService::living_sessions(db::Read& tx, std::span<const SessionId> sessions) {
    return session_store::living(tx, sessions, parts_->core.clock.now());
}

std::string AuthService::hash_password(std::string_view password) {
    return integrations::hash_password(password);
}

void AuthService::set_password_hash(db::Write& tx, const UserId& user, std::string_view hash) {
    account_store::set_password(tx, user, hash, parts_->core.clock.now());
    parts_->core.users.set_sign_in_methods(tx, user, true, parts_->core.users.account(tx, user).mfa_enabled);
}

Providers AuthService::Parts::providers() const {
    return {.password = true,
            .google = core.google_enabled(),
            .session_exchange = !core.options.session_exchange_url.empty(),
            .registration = core.options.allow_registration,
            .jwt = core.jwt_enabled()};
}

LogoutAllAnswer AuthService::Parts::logout_all(const Caller& me, const LogoutAll& in) const {
    LogoutAllAnswer answer;
    core.db.write([&](db::Write& tx) {
        answer.revoked = sessions.end_all(tx, me.id, SessionEndReason::logged_out,
                                          in.keep_current ? me.session_id : SessionId());
        if (answer.revoked == 0) return;
        audit.record(tx, me.id, me, "logout_all", Audit::Outcome::success, me.session_id);
        mails.alert(tx, core.users.account(tx, me.id), SecurityMatter::all_sessions_ended, me, std::nullopt);
    });
    return answer;
}

void AuthService::add_jobs(jobs::Jobs& jobs) {
    // 30 s, 1 min, 2 min, ... then every hour: 24 h in all.
    const jobs::RetryPolicy for_a_day{.attempts = 31, .first_delay = 30s, .longest_delay = 1h};
    jobs.on<SendMail>([this](const SendMail& job) { parts_->mails.send(job); }, for_a_day);
    jobs.on<StartPasswordReset>(
        [this](const StartPasswordReset& job) { parts_->passwords.start_reset(job); });
    jobs.every("auth_sweep", 1h, [this] { sweep(); });
}

void AuthService::sweep() {
    const Time now = parts_->core.clock.now();
    auto& db = parts_->core.db;
    sweep_all(db, [&](db::Write& tx) {
        const auto gone = session_store::remove_expired(tx, now, kSweepBatch);
        for (const auto& swept : gone) {
            tx.publish(SessionEnded{swept.session.session_id, swept.user_id, SessionEndReason::expired});
        }
        return static_cast<std::int64_t>(gone.size());
    });
    sweep_all(db, [&](db::Write& tx) {
        return session_store::remove_expired_refresh_tokens(tx, now, kSweepBatch);
    });
    sweep_all(db, [&](db::Write& tx) { return session_store::remove_expired_tickets(tx, now, kSweepBatch); });
    // A day longer than they are good for: they count against the limits on asking.
    sweep_all(
        db, [&](db::Write& tx) { return account_store::remove_old_mail_tokens(tx, now - 24h, kSweepBatch); });
    sweep_all(db, [&](db::Write& tx) { return account_store::remove_expired_states(tx, now, kSweepBatch); });
    // An hour longer: one that was redeemed in its last second may be asked for again.
    sweep_all(db, [&](db::Write& tx) {
        return account_store::remove_expired_sign_in_ids(tx, now - 1h, kSweepBatch);
    });
    sweep_all(db, [&](db::Write& tx) { return trace_store::remove_old_failures(tx, now - 1h, kSweepBatch); });
    sweep_all(db, [&](db::Write& tx) {
        return trace_store::remove_old_devices(tx, now - kAuditKeptFor, kSweepBatch);
    });
    sweep_all(db, [&](db::Write& tx) {
        return trace_store::remove_old_audit(tx, now - kAuditKeptFor, kSweepBatch);
    });
}

}  // namespace grover::auth
