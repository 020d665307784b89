// Users: accounts, profiles, relations, settings, and leaving (contract/users.md). The public face of the domain.
//
// Whom may one see? `account status`, blocks and privacy are decided here, by sight(); posts and all that lies above ask.
// A user who is suspended, deactivated, waiting for deletion or deleted is hidden: to others they look like kDeletedUser.
//
// Everything taking db::Read& may be called from any thread that holds one; copies in memory are kept for each thread,
// validated by commit stamps, and used only for reads of a request (Read::snapshot() != 0). Inside a write only what takes
// db::Write& knows copies, which the thread that writes keeps (db/write_copies.hpp).
// Stamp keys: "<user_id>" identity and status of the user; "profile:<user_id>" that and everything else in Me, counters
// included; "rel:<user_id>" every edge (follow, request, block, mute) on either side of the user.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domains/users/relations.hpp"
#include "domains/users/users_events.hpp"
#include "domains/users/users_index.hpp"
#include "domains/users/users_objects.hpp"
#include "domains/users/users_plugs.hpp"
#include "domains/users/users_settings.hpp"
#include "platform/api/caller.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"
#include "platform/db/expect.hpp"
#include "platform/db/together.hpp"
#include "platform/db/unchanged.hpp"

namespace grover::api {
class Api;
}

namespace grover::users {

struct Options {
    std::vector<UserId> admin_user_ids;
    int max_follows_per_day = 200;
    int max_blocks_per_day = 100;
    int account_deletion_days = 30;
    std::chrono::days monetization_min_account_age{0};  // before it can be switched on
    std::string data_dir;                               // exports are written to <data_dir>/exports
    std::string link_secret;                            // signs download links of exports; at least 16 bytes
    std::string base_url;  // what links start with where no request says it: in exports
};

struct ReportTag {
    static constexpr std::string_view prefix = "report_", kind = "report_id";
};

// What sign-up hands over. The e-mail address and the name have passed validate_email and validate_name.
struct NewAccount {
    std::string email;
    bool email_verified = false;
    std::string name;
    std::optional<std::string>
        username;                        // as the person chose it, validated here; absent: made from the name
    std::optional<std::string> picture;  // an https URL; anything else is ignored
    bool has_password = false;
};

enum class AccountStatus : std::uint8_t { active, suspended, deactivated, leaving, unknown };

using ReportId = Id<ReportTag>;

// Where a walk over followers stands.
struct FollowerPosition {
    Time created_at{INT64_MIN};
    UserId follower_id;
};

struct AccountState {
    bool exists = false;
    AccountStatus status = AccountStatus::unknown;  // suspended wins over leaving, leaving over deactivated
    UserId user_id;
    std::string email;
    bool email_verified = false;
    std::string name;
    std::string username;
    bool has_password = false;
    bool mfa_enabled = false;
    bool is_admin = false;
    bool is_private = false;
    Time created_at;
    std::optional<Time> deletion_scheduled_at;

    bool suspended() const { return status == AccountStatus::suspended; }
    bool deactivated() const { return status == AccountStatus::deactivated; }
    bool leaving() const { return status == AccountStatus::leaving; }
};

// An author as lists show them: the summary, already serialised, and what visibility depends on.
struct UserCard {
    UserSummary summary;
    std::string json;  // of the summary
    // Members that posts and comments have of who wrote them: user, user_name, user_picture.
    std::string as_author;
    bool is_private = false;
    bool is_hidden = true;  // then these are those of kDeletedUser
    bool is_discoverable = false;
};

// An account as lists of strangers show it, members of the summary already serialised.
struct ProfileCard {
    UserSummary summary;
    std::string members;  // without braces
    std::string bio;
    Time created_at;
    std::int64_t followers_count = 0;
    bool is_hidden = true;
    bool is_private = false;
    bool is_discoverable = false;
};
using ProfileCardPtr = std::shared_ptr<const ProfileCard>;

// How many followers somebody won lately.
struct Growth {
    Time joined_at;
    std::int64_t followers_count = 0;
    // Since the beginning of the week and of the month that were asked for; at most 10,000 each.
    std::int64_t gained = 0, gained_in_month = 0;

