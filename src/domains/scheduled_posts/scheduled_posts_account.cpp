// What becomes of scheduled posts when the account ends, and what an export holds of them (users.md §5).
#include "domains/scheduled_posts/scheduled_posts_store.hpp"
#include "platform/wire/json_in.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::scheduled_posts {
namespace {

class Eraser final : public users::AccountEraser {
public:
    explicit Eraser(media::MediaService& media) : media_(media) {}

    std::string_view name() const override { return "scheduled_posts"; }

    bool erase_some(db::Write& tx, const UserId& user, int batch) override {
        const auto own = some_of_user(tx, user, batch);
        for (const auto& id : own) {
            media_.release(tx, {"scheduled_post", id.view()});
            remove(tx, id);
        }
        return own.empty();
    }

private:
    media::MediaService& media_;
};

struct Exported {
    ScheduledPostId scheduled_post_id;
    std::string content;
    std::optional<MediaId> media_id;
    std::optional<posts::PollDraft> poll;
    Time scheduled_time;
    Status status = Status::scheduled;
    std::optional<std::string> last_error;
    Time created_at;
    static constexpr auto fields = Pack{
        field("scheduled_post_id", &Exported::scheduled_post_id),
        field("content", &Exported::content),
        field("media_id", &Exported::media_id),
        field("poll", &Exported::poll),
        field("scheduled_time", &Exported::scheduled_time),
        field("status", &Exported::status),
        field("last_error", &Exported::last_error),
        field("created_at", &Exported::created_at),
    };
};

class Export final : public users::ExportContributor {
public:
    explicit Export(db::Database& db) : db_(db) {}

    void contribute(const UserId& user, users::ExportWriter& out) override {
        users::ListWriter list(out, "scheduled_posts.json");
        Place after;
        while (true) {
            const auto rows =
                db_.read([&](db::Read& tx) { return list_changed(tx, user, std::nullopt, after, 200, 0); });
            if (rows.empty()) break;
            for (const auto& row : rows) {
                const auto draft = wire::read<posts::PostDraft>(row.draft);
                list.add(
                    wire::to_json(Exported{row.scheduled_post_id, draft.content, draft.media_id, draft.poll,
                                           row.scheduled_time, row.status, row.last_error, row.created_at}));
            }
            after = {rows.back().updated_at, rows.back().scheduled_post_id.str()};
        }
        list.end();
    }

private:
    db::Database& db_;
};

}  // namespace

std::unique_ptr<users::AccountEraser> scheduled_posts_eraser(media::MediaService& media) {
    return std::make_unique<Eraser>(media);
}

std::unique_ptr<users::ExportContributor> scheduled_posts_export(db::Database& db) {
    return std::make_unique<Export>(db);
}

}  // namespace grover::scheduled_posts
