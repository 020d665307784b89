// Who sees, reaches and addresses whom: what other domains ask of two people.
#include <algorithm>

#include "domains/users/edges_store.hpp"
#include "domains/users/listed_people.hpp"
#include "domains/users/profile_rules.hpp"
#include "domains/users/users_service.hpp"
#include "domains/users/users_settings_store.hpp"
#include "platform/text/utf8.hpp"
#include "sql/user_edges.hpp"
#include "sql/users.hpp"

namespace grover::users {
namespace {

Reach read_reach(const db::Row& row) {
    return {.user_id = UserId(row.text(0)),
            .is_hidden = row.integer(4) != 0,
            .has_blocked = row.integer(5) != 0,
            .is_blocked_by = row.integer(6) != 0,
            .is_following = row.integer(7) != 0,
            .follows_viewer = row.integer(8) != 0,
            .allow_messages = wire::enum_of<Audience>(row.text(1)).value_or(Audience::none),
            .allow_group_adds = wire::enum_of<Audience>(row.text(2)).value_or(Audience::none),
            .show_read_receipts = row.integer(3) != 0};
}

}  // namespace

std::shared_ptr<const Relations> UsersService::relations(db::Read& tx, const UserId& viewer) {
    return parts_->views.relations(tx, viewer);
}

void UsersService::add_rows_of_sight(db::Unchanged& rows, const UserId& viewer, const UserId& user) {
    rows.add(user.view());
    rows.add(store::StampKey(store::kRelationsStamp, viewer).view());
}

Bond UsersService::bond(db::Read& tx, const UserId& viewer, const UserId& user) {
    if (tx.snapshot() == 0) return store::find_bond(tx, viewer, user);
    const auto pair = parts_->views.pair(tx, viewer, user);
    return {.is_following = pair.is_following,
            .has_blocked = pair.has_blocked,
            .is_blocked_by = pair.is_blocked_by};
}

Sight UsersService::sight(const Relations& viewer, const UserCard& author) {
    const auto& user = author.summary.user_id;
    if (author.is_hidden || viewer.is_blocked_by(user)) return Sight::nothing;
    if (user == viewer.viewer()) return Sight::everything;
    if (viewer.has_blocked(user)) return Sight::blocked;
    if (author.is_private && !viewer.follows(user)) return Sight::private_account;
    return Sight::everything;
}

Sight UsersService::require_sight(db::Read& tx, const UserId& viewer, const UserId& user) {
    std::shared_ptr<const AccountState> account;
    Bond bond;
    if (tx.snapshot() == 0 && viewer != user) {
        // Nothing is in memory: both in one round trip.
        db::Together both;
        parts_->views.ask_account(both, account, user);
        both.add(sql::users::bond{.viewer = viewer, .user_id = user},
                 [&](const db::Row& row) { bond = db::read_row<Bond>(row); });
        both.run(tx);
    } else {
        account = parts_->views.account(tx, user);
        if (viewer != user) bond = this->bond(tx, viewer, user);
    }
    if (account->status != AccountStatus::active) throw user_not_found();
    if (viewer == user) return Sight::everything;
    if (bond.is_blocked_by) throw user_not_found();
    if (bond.has_blocked) return Sight::blocked;
    return account->is_private && !bond.is_following ? Sight::private_account : Sight::everything;
}

std::vector<UserId> UsersService::addressed(db::Read& tx, const UserId& author,
                                            std::span<const std::string> names, Address how) {
    std::vector<std::string> usernames;
    std::vector<std::string_view> ids;
    for (const auto& name : names) {
        const std::string_view bare =
            name.starts_with('@') ? std::string_view(name).substr(1) : std::string_view(name);
        ids.push_back(bare);
        usernames.push_back(text::lower_ascii(bare));
    }
    const std::vector<std::string_view> lower(usernames.begin(), usernames.end());

    struct Candidate {
        UserId user_id;
        std::string username;
    };
    std::vector<Candidate> candidates;
    tx.each(sql::users::addressees{.author = author, .ids = ids, .usernames = lower},
            [&](const db::Row& row) {
                const UserId user(row.text(0));
                const auto audience =
                    wire::enum_of<Audience>(row.text(how == Address::tag ? 2 : 3)).value_or(Audience::none);
                const bool author_follows = row.integer(4) != 0, follows_author = row.integer(5) != 0;
                const bool accepts = user == author || audience == Audience::everyone ||
                                     (audience == Audience::followers && author_follows) ||
                                     (audience == Audience::following && follows_author);
                if (accepts) candidates.push_back({user, std::string(row.text(1))});
            });

    std::vector<UserId> out;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        for (const auto& candidate : candidates) {
            if (candidate.user_id.view() != ids[i] && candidate.username != usernames[i]) continue;
            if (std::ranges::find(out, candidate.user_id) == out.end()) out.push_back(candidate.user_id);
        }
    }
    return out;
}

std::vector<Reach> UsersService::reach(db::Read& tx, const UserId& viewer, std::span<const UserId> users) {
    std::vector<Pair> pairs;
    pairs.reserve(users.size());
    for (const auto& user : users) pairs.push_back({viewer, user});
    std::vector<Reach> out;
    out.reserve(users.size());
    for (const auto& one : reach(tx, pairs)) {
        if (one) out.push_back(*one);
    }
    return out;
}

std::vector<std::optional<Reach>> UsersService::reach(db::Read& tx, std::span<const Pair> pairs) {
    std::vector<std::optional<Reach>> out(pairs.size());
    if (pairs.empty()) return out;
    const auto viewers = db::ids_of(pairs, &Pair::viewer);
    const auto others = db::ids_of(pairs, &Pair::other);
    tx.each(sql::users::reach{.viewers = viewers, .others = others},
            [&](const db::Row& row) { out[row.get<std::size_t>(9)] = read_reach(row); });
    return out;
}

std::vector<UserId> UsersService::named(db::Read& tx, std::string_view name) {
    return tx.list<UserId>(sql::users::named{
        .user_id = name, .username = text::lower_ascii(name), .name_key = text::fold(text::trim(name))});
}

std::vector<UserId> UsersService::cut_off(db::Read& tx, const UserId& user) {
    if (tx.snapshot() == 0) return tx.list<UserId>(sql::user_edges::cut_off{.user_id = user});
    const auto relations = this->relations(tx, user);
    auto out = relations->blocked();
    out.insert(out.end(), relations->blocked_by().begin(), relations->blocked_by().end());
    return out;
}

std::vector<NoticeTerms> UsersService::notice_terms(db::Read& tx, std::span<const UserId> recipients,
                                                    const UserId& actor) {
    return store::notice_terms(tx, recipients, actor, parts_->ground.clock.now());
}

std::vector<NoticeTerms> UsersService::notice_terms(db::Write& tx, std::span<const UserId> recipients,
                                                    const UserId& actor) {
    return store::notice_terms(tx, recipients, actor, parts_->ground.clock.now());
}

bool UsersService::mutes_notifications(db::Read& tx, const UserId& recipient, const UserId& actor) {
    return tx.exists(sql::user_edges::mutes_notifications{
        .muter_id = recipient, .muted_id = actor, .now = parts_->ground.clock.now()});
}

bool is_called(const UserSummary& user, std::string_view q) {
    return q.empty() || text::lower(user.name).find(q) != std::string::npos ||
           user.username.find(q) != std::string::npos;
}

}  // namespace grover::users
