// Accounts: made, found, changed by sign-in, suspended; and what other domains ask and count.
#include "domains/users/users_service.hpp"

#include <algorithm>

#include "domains/users/edges_store.hpp"
#include "domains/users/profile_rules.hpp"
#include "domains/users/usernames.hpp"
#include "domains/users/users_settings_store.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"
#include "sql/user_edges.hpp"
#include "sql/user_settings.hpp"
#include "sql/users.hpp"

namespace grover::users {

bool Ground::is_admin(const UserId& user) const {
    return std::ranges::find(options.admin_user_ids, user) != options.admin_user_ids.end();
}

std::optional<std::string> Ground::picture_url(const std::optional<std::string>& stored,
                                               std::string_view base_url) const {
    if (!stored || stored->starts_with("https://")) return stored;
    return pictures().url(*stored, base_url);
}

AccountGuard& Ground::guard() const {
    if (!plugs.guard) throw std::logic_error("no AccountGuard is plugged in");
    return *plugs.guard;
}

PictureStore& Ground::pictures() const {
    if (!plugs.pictures) throw std::logic_error("no PictureStore is plugged in");
    return *plugs.pictures;
}

UserId named_in_path(const Caller& me, const UserId& in_path) {
    return in_path.view() == "me" ? me.id : in_path;
}

UsersService::UsersService(db::Database& db, const Clock& clock, const IdSource& ids, Options options)
    : parts_(std::make_unique<Parts>(Ground{db, clock, ids, std::move(options), {}}, *this)) {}

UsersService::~UsersService() = default;

void UsersService::plug(Plugs plugs) { parts_->ground.plugs = std::move(plugs); }

// --- Accounts ---

UserId UsersService::create(db::Write& tx, const NewAccount& account) {
    const auto& ground = parts_->ground;
    const Time now = ground.clock.now();
    if (tx.exists(sql::users::is_email_reserved{.email = account.email, .now = now}))
        throw db::AlreadyExists("users.email");

    NewAccount stored = account;
    if (stored.picture && !is_picture_url(*stored.picture)) stored.picture.reset();
    const auto user = IdSource::next_at<UserId>(now);
    const auto take = [&](const std::string& name) {
        const std::vector<std::string_view> one{name};
        return store::taken_usernames(tx, user, one, now).empty() &&
               store::insert_user(tx, user, stored, name, now);
    };

    if (account.username) {
        if (!take(text::validate_username(*account.username))) throw conflict("Username already taken");
    } else {
        const std::string base = username_base(account.name);
        const bool base_is_good = base.size() >= kMinUsername && !text::is_reserved_username(base);
        if (!base_is_good || !take(base)) {
            const auto candidates = username_candidates(base, 16);
            if (std::ranges::none_of(candidates, take)) throw conflict("Username already taken");
        }
    }
    tx.publish(UserRegistered{user, now});
    return user;
}

std::optional<UserId> UsersService::find_by_email(db::Read& tx, std::string_view email) {
    return tx.find<UserId>(sql::users::find_id_by_email{.email = email});
}

AccountState UsersService::account(db::Read& tx, const UserId& user) {
    const auto row = store::find_identity(tx, user);
    return row ? parts_->views.account_of(*row) : AccountState{};
}

std::shared_ptr<const AccountState> UsersService::cached_account(db::Read& tx, const UserId& user) {
    return parts_->views.account(tx, user);
}

void UsersService::mark_email_verified(db::Write& tx, const UserId& user) {
    if (tx.exec(sql::users::set_email_verified{.now = parts_->ground.clock.now(), .user_id = user}) == 0)
        return;
    store::touch_identity(tx, user);
}

void UsersService::change_email(db::Write& tx, const UserId& user, std::string_view email, bool verified) {
    const Time now = parts_->ground.clock.now();
    if (tx.exists(sql::users::is_email_reserved{.email = email, .now = now}))
        throw db::AlreadyExists("users.email");
    tx.exec(sql::users::set_email{.email = email, .email_verified = verified, .now = now, .user_id = user});
    store::touch_identity(tx, user);
}

void UsersService::set_sign_in_methods(db::Write& tx, const UserId& user, bool has_password,
                                       bool mfa_enabled) {
    tx.exec(sql::users::set_sign_in_methods{
        .has_password = has_password, .mfa_enabled = mfa_enabled, .user_id = user});
    store::touch_identity(tx, user);
}

void UsersService::reactivate(db::Write& tx, const UserId& user) {
    if (tx.exec(sql::users::reactivate{.user_id = user}) == 0) return;
    store::touch_identity(tx, user);
    tx.publish(AccountShown{user});
}

void UsersService::suspend(db::Write& tx, const UserId& user) {
    if (!store::find_identity(tx, user)) throw user_not_found();
    if (tx.exec(sql::users::suspend{.now = parts_->ground.clock.now(), .user_id = user}) == 0) return;
    store::touch_identity(tx, user);
    parts_->ground.guard().end_sessions(tx, user);
    tx.publish(AccountHidden{.user_id = user});
}

void UsersService::unsuspend(db::Write& tx, const UserId& user) {
    if (!store::find_identity(tx, user)) throw user_not_found();
    if (tx.exec(sql::users::unsuspend{.user_id = user}) == 0) return;
    store::touch_identity(tx, user);
    tx.publish(AccountShown{user});
}

void UsersService::take_turn(db::Write& tx, const UserId& user) { store::lock_pair(tx, user, user); }

UsersService::Totals UsersService::totals(db::Read& tx) const {
    return *tx.find<Totals>(sql::users::count_accounts{});
}

// --- Views ---

Me UsersService::me(db::Read& tx, const UserId& user, std::string_view base_url) {
    const auto row = store::find_profile(tx, user);
    if (!row) throw user_not_found();
    return parts_->views.me_of(*row, base_url);
}

std::shared_ptr<const std::string> UsersService::me_json(db::Read& tx, const UserId& user,
                                                         std::string_view base_url) {
    return parts_->views.me_json(tx, user, base_url);
}

std::vector<std::shared_ptr<const UserCard>> UsersService::cards(db::Read& tx, std::span<const UserId> users,
                                                                 std::string_view base_url) {
    return parts_->views.cards(tx, users, base_url);
}

std::shared_ptr<const UserCard> UsersService::card(db::Read& tx, const UserId& user,
                                                   std::string_view base_url) {
    return parts_->views.cards(tx, {&user, 1}, base_url).front();
}

void UsersService::ask_account(db::Together& ask, std::shared_ptr<const AccountState>& out,
                               const UserId& user) {
    parts_->views.ask_account(ask, out, user);
}

void UsersService::ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, std::span<const UserId> users,
                             std::string_view base_url) {
    parts_->views.ask_cards(tx, ask, out, users, base_url);
}

