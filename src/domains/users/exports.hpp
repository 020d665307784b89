// The copy of all own data, as a ZIP file (contract/users.md §5).
#pragma once

#include "domains/users/leaving_api.hpp"
#include "domains/users/users_parts.hpp"
#include "platform/api/cursor.hpp"

namespace grover::users {

namespace store {

struct ExportRow {
    ExportId export_id;
    UserId user_id;
    std::string status;
    Time created_at;
    std::optional<Time> ready_at;
    std::optional<Time> expires_at;
    std::optional<std::int64_t> size_bytes;

    static constexpr auto columns = Pack{
        db::column("export_id", &ExportRow::export_id),   db::column("user_id", &ExportRow::user_id),
        db::column("status", &ExportRow::status),         db::column("created_at", &ExportRow::created_at),
        db::column("ready_at", &ExportRow::ready_at),     db::column("expires_at", &ExportRow::expires_at),
        db::column("size_bytes", &ExportRow::size_bytes),
    };
};

}  // namespace store

class Exports {
public:
    explicit Exports(const Ground& ground);

    Export create(const Caller& me) const;
    std::vector<Export> list(const Caller& me) const;
    Export get(const Caller& me, const ExportId& id) const;
    void download(const Caller& me, const ExportDownload& in, api::Reply& reply) const;

    // Blocks on the disk: on a worker thread.
    void run(const BuildExport& job) const;
    void sweep() const;

private:
    Export view_of(const store::ExportRow& row, std::string_view base_url) const;
    store::ExportRow get_row(db::Read& tx, const UserId& user, const ExportId& id) const;

    const Ground& ground_;
    api::CursorCodec links_;
};

// No effect when there is none.
void remove_archive(const Ground& ground, const ExportId& id);

}  // namespace grover::users
