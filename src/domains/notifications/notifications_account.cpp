// What becomes of a user's notifications when the account ends, and what an export holds of them (users.md §5).
#include "domains/notifications/causes.hpp"
#include "domains/notifications/notifications_parts.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {
namespace {

struct OwnNotification {
    NotificationId notification_id;
    std::string type;
    std::string content;
    Time created_at;

    static constexpr auto columns = Pack{
        db::column("notification_id", &OwnNotification::notification_id),
        db::column("type", &OwnNotification::type),
        db::column("content", &OwnNotification::content),
        db::column("created_at", &OwnNotification::created_at),
    };
    static constexpr auto fields = Pack{
        wire::field("notification_id", &OwnNotification::notification_id),
        wire::field("type", &OwnNotification::type),
        wire::field("content", &OwnNotification::content),
        wire::field("created_at", &OwnNotification::created_at),
    };
};

class NotificationsEraser final : public users::AccountEraser {
public:
    std::string_view name() const override { return "notifications"; }

    // Counters, settings, devices and what is queued go with the account itself.
    bool erase_some(db::Write& tx, const UserId& user, int batch) override {
        auto removed =
            tx.list<Removed>(sql::notifications::remove_some_of_user{.user_id = user, .limit = batch});
        if (removed.empty()) {
            removed = tx.list<Removed>(sql::notifications::remove_of_actor{.actor_id = user, .limit = batch});
        }
        count_removed(tx, removed);
        if (!removed.empty()) return false;
        return tx.exec(sql::notifications::remove_causes_of_user{.user_id = user, .limit = batch}) == 0;
    }
};

class NotificationsExport final : public users::ExportContributor {
public:
    explicit NotificationsExport(db::Database& db) : db_(db) {}

    void contribute(const UserId& user, users::ExportWriter& out) override {
        users::ListWriter list(out, "notifications.json");
        Position after{.at = Time{INT64_MIN}, .id = {}};
        for (auto page = next_page(user, after); !page.empty(); page = next_page(user, after)) {
            for (const auto& one : page) list.add(wire::to_json(one));
            after = {page.back().created_at, page.back().notification_id.str()};
        }
        list.end();
    }

private:
    std::vector<OwnNotification> next_page(const UserId& user, const Position& after) {
        return db_.read([&](db::Read& tx) {
            return tx.list<OwnNotification>(sql::notifications::texts_of_user{
                .user_id = user, .at = after.at, .id = after.id, .limit = 500});
        });
    }

    db::Database& db_;
};

}  // namespace

std::unique_ptr<users::AccountEraser> notifications_eraser() {
    return std::make_unique<NotificationsEraser>();
}

std::unique_ptr<users::ExportContributor> notifications_export(db::Database& db) {
    return std::make_unique<NotificationsExport>(db);
}

}  // namespace grover::notifications
