#include "domains/auth/auth_audit.hpp"

#include <charconv>
#include <limits>

#include "domains/auth/devices.hpp"
#include "domains/auth/trace_store.hpp"

namespace grover::auth {
namespace {

struct AuditTag {
    static constexpr std::string_view prefix = "audit_", kind = "audit_id";
};

// "<created_at>.<id>", as this file wrote it.
std::pair<Time, std::string> position_of(const std::string& text) {
    Time at{std::numeric_limits<std::int64_t>::max()};
    if (text.empty()) return {at, ""};
    const auto dot = text.find('.');
    if (dot == std::string::npos ||
        std::from_chars(text.data(), text.data() + dot, at.us).ec != std::errc{}) {
        throw validation_error("Invalid cursor");
    }
    return {at, text.substr(dot + 1)};
}

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
    const auto [before, before_id] = position_of(in.page.after);
    const std::int64_t skip = in.page.after.empty() ? in.page.skip : 0;
    if (skip > kMaxSkip) return {};
    auto rows = core_.db.read([&](db::Read& tx) {
        return trace_store::list_audit(tx, me.id, before, before_id, in.page.limit, skip);
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
    if (more) page.next = std::to_string(rows.back().created_at.us) + "." + rows.back().audit_id;
    return page;
}

}  // namespace grover::auth