    static constexpr auto columns = Pack{
        db::column("joined_at", &Growth::joined_at),
        db::column("followers_count", &Growth::followers_count),
        db::column("gained", &Growth::gained),
        db::column("gained_in_month", &Growth::gained_in_month),
    };
};

// Somebody whom people the viewer follows follow.
struct Acquaintance {
    UserId user_id;
    std::int64_t mutual_followers = 0;
    std::int64_t followers_count = 0;

    static constexpr auto columns = Pack{
        db::column("user_id", &Acquaintance::user_id),
        db::column("mutual_followers", &Acquaintance::mutual_followers),
        db::column("followers_count", &Acquaintance::followers_count),
    };
};

enum class Sight : std::uint8_t {
    everything,       // also the own account
    private_account,  // the profile and its counts; of content nothing: empty lists, 403 on a single object
    blocked,          // the viewer blocked this user: summary values only, empty lists
    nothing,          // hidden, unknown, or blocked the viewer: 404
};

// What one user is to another, as far as it decides what they see.
struct Bond {
    bool is_following = false;
    bool has_blocked = false;
    bool is_blocked_by = false;

    bool is_cut() const { return has_blocked || is_blocked_by; }

    static constexpr auto columns = Pack{
        db::column("is_following", &Bond::is_following),
        db::column("has_blocked", &Bond::has_blocked),
        db::column("is_blocked_by", &Bond::is_blocked_by),
    };
};

// What decides whether one user may write to another, add them to a group, see when they read something.
struct Reach {
    UserId user_id;
    bool is_hidden = true;       // suspended, deactivated or leaving: to others as if unknown
    bool has_blocked = false;    // the viewer blocked them
    bool is_blocked_by = false;  // they blocked the viewer
    bool is_following = false;   // the viewer follows them
    bool follows_viewer = false;
    Audience allow_messages = Audience::none;
    Audience allow_group_adds = Audience::none;
    bool show_read_receipts = true;

    bool is_cut() const { return has_blocked || is_blocked_by; }
    // Whether the viewer belongs to an audience that they chose.
    bool is_open_to(Audience audience) const {
        switch (audience) {
            case Audience::everyone:
                return true;
            case Audience::followers:
                return is_following;
            case Audience::following:
                return follows_viewer;
            case Audience::none:
                return false;
        }
        return false;
    }
};

// What is counted for somebody's own eyes.
struct OwnCounts {
    std::int64_t followers = 0;
    std::int64_t posts = 0;
    std::int64_t likes_received = 0;
    Cents earnings;
};

// Who asks, and about whom.
struct Pair {
    UserId viewer;
    UserId other;
};

// How a text names somebody, and which privacy setting of theirs decides.
enum class Address : std::uint8_t { mention, tag };

// Orders for platform/jobs; app registers UsersService::run for each.
struct EraseAccount {
    UserId user_id;
    static constexpr std::string_view name = "users.erase_account";
    static constexpr auto fields = Pack{wire::field("user_id", &EraseAccount::user_id)};
};
struct BuildExport {
    UserId user_id;
    std::string export_id;
    static constexpr std::string_view name = "users.build_export";
    static constexpr auto fields = Pack{
        wire::field("user_id", &BuildExport::user_id),
        wire::field("export_id", &BuildExport::export_id),
    };
};

// Cards and relations that are asked together with what else a page needs (db::Together). They outlive its run().
class AskedCards {
public:
    // Never null.
    std::shared_ptr<const UserCard> card(const UserId& user) const;

private:
    friend class Views;
    std::vector<std::string_view> ids_;
    std::unordered_map<UserId, std::shared_ptr<const UserCard>> found_;
};
class AskedRelations {
public:
    std::shared_ptr<const Relations> take();

private:
    friend class Views;
    std::shared_ptr<Relations> relations_;
};

class UsersService {
public:
    // References outlive the service.
    UsersService(db::Database& db, const Clock& clock, const IdSource& ids, Options options);
    ~UsersService();
    // Before the first request.
    void plug(Plugs plugs);

