#include "domains/users/leaving.hpp"

#include <filesystem>

#include "domains/users/edges_store.hpp"
#include "domains/users/exports.hpp"
#include "domains/users/users_store.hpp"
#include "sql/user_leaving.hpp"
#include "sql/users.hpp"

namespace grover::users {
namespace {

constexpr int kBatch = 500;
// E-mail and username are free again so long after the erasing.
constexpr std::chrono::days kReservation{30};

struct EdgeRow {
    UserId from, to;
};

template <class Statement>
std::vector<EdgeRow> some_edges(db::Read& tx, Statement statement) {
    std::vector<EdgeRow> out;
    tx.each(statement, [&](const db::Row& row) {
        out.push_back({UserId(row.text(0)), UserId(row.text(1))});
    });
    return out;
}

struct OverdueRow {
    UserId user_id;
    Time due;
    static constexpr auto columns = Pack{db::column("user_id", &OverdueRow::user_id),
                                         db::column("deletion_scheduled_at", &OverdueRow::due)};
};

// A second deletion after a restore is another order than the first, whose job may still wait.
std::string job_key(const UserId& user, Time due) { return user.str() + '.' + std::to_string(due.us); }

}  // namespace

Message Leaving::deactivate(const Caller& me, const UserDeactivate& in) const {
    ground_.guard().confirm_owner(me, in.current_password);
    return ground_.db.write([&](db::Write& tx) -> Message {
        if (tx.exec(sql::users::deactivate{.now = ground_.clock.now(), .user_id = me.id}) > 0) {
            store::touch_identity(tx, me.id);
            tx.publish(AccountHidden{.user_id = me.id});
        }
        ground_.guard().end_sessions(tx, me.id);
        return {"Account deactivated"};
    });
}

UserDeleteAnswer Leaving::schedule(const Caller& me, const UserDelete& in) const {
    const auto own = ground_.db.read([&](db::Read& tx) { return store::find_identity(tx, me.id); });
    if (!own) throw user_not_found();
    if (in.confirm != own->username) throw validation_error("Confirmation does not match");
    ground_.guard().confirm_owner(me, in.current_password);

    return ground_.db.write([&](db::Write& tx) -> UserDeleteAnswer {
        std::string matters;
        for (auto* obstacle : ground_.plugs.obstacles) {
            const auto matter = obstacle->open_matter(tx, me.id);
            if (!matter.empty()) matters += (matters.empty() ? ": " : ", ") + matter;
        }
        if (!matters.empty()) throw conflict("Pending payout or open dispute" + matters);

        const Time due = ground_.clock.now() + std::chrono::days{ground_.options.account_deletion_days};
        if (tx.exec(sql::user_leaving::schedule_deletion{.at = due, .user_id = me.id}) == 0) {
            throw conflict("Account is already scheduled for deletion");
        }
        store::touch_identity(tx, me.id);
        ground_.guard().end_sessions(tx, me.id);
        tx.publish(AccountHidden{.user_id = me.id, .leaving = true});
        tx.enqueue_once(job_key(me.id, due), EraseAccount{me.id}, due);
        return {"Account scheduled for deletion", due};
    });
}

UserAnswer Leaving::restore(const Caller& me) const {
    return ground_.db.write([&](db::Write& tx) -> UserAnswer {
        const bool restored =
            tx.exec(sql::user_leaving::cancel_deletion{.user_id = me.id, .now = ground_.clock.now()}) > 0;
        if (!restored) throw conflict("Account is not scheduled for deletion");
        store::touch_identity(tx, me.id);
        tx.publish(AccountShown{me.id});
        const auto row = store::find_profile(tx, me.id);
        return {"Account restored", views_.me_of(*row, me.base_url)};
    });
}

bool Leaving::is_due(const UserId& user) const {
    const auto row = ground_.db.read([&](db::Read& tx) { return store::find_identity(tx, user); });
    return row && row->deletion_scheduled_at && *row->deletion_scheduled_at <= ground_.clock.now();
}

void Leaving::run(const EraseAccount& job) const {
    if (!is_due(job.user_id)) return;
    for (auto* eraser : ground_.plugs.erasers) {
        while (
            !ground_.db.write([&](db::Write& tx) { return eraser->erase_some(tx, job.user_id, kBatch); })) {
        }
    }
    while (!ground_.db.write([&](db::Write& tx) { return erase_some_edges(tx, job.user_id); })) {
    }
    erase_account(job.user_id);
}

// True when no edge is left.
bool Leaving::erase_some_edges(db::Write& tx, const UserId& user) const {
    namespace q = sql::user_leaving;
    std::size_t found = 0;
    const auto each = [&](const std::vector<EdgeRow>& edges, auto remove) {
        found += edges.size();
        for (const auto& edge : edges) remove(edge);
    };
    const auto unfollow = [&](const EdgeRow& edge) {
        if (store::remove_follow(tx, edge.from, edge.to)) tx.publish(Unfollowed{edge.from, edge.to});
    };
    const auto withdraw = [&](const EdgeRow& edge) { store::remove_request(tx, edge.from, edge.to); };
    const auto unblock = [&](const EdgeRow& edge) { store::remove_block(tx, edge.from, edge.to); };
    each(some_edges(tx, q::some_follows_of{.user_id = user, .limit = kBatch}), unfollow);
    each(some_edges(tx, q::some_followers_of{.user_id = user, .limit = kBatch}), unfollow);
    each(some_edges(tx, q::some_requests_of{.user_id = user, .limit = kBatch}), withdraw);
    each(some_edges(tx, q::some_requests_to{.user_id = user, .limit = kBatch}), withdraw);
    each(some_edges(tx, q::some_blocks_of{.user_id = user, .limit = kBatch}), unblock);
    each(some_edges(tx, q::some_blocks_on{.user_id = user, .limit = kBatch}), unblock);
    return found == 0;
}

void Leaving::erase_account(const UserId& user) const {
    // Files before rows: a crash in between leaves rows that lead the next run here again.
    const auto exports = ground_.db.read([&](db::Read& tx) {
        return tx.list<store::ExportRow>(
            sql::user_leaving::list_exports{.user_id = user, .limit = kMaxPageSize});
    });
    for (const auto& row : exports) remove_archive(ground_, row.export_id);

    ground_.db.write([&](db::Write& tx) {
        const auto row = store::find_identity(tx, user);
        if (!row) return;
        const Time now = ground_.clock.now();
        if (row->picture && !row->picture->starts_with("https://"))
            ground_.pictures().release(tx, user, *row->picture);
        tx.exec(sql::user_leaving::delete_mutes_of{.user_id = user});
        for (const auto& muter : tx.list<UserId>(sql::user_leaving::delete_mutes_on{.user_id = user}))
            store::touch_relations(tx, muter);
        tx.exec(sql::user_leaving::delete_reports_on{.user_id = user});
        tx.exec(sql::users::insert_former_username{
            .username = row->username, .user_id = user, .now = now, .reserved_until = now + kReservation});
        tx.exec(sql::user_leaving::insert_former_email{.email = row->email,
                                                       .reserved_until = now + kReservation});
        tx.exec(sql::user_leaving::delete_user{.user_id = user});
        store::touch_identity(tx, user);
        store::touch_relations(tx, user);
        tx.publish(AccountDeleted{user});
    });
}

void Leaving::sweep() const {
    ground_.db.write([&](db::Write& tx) {
        const Time now = ground_.clock.now();
        tx.exec(sql::user_leaving::sweep_actions{.before = now - std::chrono::hours{24}});
        tx.exec(sql::user_leaving::sweep_former_usernames{.now = now});
        tx.exec(sql::user_leaving::sweep_former_emails{.now = now});
        tx.exec(sql::user_leaving::sweep_mutes{.now = now});
        // A deletion whose job was lost or parked is ordered again.
        const auto overdue =
            tx.list<OverdueRow>(sql::user_leaving::overdue_deletions{.now = now, .limit = 100});
        for (const auto& row : overdue)
            tx.enqueue_once(job_key(row.user_id, row.due), EraseAccount{row.user_id}, now);
    });
}

}  // namespace grover::users