void UsersService::ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, db::Together::Column users,
                             std::string_view base_url) {
    parts_->views.ask_cards(tx, ask, out, users, base_url);
}

void UsersService::ask_relations(db::Together& ask, AskedRelations& out, const UserId& viewer) {
    parts_->views.ask_relations(ask, out, viewer);
}

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

NotificationSettings UsersService::notification_settings(db::Read& tx, const UserId& user) {
    return store::notification_settings(tx, user);
}

static Reach read_reach(const db::Row& row) {
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

std::vector<Reach> UsersService::reach(db::Read& tx, const UserId& viewer, std::span<const UserId> users) {
    std::vector<Pair> pairs;
    pairs.reserve(users.size());
    for (const auto& user : users) pairs.push_back({viewer, user});
    std::vector<Reach> out;
    out.reserve(users.size());
    for (auto& one : reach(tx, pairs)) {
        if (one) out.push_back(std::move(*one));
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

PrivacySettings UsersService::privacy(db::Read& tx, const UserId& user) {
    return store::privacy_settings(tx, user);
}

bool UsersService::mutes_notifications(db::Read& tx, const UserId& recipient, const UserId& actor) {
    return tx.exists(sql::user_edges::mutes_notifications{
        .muter_id = recipient, .muted_id = actor, .now = parts_->ground.clock.now()});
}

// --- Changes that others make ---

void UsersService::add_posts_count(db::Write& tx, const UserId& user, std::int64_t delta) {
    tx.exec_soon(sql::users::add_posts_count{.delta = delta, .user_id = user});
    store::touch_profile(tx, user);
}

void UsersService::add_likes_received(db::Write& tx, const UserId& user, std::int64_t delta) {
    // Shown in the stats alone, which nothing keeps in memory.
    tx.exec_soon(sql::users::add_likes_count{.delta = delta, .user_id = user});
}

void UsersService::add_streams_count(db::Write& tx, const UserId& user, std::int64_t delta) {
    tx.exec(sql::users::add_streams_count{.delta = delta, .user_id = user});
}

void UsersService::set_premium(db::Write& tx, const UserId& user, bool is_premium) {
    if (tx.exec(sql::users::set_premium{.is_premium = is_premium, .user_id = user}) > 0)
        store::touch_identity(tx, user);
}

std::string UsersService::report(db::Write& tx, const UserId& reporter, std::string_view target_type,
                                 std::string_view target_id, std::string_view reason,
                                 std::string_view details) {
    const Time now = parts_->ground.clock.now();
    const auto report = IdSource::next_at<ReportId>(now);
    const bool is_new = tx.exists(sql::users::insert_report{
        .report_id = report,
        .reporter_id = reporter,
        .target_type = target_type,
        .target_id = target_id,
        .reason = reason,
        .details = details,
        .now = now,
    });
    if (is_new) return report.str();
    return tx.value<std::string>(
        sql::users::open_report{.reporter_id = reporter, .target_type = target_type, .target_id = target_id});
}

std::vector<UserId> UsersService::hiding_online(db::Read& tx, std::span<const UserId> users) {
    std::vector<std::string_view> ids;
    for (const auto& user : users) ids.push_back(user.view());
    return tx.list<UserId>(sql::user_settings::hiding_online{.users = ids});
}

std::vector<UserId> UsersService::followers_after(db::Read& tx, const UserId& user, FollowerPosition& after,
                                                  int limit) {
    std::vector<UserId> followers;
    // A copy: the statement reads its arguments while rows come.
    const FollowerPosition from = after;
    tx.each(
        sql::user_edges::followers_after{
            .user_id = user, .created_at = from.created_at, .follower_id = from.follower_id, .limit = limit},
        [&](const db::Row& row) {
            after = {row.get<Time>(0), row.get<UserId>(1)};
            followers.push_back(after.follower_id);
        });
    return followers;
}

bool UsersService::add_follow(db::Write& tx, const UserId& follower, const UserId& following, Time at) {
    return store::add_follow(tx, follower, following, at);
}

// --- Background work ---

void UsersService::run(const EraseAccount& job) { parts_->leaving.run(job); }
void UsersService::run(const BuildExport& job) { parts_->exports.run(job); }

void UsersService::sweep() {
    parts_->leaving.sweep();
    parts_->exports.sweep();
}

}  // namespace grover::users
