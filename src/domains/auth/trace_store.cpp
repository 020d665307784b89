#include "domains/auth/trace_store.hpp"

#include "sql/auth_traces.hpp"

namespace grover::auth::trace_store {
namespace {

namespace sql = grover::sql::auth_traces;

}  // namespace

void insert_failure(db::Write& tx, std::string_view failure_id, std::string_view guard_key, Time now,
                    std::int64_t wait_us) {
    tx.exec(sql::insert_failure{
        .failure_id = failure_id, .guard_key = guard_key, .now = now, .wait_us = wait_us});
}

std::vector<FailureRow> failures_since(db::Read& tx, std::string_view guard_key, Time since, int most) {
    return tx.list<FailureRow>(sql::failures_since{.guard_key = guard_key, .since = since, .most = most});
}

void clear_failures(db::Write& tx, std::string_view guard_key) {
    tx.exec(sql::clear_failures{.guard_key = guard_key});
}

std::int64_t remove_old_failures(db::Write& tx, Time before, int batch) {
    return tx.exec(sql::delete_old_failures{.before = before, .batch = batch});
}

std::optional<Time> device_last_seen(db::Read& tx, const UserId& user, std::string_view fingerprint) {
    return tx.find<Time>(sql::device_last_seen{.user_id = user, .fingerprint = fingerprint});
}

void see_device(db::Write& tx, const UserId& user, std::string_view fingerprint, Time now) {
    tx.exec(sql::see_device{.user_id = user, .fingerprint = fingerprint, .now = now});
}

std::int64_t remove_old_devices(db::Write& tx, Time before, int batch) {
    return tx.exec(sql::delete_old_devices{.before = before, .batch = batch});
}

void insert_audit(db::Write& tx, const AuditRow& row, const std::optional<UserId>& user) {
    tx.exec(sql::insert_audit{.audit_id = row.audit_id,
                              .user_id = user,
                              .event = row.event,
                              .outcome = row.outcome,
                              .session_id = row.session_id,
                              .ip = row.ip,
                              .user_agent = row.user_agent,
                              .now = row.created_at});
}

std::vector<AuditRow> list_audit(db::Read& tx, const UserId& user, Time before, std::string_view before_id,
                                 int limit, std::int64_t skip) {
    return tx.list<AuditRow>(sql::audit_of{
        .user_id = user, .before = before, .before_id = before_id, .limit = limit + 1, .skip = skip});
}

std::int64_t remove_old_audit(db::Write& tx, Time before, int batch) {
    return tx.exec(sql::delete_old_audit{.before = before, .batch = batch});
}

std::int64_t erase_audit(db::Write& tx, const UserId& user, int batch) {
    return tx.exec(sql::erase_audit_of{.user_id = user, .batch = batch});
}

void erase_devices_and_mail_tokens(db::Write& tx, const UserId& user) {
    tx.exec(sql::erase_devices_of{.user_id = user});
    tx.exec(sql::erase_mail_tokens_of{.user_id = user});
}

}  // namespace grover::auth::trace_store
