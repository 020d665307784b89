#include "domains/auth/auth_audit.hpp"

#include "domains/auth/devices.hpp"
#include "domains/auth/trace_store.hpp"
#include "platform/base/place.hpp"

namespace grover::auth {
namespace {

struct AuditTag {
    static constexpr std::string_view prefix = "audit_", kind = "audit_id";
};

}  // namespace

void Audit::record(db::Write& tx, const std::optional<UserId>& user, const Caller& me, std::string_view event,
                   Outcome outcome, const SessionId& session) const {
    const Time now = core_.clock.now();
    trace_store::insert_audit(tx,
                              {.audit_id = IdSource::next_at<Id<AuditTag>>(now).str(),
                               .event = std::string(event),
                               .outcome = outcome == Outcome::success ? "success" : "failure",
                               .session_id = session.empty() ? std::nullopt : std::optional(session.str()),
                               .ip = std::string(me.address),
                               .user_agent = storable_user_agent(me.user_agent),
                               .created_at = now},
                              user);
}

AuditPage Audit::list(const Caller& me, const AuditList& in) const {
    const auto before = place_of(in.page.after);
    const std::int64_t skip = in.page.after.empty() ? in.page.skip : 0;
    if (skip > kMaxSkip) return {};
    auto rows = core_.db.read([&](db::Read& tx) {
        return trace_store::list_audit(tx, me.id, before.at, before.id, in.page.limit, skip);
    });
    AuditPage page;
    const bool more = rows.size() > static_cast<std::size_t>(in.page.limit);
    if (more) rows.pop_back();
    for (auto& row : rows) {
        page.items.push_back({.event = std::move(row.event),
                              .outcome = std::move(row.outcome),
                              .session_id = std::move(row.session_id),
                              .ip = std::move(row.ip),
                              .user_agent = std::move(row.user_agent),
                              .created_at = row.created_at});
    }
    if (more) page.next = place_text(rows.back().created_at, rows.back().audit_id);
    return page;
}

}  // namespace grover::auth
