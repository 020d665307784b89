// Endpoints of leaving: deactivation, deletion, restoring, data export (contract/users.md §5).
#pragma once

#include "domains/users/users_api.hpp"

namespace grover::users {

struct UserDeactivate {
    std::optional<std::string> current_password;

    static constexpr api::RouteError errors[] = {{400, "Current password is incorrect"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/me/deactivate",
                                 .summary = "Hide the account until the next sign-in."};
    static constexpr auto fields =
        Pack{field("current_password", &UserDeactivate::current_password, in_body)};
};

struct UserDelete {
    std::string confirm;
    std::optional<std::string> current_password;

    static constexpr api::RouteError errors[] = {{400, "Confirmation does not match"},
                                                 {400, "Current password is incorrect"},
                                                 {409, "Pending payout or open dispute"},
                                                 {409, "Account is already scheduled for deletion"}};
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/users/me",
                                 .summary = "Schedule the account for deletion.",
                                 .limit = RateClass::export_,
                                 .status = 202};
    static constexpr auto fields = Pack{
        field("confirm", &UserDelete::confirm, in_body | in_query, wire::summary("the own username")),
        field("current_password", &UserDelete::current_password, in_body),
    };
};

struct UserDeleteAnswer {
    std::string message;
    Time deletion_scheduled_at;
    static constexpr auto fields = Pack{
        field("message", &UserDeleteAnswer::message),
        field("deletion_scheduled_at", &UserDeleteAnswer::deletion_scheduled_at),
    };
};

struct UserRestore {
    static constexpr api::RouteError errors[] = {{409, "Account is not scheduled for deletion"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/me/restore",
                                 .summary = "Keep an account that was scheduled for deletion.",
                                 .open_while_leaving = true};
    static constexpr auto fields = Pack{};
};

struct ExportTag {
    static constexpr std::string_view prefix = "export_", kind = "export_id";
};
using ExportId = Id<ExportTag>;

enum class ExportStatus : std::uint8_t { queued, running, ready, failed, expired };
constexpr std::array<std::string_view, 5> enum_names(ExportStatus) {
    return {"queued", "running", "ready", "failed", "expired"};
}

struct Export {
    ExportId export_id;
    ExportStatus status = ExportStatus::queued;
    Time created_at;
    std::optional<Time> ready_at;
    std::optional<Time> expires_at;
    std::optional<std::int64_t> size_bytes;
    std::optional<std::string> url;  // while it is ready

    static constexpr auto fields = Pack{
        field("export_id", &Export::export_id),
        field("status", &Export::status),
        field("created_at", &Export::created_at),
        field("ready_at", &Export::ready_at),
        field("expires_at", &Export::expires_at),
        field("size_bytes", &Export::size_bytes),
        field("url", &Export::url),
    };
};
static_assert(wire::describes_every_member<Export>);

struct ExportCreate {
    static constexpr api::RouteError errors[] = {{429, "Only one export in 24 hours"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/users/me/export",
                                 .summary = "Ask for a copy of all own data.",
                                 .limit = RateClass::export_,
                                 .status = 202};
    static constexpr auto fields = Pack{};
};

struct ExportList {
    static constexpr Route route{
        .method = Method::get, .path = "/users/me/export", .summary = "The own exports, newest first."};
    static constexpr auto fields = Pack{};
};

struct ExportGet {
    ExportId export_id;

    static constexpr api::RouteError errors[] = {{404, "Export not found"}};
    static constexpr Route route{
        .method = Method::get, .path = "/users/me/export/{export_id}", .summary = "One export."};
    static constexpr auto fields = Pack{field("export_id", &ExportGet::export_id, in_path)};
};

struct ExportDownload {
    ExportId export_id;
    std::string token;

    static constexpr api::RouteError errors[] = {{404, "Export not found"},
                                                 {403, "This link is not valid or has expired"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/users/me/export/{export_id}/download",
                                 .summary = "The archive behind Export.url.",
                                 .cache_control = "private, no-store"};
    static constexpr auto fields = Pack{
        field("export_id", &ExportDownload::export_id, in_path),
        field("token", &ExportDownload::token, in_query),
    };
};

}  // namespace grover::users