    // --- Accounts -----------------------------------------------------------------------------------------------------
    // Inserts the account with its settings and publishes UserRegistered. Throws db::AlreadyExists{"users.email"} for an
    // address in use (or still kept for a deleted account), 400 "Invalid username", 409 "Username already taken".
    UserId create(db::Write& tx, const NewAccount& account);
    // `email` as validate_email returns it. Also finds accounts that are hidden.
    std::optional<UserId> find_by_email(db::Read& tx, std::string_view email);
    AccountState account(db::Read& tx, const UserId& user);
    // The same for every request's authentication: from memory when current. Never null.
    std::shared_ptr<const AccountState> cached_account(db::Read& tx, const UserId& user);
    std::shared_ptr<const AccountState> cached_account(db::Write& tx, const UserId& user);
    void mark_email_verified(db::Write& tx, const UserId& user);
    // Throws db::AlreadyExists{"users.email"}.
    void change_email(db::Write& tx, const UserId& user, std::string_view email, bool verified);
    // Shown in Me; auth keeps them true.
    void set_sign_in_methods(db::Write& tx, const UserId& user, bool has_password, bool mfa_enabled);
    // Signing in to a deactivated account. No effect on any other.
    void reactivate(db::Write& tx, const UserId& user);
    // Ends sessions through AccountGuard. Both are idempotent; 404 "User not found".
    void suspend(db::Write& tx, const UserId& user);
    void unsuspend(db::Write& tx, const UserId& user);

    // Rules over several rows of one user ("at most three pinned posts") look first and write then. Who takes the user's turn
    // before looking is alone with it until the end of the transaction. On SQLite every writer is.
    void take_turn(db::Write& tx, const UserId& user);
    // Reads a whole index: for administrators.
    struct Totals {
        std::int64_t accounts = 0;
        std::int64_t posts = 0;
        static constexpr auto columns =
            Pack{db::column("accounts", &Totals::accounts), db::column("posts", &Totals::posts)};
    };
    Totals totals(db::Read& tx) const;

