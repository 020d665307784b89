// What administrators do about reports and accounts (contract/system.md §9).
#pragma once

#include "domains/users/users_api.hpp"

namespace grover::users {

struct ReportView {
    ReportId report_id;
    std::optional<UserId> reporter_id;
    std::string target_type;
    std::string target_id;
    std::string reason;
    std::string details;
    std::string status;  // open, resolved
    std::optional<std::string> action;
    std::optional<UserId> resolved_by;
    std::optional<Time> resolved_at;
    Time created_at;

    static constexpr auto fields = Pack{
        field("report_id", &ReportView::report_id),     field("reporter_id", &ReportView::reporter_id),
        field("target_type", &ReportView::target_type), field("target_id", &ReportView::target_id),
        field("reason", &ReportView::reason),           field("details", &ReportView::details),
        field("status", &ReportView::status),           field("action", &ReportView::action),
        field("resolved_by", &ReportView::resolved_by), field("resolved_at", &ReportView::resolved_at),
        field("created_at", &ReportView::created_at),
    };
};

enum class ReportStatus : std::uint8_t { open, resolved };
constexpr std::array<std::string_view, 2> enum_names(ReportStatus) { return {"open", "resolved"}; }

struct ReportList {
    ReportStatus status = ReportStatus::open;
    PageRequest page;

    static constexpr Route route{.method = Method::get,
                                 .path = "/admin/reports",
                                 .summary = "Reports of any kind, oldest first: that is the order of work.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{
        field("status", &ReportList::status, in_query, wire::or_default),
        api::page(&ReportList::page),
    };
};

enum class ReportAction : std::uint8_t { dismiss, remove, warn, suspend };
constexpr std::array<std::string_view, 4> enum_names(ReportAction) {
    return {"dismiss", "remove", "warn", "suspend"};
}

struct ReportResolve {
    ReportId report_id;
    ReportAction action = ReportAction::dismiss;

    static constexpr api::RouteError errors[] = {{404, "Report not found"},
                                                 {409, "Report is already resolved"},
                                                 {400, "This cannot be removed"},
                                                 {400, "An administrator cannot be suspended"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/admin/reports/{report_id}/resolve",
                                 .summary = "Dismiss a report, or remove, warn or suspend because of it.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{
        field("report_id", &ReportResolve::report_id, in_path),
        field("action", &ReportResolve::action, in_body | in_query),
    };
};

struct UserSuspend {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "User not found"},
                                                 {400, "An administrator cannot be suspended"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/admin/users/{user_id}/suspend",
                                 .summary = "Hide an account and end its sessions.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{field("user_id", &UserSuspend::user_id, in_path)};
};

struct UserUnsuspend {
    UserId user_id;

    static constexpr api::RouteError errors[] = {{404, "User not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/admin/users/{user_id}/unsuspend",
                                 .summary = "Show a suspended account again.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{field("user_id", &UserUnsuspend::user_id, in_path)};
};

}  // namespace grover::users
