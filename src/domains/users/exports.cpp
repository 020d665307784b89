#include "domains/users/exports.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "domains/users/edges_store.hpp"
#include "domains/users/export_contents.hpp"
#include "platform/archive/zip_writer.hpp"
#include "sql/user_leaving.hpp"

namespace grover::users {
namespace {

constexpr std::chrono::hours kBetweenExports{24};
constexpr std::chrono::days kLinkLife{7};
constexpr int kListed = 100;

std::filesystem::path archive_path(const Ground& ground, const ExportId& id) {
    return std::filesystem::path(ground.options.data_dir) / "exports" / (id.str() + ".zip");
}

// A link names its archive and its end; the route it is bound to is that of the download.
std::string link_text(const ExportId& id, Time expires_at) {
    return id.str() + '.' + std::to_string(expires_at.us);
}

class ZipExport final : public ExportWriter {
public:
    explicit ZipExport(archive::ZipWriter& zip) : zip_(zip) {}
    void begin(std::string_view file_name) override { zip_.begin(file_name); }
    void text(std::string_view piece) override { zip_.write(piece); }
    void file(std::string_view file_name, const std::string& path) override {
        zip_.add_file(file_name, path);
    }

private:
    archive::ZipWriter& zip_;
};

// Handed on in pieces of about this size.
constexpr std::size_t kExportPiece = 64 * 1024;

}  // namespace

ListWriter::ListWriter(ExportWriter& out, std::string_view file_name) : out_(out) { out_.begin(file_name); }

void ListWriter::add(std::string_view json) {
    if (!std::exchange(is_empty_, false)) piece_ += ",\n";
    piece_ += json;
    if (piece_.size() < kExportPiece) return;
    out_.text(piece_);
    piece_.clear();
}

void ListWriter::end() { out_.text(piece_ + ']'); }

Exports::Exports(const Ground& ground) : ground_(ground), links_(ground.options.link_secret) {}

void remove_archive(const Ground& ground, const ExportId& id) {
    std::error_code ignored;
    std::filesystem::remove(archive_path(ground, id), ignored);
}

Export Exports::view_of(const store::ExportRow& row, std::string_view base_url) const {
    Export out{
        .export_id = row.export_id,
        .status = wire::enum_of<ExportStatus>(row.status).value(),
        .created_at = row.created_at,
        .ready_at = row.ready_at,
        .expires_at = row.expires_at,
        .size_bytes = row.size_bytes,
    };
    if (out.status != ExportStatus::ready) return out;
    if (*row.expires_at <= ground_.clock.now()) {
        out.status = ExportStatus::expired;
    } else {
        out.url = std::string(base_url) + "/api/users/me/export/" + row.export_id.str() + "/download?token=" +
                  links_.seal(ExportDownload::route.path, link_text(row.export_id, *row.expires_at));
    }
    return out;
}

store::ExportRow Exports::get_row(db::Read& tx, const UserId& user, const ExportId& id) const {
    auto row = tx.find<store::ExportRow>(sql::user_leaving::find_export{.export_id = id, .user_id = user});
    if (!row) throw not_found("Export not found");
    return std::move(*row);
}

Export Exports::create(const Caller& me) const {
    return ground_.db.write([&](db::Write& tx) -> Export {
        store::lock_pair(tx, me.id, me.id);
        const Time now = ground_.clock.now();
        const auto last =
            tx.find<store::ExportRow>(sql::user_leaving::list_exports{.user_id = me.id, .limit = 1});
        if (last && (last->status == "queued" || last->status == "running"))
            return view_of(*last, me.base_url);
        if (last && last->status != "failed" && last->created_at + kBetweenExports > now) {
            const auto wait =
                std::chrono::ceil<std::chrono::seconds>(last->created_at + kBetweenExports - now);
            throw rate_limited(wait, "Only one export in 24 hours");
        }
        const auto id = IdSource::next_at<ExportId>(now);
        tx.exec(sql::user_leaving::insert_export{.export_id = id, .user_id = me.id, .now = now});
        tx.enqueue_once(id.view(), BuildExport{me.id, id.str()}, now);
        return view_of(get_row(tx, me.id, id), me.base_url);
    });
}

std::vector<Export> Exports::list(const Caller& me) const {
    return ground_.db.read([&](db::Read& tx) {
        std::vector<Export> out;
        for (const auto& row :
             tx.list<store::ExportRow>(sql::user_leaving::list_exports{.user_id = me.id, .limit = kListed})) {
            out.push_back(view_of(row, me.base_url));
        }
        return out;
    });
}

Export Exports::get(const Caller& me, const ExportId& id) const {
    return ground_.db.read([&](db::Read& tx) { return view_of(get_row(tx, me.id, id), me.base_url); });
}

void Exports::download(const Caller& me, const ExportDownload& in, api::Reply& reply) const {
    const auto row = ground_.db.read([&](db::Read& tx) { return get_row(tx, me.id, in.export_id); });
    const bool is_ready = row.status == "ready" && row.expires_at && *row.expires_at > ground_.clock.now();
    // The token alone is not enough, nor is the session: the link is for the owner who was given it.
    const auto link = links_.open(ExportDownload::route.path, in.token);
    if (!is_ready || !link || *link != link_text(row.export_id, *row.expires_at))
        throw not_found("Export not found");

    const int fd = ::open(archive_path(ground_, row.export_id).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw not_found("Export not found");
    auto& response = reply.response();
    // From here on the response owns the descriptor.
    response.file = http::FileBody{.fd = fd};
    struct stat facts {};
    if (::fstat(fd, &facts) != 0) throw not_found("Export not found");
    response.file->length = static_cast<std::uint64_t>(facts.st_size);
    response.content_type = "application/zip";
    response.may_compress = false;
    reply.header("Content-Disposition", "attachment; filename=\"grover-export.zip\"");
}

void Exports::run(const BuildExport& job) const {
    const ExportId id(job.export_id);
    const bool wanted = ground_.db.write(
        [&](db::Write& tx) { return tx.exec(sql::user_leaving::start_export{.export_id = id}) > 0; });
    if (!wanted) return;

    const auto path = archive_path(ground_, id);
    const auto unfinished = path.string() + ".part";
    try {
        std::filesystem::create_directories(path.parent_path());
        archive::ZipWriter zip(unfinished);
        ZipExport out(zip);
        contribute_own(ground_, job.user_id, out);
        for (auto* contributor : ground_.plugs.contributors) contributor->contribute(job.user_id, out);
        const auto size = static_cast<std::int64_t>(zip.finish());
        std::filesystem::rename(unfinished, path);
        ground_.db.write([&](db::Write& tx) {
            const Time now = ground_.clock.now();
            tx.exec(sql::user_leaving::finish_export{
                .now = now, .expires_at = now + kLinkLife, .size_bytes = size, .export_id = id});
            tx.publish(ExportReady{job.user_id, job.export_id});
        });
    } catch (const std::exception&) {
        // The owner sees that it failed, and may ask again; the job queue tries again as well.
        std::error_code ignored;
        std::filesystem::remove(unfinished, ignored);
        ground_.db.write([&](db::Write& tx) { tx.exec(sql::user_leaving::fail_export{.export_id = id}); });
        throw;
    }
}

void Exports::sweep() const {
    const auto expired = ground_.db.write([&](db::Write& tx) {
        return tx.list<ExportId>(sql::user_leaving::expire_exports{.now = ground_.clock.now()});
    });
    for (const auto& id : expired) remove_archive(ground_, id);
}

}  // namespace grover::users