    // --- Views --------------------------------------------------------------------------------------------------------
    // Throws 404 "User not found".
    Me me(db::Read& tx, const UserId& user, std::string_view base_url);
    // The same as JSON, from memory when current: GET /auth/me.
    std::shared_ptr<const std::string> me_json(db::Read& tx, const UserId& user, std::string_view base_url);
    // One card for each id, in that order, never null; at most one statement.
    std::vector<std::shared_ptr<const UserCard>> cards(db::Read& tx, std::span<const UserId> users,
                                                       std::string_view base_url);
    std::shared_ptr<const UserCard> card(db::Read& tx, const UserId& user, std::string_view base_url);
    std::shared_ptr<const Relations> relations(db::Read& tx, const UserId& viewer);
    // Of their copy, on this thread.
    static db::CachePlace place_of_relations(const UserId& viewer);
    // The rows that those two, of a viewer and somebody whom they look at, are made of.
    static void add_rows_of_sight(db::Unchanged& rows, const UserId& viewer, const UserId& user);
    // The same from the store, as parts of one statement.
    void ask_account(db::Together& ask, std::shared_ptr<const AccountState>& out, const UserId& user);
    void ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, std::span<const UserId> users,
                   std::string_view base_url);
    // Of those that another part names.
    void ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, db::Together::Column users,
                   std::string_view base_url);
    void ask_relations(db::Together& ask, AskedRelations& out, const UserId& viewer);
    // One for each id, in that order, never null; at most one statement.
    std::vector<ProfileCardPtr> profiles(db::Read& tx, std::span<const UserId> users,
                                         std::string_view base_url);
    // Nothing for an account that is hidden or gone.
    std::optional<Growth> growth(db::Read& tx, const UserId& user, Time week, Time month);
    // Those with most mutual followers, then most followers, then by id, whom the viewer does not follow: in no order, as a
    // part of one statement. Reads at most 10,000 edges, from those followed last.
    void ask_followed_by_followed(db::Together& ask, std::vector<Acquaintance>& out, const UserId& viewer,
                                  int limit);
    // All zero for an account that is gone.
    OwnCounts own_counts(db::Read& tx, const UserId& user);
    // Whom the user asked to be allowed to follow.
    void ask_requested_by(db::Together& ask, std::vector<UserId>& out, const UserId& user);
    // Of one pair, at the same cost whomever the two follow: for writes, where relations() has no copy in memory.
    Bond bond(db::Read& tx, const UserId& viewer, const UserId& user);
    // Of each of these that exists, in no order; one statement.
    std::vector<Reach> reach(db::Read& tx, const UserId& viewer, std::span<const UserId> users);
    // The same for several who ask about one each: for each, in order; nothing: there is no such account.
    std::vector<std::optional<Reach>> reach(db::Read& tx, std::span<const Pair> pairs);
    // Who has this id, user name or name, in any case; at most 100.
    std::vector<UserId> named(db::Read& tx, std::string_view name);
    // Everybody in a block with this user, in either direction.
    std::vector<UserId> cut_off(db::Read& tx, const UserId& user);
    // The visibility rule of the domain (users.md §1 "Who sees what").
    static Sight sight(const Relations& viewer, const UserCard& author);
    static bool may_see_content_of(const Relations& viewer, const UserCard& author) {
        return sight(viewer, author) == Sight::everything;
    }
    // Throws 404 "User not found" for an account that this viewer must not know of.
    Sight require_sight(db::Read& tx, const UserId& viewer, const UserId& user);

    // Who is meant by names in a text of `author`: user ids or usernames, with or without "@", any case. In order, each
    // once; unknown and hidden users, blocks, and people whose settings leave the author out are dropped silently.
    std::vector<UserId> addressed(db::Read& tx, const UserId& author, std::span<const std::string> names,
                                  Address how);

    NotificationSettings notification_settings(db::Read& tx, const UserId& user);
    // One for each recipient that exists, in no order; `actor` is empty when nobody did it. One statement.
    std::vector<NoticeTerms> notice_terms(db::Read& tx, std::span<const UserId> recipients,
                                          const UserId& actor);
    // The same inside a write: without a statement for one recipient whom it has lately told.
    std::vector<NoticeTerms> notice_terms(db::Write& tx, std::span<const UserId> recipients,
                                          const UserId& actor);
    PrivacySettings privacy(db::Read& tx, const UserId& user);
    // Those of `users` that switched show_online off, ascending.
    std::vector<UserId> hiding_online(db::Read& tx, std::span<const UserId> users);
    // Those of `users` that switched auto_archive off, ascending.
    std::vector<UserId> not_archiving(db::Read& tx, std::span<const UserId> users);
    // Whose stories the user muted (scope `all` or `stories`), in no order.
    void ask_muted_stories(db::Together& ask, std::vector<UserId>& out, const UserId& user);
    // Whether `recipient` muted `actor` with scope `all` or `notifications`.
    bool mutes_notifications(db::Read& tx, const UserId& recipient, const UserId& actor);

    // --- Changes that others make -------------------------------------------------------------------------------------
    // Counters never go below zero. An unknown user is no error: it may just have been erased.
    void add_posts_count(db::Write& tx, const UserId& user, std::int64_t delta);
    void add_likes_received(db::Write& tx, const UserId& user, std::int64_t delta);
    void add_streams_count(db::Write& tx, const UserId& user, std::int64_t delta);
    void set_premium(db::Write& tx, const UserId& user, bool is_premium);
    // One open report of a pair: a repeat returns its id. `target_type` "user", "post", ...; what it names was checked.
    std::string report(db::Write& tx, const UserId& reporter, std::string_view target_type,
                       std::string_view target_id, std::string_view reason, std::string_view details);
    // Followers of a user, a page at a time, oldest edge first; `after` moves on. For fan-out.
    std::vector<UserId> followers_after(db::Read& tx, const UserId& user, FollowerPosition& after, int limit);
    // All of them, outside transactions, a page at a time.
    void each_follower(const UserId& user, FunctionRef<void(const UserId&)> on_follower);
    // An edge without rules, limits and notification, for seeds: false if it was there. Counters follow.
    bool add_follow(db::Write& tx, const UserId& follower, const UserId& following, Time at);

    // --- Background work ----------------------------------------------------------------------------------------------
    // Both may be run again after a crash at any point.
    void run(const EraseAccount& job);
    void run(const BuildExport& job);
    // Periodic, about once an hour: old tallies, reservations and export files go; overdue deletions are queued again.
    void sweep();

    // The rest of the domain, behind the endpoints.
    struct Parts;
    Parts& parts() { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

// All endpoints of users.md except GET /users/{user_id}/posts and /media (posts), and GET /auth/me (auth).
void add_users_api(api::Api& api, UsersService& users);

}  // namespace grover::users

#include "domains/users/listed_people.hpp"  // stands on UsersService
