// Rows of failed attempts, devices and the audit. Private to domains/auth; decides nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/base/page.hpp"
#include "platform/db/db.hpp"

namespace grover::auth {

struct FailureRow {
    Time failed_at;
    std::int64_t wait_us = 0;

    static constexpr auto columns = Pack{
        db::column("failed_at", &FailureRow::failed_at),
        db::column("wait_us", &FailureRow::wait_us),
    };
};

struct AuditRow {
    std::string audit_id;
    std::string event;
    std::string outcome;
    std::optional<std::string> session_id;
    std::string ip;
    std::string user_agent;
    Time created_at;

    static constexpr auto columns = Pack{
        db::column("audit_id", &AuditRow::audit_id),
        db::column("event", &AuditRow::event),
        db::column("outcome", &AuditRow::outcome),
        db::column("session_id", &AuditRow::session_id),
        db::column("ip", &AuditRow::ip),
        db::column("user_agent", &AuditRow::user_agent),
        db::column("created_at", &AuditRow::created_at),
    };
};

namespace trace_store {

void insert_failure(db::Write& tx, std::string_view failure_id, std::string_view guard_key, Time now,
                    std::int64_t wait_us);
// Newest first.
std::vector<FailureRow> failures_since(db::Read& tx, std::string_view guard_key, Time since, int most);
void clear_failures(db::Write& tx, std::string_view guard_key);
std::int64_t remove_old_failures(db::Write& tx, Time before, int batch);

std::optional<Time> device_last_seen(db::Read& tx, const UserId& user, std::string_view fingerprint);
void see_device(db::Write& tx, const UserId& user, std::string_view fingerprint, Time now);
std::int64_t remove_old_devices(db::Write& tx, Time before, int batch);

void insert_audit(db::Write& tx, const AuditRow& row, const std::optional<UserId>& user);
// Newest first, after (before, before_id); one more than the page, if there is one.
std::vector<AuditRow> list_audit(db::Read& tx, const UserId& user, Time before, std::string_view before_id,
                                 int limit, std::int64_t skip);
std::int64_t remove_old_audit(db::Write& tx, Time before, int batch);

// Of one account, when it is erased.
std::int64_t erase_audit(db::Write& tx, const UserId& user, int batch);
void erase_devices_and_mail_tokens(db::Write& tx, const UserId& user);

}  // namespace trace_store
}  // namespace grover::auth
