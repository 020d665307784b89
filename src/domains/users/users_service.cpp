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

std::shared_ptr<const AccountState> UsersService::cached_account(db::Write& tx, const UserId& user) {
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

db::CachePlace UsersService::place_of_relations(const UserId& viewer) {
    return Views::place_of_relations(viewer);
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

// --- Settings ---

NotificationSettings UsersService::notification_settings(db::Read& tx, const UserId& user) {
    return store::notification_settings(tx, user);
}

PrivacySettings UsersService::privacy(db::Read& tx, const UserId& user) {
    return store::privacy_settings(tx, user);
}

std::vector<UserId> UsersService::hiding_online(db::Read& tx, std::span<const UserId> users) {
    std::vector<std::string_view> ids;
    for (const auto& user : users) ids.push_back(user.view());
    return tx.list<UserId>(sql::user_settings::hiding_online{.users = ids});
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

std::vector<UserId> UsersService::not_archiving(db::Read& tx, std::span<const UserId> users) {
    if (users.empty()) return {};
    return tx.list<UserId>(sql::user_settings::not_archiving{.users = db::ids_of(users)});
}

void UsersService::ask_muted_stories(db::Together& ask, std::vector<UserId>& out, const UserId& user) {
    ask.add(sql::user_edges::muted_stories{.muter_id = user, .now = parts_->ground.clock.now()},
            [&out](const db::Row& row) { out.push_back(row.get<UserId>(0)); });
}

void UsersService::each_follower(const UserId& user, FunctionRef<void(const UserId&)> on_follower) {
    constexpr int kAtOnce = 1'000;
    FollowerPosition after;
    while (true) {
        const auto followers =
            parts_->ground.db.read([&](db::Read& tx) { return followers_after(tx, user, after, kAtOnce); });
        for (const auto& follower : followers) on_follower(follower);
        if (std::ssize(followers) < kAtOnce) return;
    }
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
