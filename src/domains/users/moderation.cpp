#include "domains/users/moderation.hpp"

#include "domains/users/users_store.hpp"
#include "platform/base/place.hpp"
#include "sql/moderation.hpp"

namespace grover::users {
namespace {

constexpr std::string_view kUser = "user";

struct EntryTag {
    static constexpr std::string_view prefix = "modlog_";
    static constexpr std::string_view kind = "entry_id";
};

struct ReportRow : ReportView {
    static constexpr auto columns = Pack{
        db::column("report_id", &ReportRow::report_id),
        db::column("reporter_id", &ReportRow::reporter_id),
        db::column("target_type", &ReportRow::target_type),
        db::column("target_id", &ReportRow::target_id),
        db::column("reason", &ReportRow::reason),
        db::column("details", &ReportRow::details),
        db::column("status", &ReportRow::status),
        db::column("action", &ReportRow::action),
        db::column("resolved_by", &ReportRow::resolved_by),
        db::column("resolved_at", &ReportRow::resolved_at),
        db::column("created_at", &ReportRow::created_at),
    };
};

}  // namespace

Page<ReportView> Moderation::reports(const ReportList& in) const {
    const auto after = place_of(in.page.after, {Time{INT64_MIN}, ""});
    const auto rows = ground_.db.read([&](db::Read& tx) {
        return tx.list<ReportRow>(
            sql::moderation::list_reports{.status = wire::name_of(in.status),
                                          .at = after.at,
                                          .id = after.id,
                                          .limit = in.page.limit + 1,
                                          .skip = in.page.after.empty() ? in.page.skip : 0});
    });
    Page<ReportView> out;
    for (const auto& row : rows) {
        if (out.items.size() == static_cast<std::size_t>(in.page.limit)) {
            const auto& last = out.items.back();
            out.next = place_text(last.created_at, last.report_id.view());
            break;
        }
        out.items.push_back(row);
    }
    return out;
}

Message Moderation::resolve(const Caller& admin, const ReportResolve& in) const {
    const auto action = wire::name_of(in.action);
    return ground_.db.write([&](db::Write& tx) -> Message {
        const auto report = tx.find<ReportRow>(sql::moderation::get_report{.report_id = in.report_id});
        if (!report) throw not_found("Report not found");
        const bool resolved = tx.exec(sql::moderation::resolve_report{
                                  .action = action,
                                  .admin_id = admin.id,
                                  .now = ground_.clock.now(),
                                  .report_id = in.report_id,
                              }) > 0;
        if (!resolved) throw conflict("Report is already resolved");
        if (in.action == ReportAction::remove) remove(tx, admin, report->target_type, report->target_id);
        if (in.action == ReportAction::warn || in.action == ReportAction::suspend) {
            // What was reported may be gone by now; then there is nobody left to act on.
            const auto owner = owner_of(tx, report->target_type, report->target_id);
            if (owner && in.action == ReportAction::suspend) suspend_in(tx, *owner);
            if (owner && in.action == ReportAction::warn)
                tx.publish(UserWarned{*owner, report->target_type, report->target_id, report->reason});
        }
        log(tx, admin, action, report->target_type, report->target_id, in.report_id);
        return {"Report resolved"};
    });
}

Message Moderation::suspend(const Caller& admin, const UserId& user) const {
    return ground_.db.write([&](db::Write& tx) -> Message {
        suspend_in(tx, user);
        log(tx, admin, "suspend", kUser, user.view());
        return {"User suspended"};
    });
}

Message Moderation::unsuspend(const Caller& admin, const UserId& user) const {
    return ground_.db.write([&](db::Write& tx) -> Message {
        users_.unsuspend(tx, user);
        log(tx, admin, "unsuspend", kUser, user.view());
        return {"User unsuspended"};
    });
}

void Moderation::suspend_in(db::Write& tx, const UserId& user) const {
    if (ground_.is_admin(user)) throw validation_error("An administrator cannot be suspended");
    users_.suspend(tx, user);
}

void Moderation::log(db::Write& tx, const Caller& admin, std::string_view action,
                     std::string_view target_type, std::string_view target_id,
                     const std::optional<ReportId>& report) const {
    const Time now = ground_.clock.now();
    tx.exec(sql::moderation::insert_entry{
        .entry_id = IdSource::next_at<Id<EntryTag>>(now),
        .admin_id = admin.id,
        .action = action,
        .target_type = target_type,
        .target_id = target_id,
        .report_id = report ? db::Arg(*report) : db::Arg(nullptr),
        .now = now,
    });
}

std::optional<UserId> Moderation::owner_of(db::Read& tx, std::string_view target_type,
                                           std::string_view target_id) const {
    if (target_type == kUser) {
        const UserId user{std::string(target_id)};
        return store::find_identity(tx, user) ? std::optional(user) : std::nullopt;
    }
    for (auto* content : ground_.plugs.reported) {
        if (content->target_type() == target_type) return content->owner_of(tx, target_id);
    }
    return std::nullopt;
}

void Moderation::remove(db::Write& tx, const Caller& admin, std::string_view target_type,
                        std::string_view target_id) const {
    for (auto* content : ground_.plugs.reported) {
        if (content->target_type() == target_type) return content->remove(tx, admin.id, target_id);
    }
    throw validation_error("This cannot be removed");
}

}  // namespace grover::users
