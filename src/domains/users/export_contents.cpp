#include "domains/users/export_contents.hpp"

#include "domains/users/users_settings_store.hpp"
#include "domains/users/users_store.hpp"
#include "domains/users/users_views.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/user_leaving.hpp"

namespace grover::users {
namespace {

constexpr int kRowsAtOnce = 1'000;

struct ExportedSettings {
    NotificationSettings notifications;
    PrivacySettings privacy;
    static constexpr auto fields = Pack{
        wire::field("notifications", &ExportedSettings::notifications),
        wire::field("privacy", &ExportedSettings::privacy),
    };
};

struct ExportedEdge {
    UserId user_id;
    Time created_at;
    static constexpr auto columns = Pack{
        db::column("user_id", &ExportedEdge::user_id),
        db::column("created_at", &ExportedEdge::created_at),
    };
    static constexpr auto fields = Pack{
        wire::field("user_id", &ExportedEdge::user_id),
        wire::field("created_at", &ExportedEdge::created_at),
    };
};

struct ExportedMute {
    UserId user_id;
    std::string scope;
    std::optional<Time> until;
    Time created_at;
    static constexpr auto fields = Pack{
        wire::field("user_id", &ExportedMute::user_id),
        wire::field("scope", &ExportedMute::scope),
        wire::field("until", &ExportedMute::until),
        wire::field("created_at", &ExportedMute::created_at),
    };
};

// `load(after)` returns up to kRowsAtOnce edges behind the last one written: the store is not held while the disk is.
template <class Load>
void write_edges(ExportWriter& out, std::string_view key, Load load) {
    out.text("\"" + std::string(key) + "\":[");
    ExportedEdge last;
    for (bool first = true;;) {
        const std::vector<ExportedEdge> edges = load(last);
        std::string text;
        for (const auto& edge : edges) {
            if (!first) text += ",\n";
            first = false;
            wire::write(text, edge);
        }
        out.text(text);
        if (edges.size() < kRowsAtOnce) break;
        last = edges.back();
    }
    out.text("]");
}

}  // namespace

void contribute_own(const Ground& ground, const UserId& user, ExportWriter& out) {
    namespace q = sql::user_leaving;
    auto& db = ground.db;

    out.begin("profile.json");
    out.text(db.read([&](db::Read& tx) {
        const auto row = store::find_profile(tx, user);
        if (!row) throw user_not_found();
        return wire::to_json(Views(ground).me_of(*row, ground.options.base_url));
    }));

    out.begin("settings.json");
    out.text(db.read([&](db::Read& tx) {
        return wire::to_json(
            ExportedSettings{store::notification_settings(tx, user), store::privacy_settings(tx, user)});
    }));

    const auto edges = [&](auto statement) {
        return db.read([&](db::Read& tx) {
            std::vector<ExportedEdge> rows;
            tx.each(statement, [&](const db::Row& row) {
                rows.push_back({UserId(row.text(0)), Time{row.integer(1)}});
            });
            return rows;
        });
    };
    out.begin("follows.json");
    out.text("{");
    write_edges(out, "following", [&](const ExportedEdge& last) {
        return edges(q::all_follows{.user_id = user, .after = last.user_id, .limit = kRowsAtOnce});
    });
    out.text(",");
    write_edges(out, "followers", [&](const ExportedEdge& last) {
        return edges(q::all_followers{
            .user_id = user, .at = last.created_at, .after = last.user_id, .limit = kRowsAtOnce});
    });
    out.text(",\"requested\":" + wire::to_json(edges(q::all_requests{.user_id = user})) + "}");

    out.begin("blocks.json");
    const auto mutes = db.read([&](db::Read& tx) {
        std::vector<ExportedMute> rows;
        tx.each(q::all_mutes{.user_id = user}, [&](const db::Row& row) {
            rows.push_back({UserId(row.text(0)), std::string(row.text(1)), row.get<std::optional<Time>>(2),
                            Time{row.integer(3)}});
        });
        return rows;
    });
    out.text("{\"blocked\":" + wire::to_json(edges(q::all_blocks{.user_id = user})) +
             ",\"muted\":" + wire::to_json(mutes) + "}");
}

}  // namespace grover::users
