#include "domains/users/users_views.hpp"

#include <bit>
#include <unordered_map>

#include "platform/base/prefetch.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/db/write_copies.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/user_edges.hpp"
#include "sql/users.hpp"

namespace grover::users {
namespace {

using CardPtr = std::shared_ptr<const UserCard>;

// A copy whose links start with base_url.
template <class T>
struct Linked {
    std::string base_url;
    std::shared_ptr<const T> value;
};

struct PublicProfile {
    bool is_hidden = true;
    UserSummary summary;
    std::string members;  // of ProfileBasis, without braces
};

// What is known of one pair, while neither side's edges changed.
struct KnownPair {
    std::uint64_t viewer_version = 0;
    std::uint64_t user_version = 0;
    store::PairRow row;
};

template <class T>
db::RowCache<T>& cache_of(const char* name) {
    thread_local db::RowCache<T> cache{name};
    return cache;
}

auto& account_cache() { return cache_of<std::shared_ptr<const AccountState>>("accounts"); }
auto& card_cache() { return cache_of<Linked<UserCard>>("user_cards"); }
auto& me_cache() { return cache_of<Linked<std::string>>("me"); }
auto& profile_cache() { return cache_of<Linked<PublicProfile>>("profiles"); }
auto& relations_cache() { return cache_of<std::shared_ptr<const Relations>>("relations"); }
auto& version_cache() { return cache_of<std::uint64_t>("edge_versions"); }
auto& pair_cache() { return cache_of<KnownPair>("user_pairs"); }

// A number that stays the same on this thread for as long as no edge of the user changes.
std::uint64_t edge_version(db::Read& tx, const UserId& user) {
    thread_local std::uint64_t last = 0;
    const store::StampKey key(store::kRelationsStamp, user);
    if (const auto* version = version_cache().find(tx, key.view())) return *version;
    version_cache().put(key.view(), ++last, sizeof(last), tx.snapshot());
    return last;
}

AccountStatus status_of(const store::IdentityRow& row) {
    if (row.suspended_at) return AccountStatus::suspended;
    if (row.deletion_scheduled_at) return AccountStatus::leaving;
    if (row.deactivated_at) return AccountStatus::deactivated;
    return AccountStatus::active;
}

void serialise(UserCard& card) {
    card.json = wire::to_json(card.summary);
    card.as_author = "\"user\":" + card.json + ",\"user_name\":";
    wire::append_string(card.as_author, card.summary.name);
    card.as_author += ",\"user_picture\":";
    wire::write(card.as_author, card.summary.picture);
}

const CardPtr& deleted_card() {
    static const CardPtr card = [] {
        auto made = std::make_shared<UserCard>();
        serialise(*made);
        return made;
    }();
    return card;
}

template <class Row>
void fill_basis(ProfileBasis& out, const Row& row, const Ground& ground, std::string_view base_url) {
    static_cast<UserSummary&>(out) = summary_of(row, ground, base_url);
    out.bio = row.bio;
    out.website = row.website;
    out.twitter = row.twitter;
    out.instagram = row.instagram;
    out.linkedin = row.linkedin;
    out.monetization_enabled = row.monetization == "on";
    out.followers_count = row.followers_count;
    out.following_count = row.following_count;
    out.posts_count = row.posts_count;
    out.created_at = row.created_at;
}

ViewerFlags flags_of(const store::PairRow& pair, Time now) {
    return {
        .is_following = pair.is_following,
        .follows_you = pair.follows_you,
        .follow_requested = pair.follow_requested,
        .is_blocked = pair.has_blocked,
        .is_muted = pair.muted_until > now,
        .mutual_followers = pair.mutual_followers,
    };
}

}  // namespace

class RelationsLoader {
public:
    static std::shared_ptr<const Relations> load(db::Read& tx, const UserId& viewer, Time now) {
        auto relations = empty(viewer);
        tx.each(sql::user_edges::relations_of{.user_id = viewer},
                [&](const db::Row& row) { add(*relations, row, now); });
        finish(*relations);
        return relations;
    }
    static std::shared_ptr<Relations> empty(const UserId& viewer) {
        auto relations = std::make_shared<Relations>();
        relations->viewer_ = viewer;
        return relations;
    }
    static void add(Relations& relations, const db::Row& row, Time now) {
        const auto kind = row.text(0);
        const UserId user(row.text(1));
        if (kind == "follows") {
            relations.following_.push_back(user);
        } else if (kind == "blocked") {
            relations.blocked_.push_back(user);
        } else if (kind == "blocked_by") {
            relations.blocked_by_.push_back(user);
        } else if (const Time until{row.integer(2)}; until > now) {
            relations.muted_posts_.push_back(user);
            relations.good_until_ = std::min(relations.good_until_, until);
        }
    }
    static void finish(Relations& relations) {
        for (auto* ids :
             {&relations.following_, &relations.blocked_, &relations.blocked_by_, &relations.muted_posts_}) {
            if (!std::ranges::is_sorted(*ids)) std::ranges::sort(*ids);
        }
        for (const auto* ids : {&relations.blocked_, &relations.blocked_by_, &relations.muted_posts_}) {
            for (const auto& user : *ids) relations.avoided_ |= Relations::avoided_bit(user);
        }
        if (!relations.following_.empty())
            relations.followed_.assign(std::bit_ceil(2 * relations.following_.size()), Relations::kNobody);
        for (std::uint32_t place = 0; const auto& user : relations.following_) {
            const auto [at, tag] = relations.slot_of(user);
            relations.followed_[at] = tag | place++;
        }
    }
    static bool is_good(const Relations& relations, Time now) { return relations.good_until_ > now; }
    static std::size_t bytes(const Relations& relations) {
        return sizeof(Relations) + sizeof(std::uint32_t) * relations.followed_.size() +
               sizeof(UserId) * (relations.following_.size() + relations.blocked_.size() +
                                 relations.blocked_by_.size() + relations.muted_posts_.size());
    }
};

AccountState Views::account_of(const store::IdentityRow& row) const {
    return {
        .exists = true,
        .status = status_of(row),
        .user_id = row.user_id,
        .email = row.email,
        .email_verified = row.email_verified,
        .name = row.name,
        .username = row.username,
        .has_password = row.has_password,
        .mfa_enabled = row.mfa_enabled,
        .is_admin = ground_.is_admin(row.user_id),
        .is_private = row.is_private,
        .created_at = row.created_at,
        .deletion_scheduled_at = row.deletion_scheduled_at,
    };
}

std::shared_ptr<const AccountState> Views::account(db::Read& tx, const UserId& user) const {
    auto& cache = account_cache();
    if (const auto* known = cache.find(tx, user.view())) return *known;
    const auto row = store::find_identity(tx, user);
    auto account = std::make_shared<const AccountState>(row ? account_of(*row) : AccountState{});
    cache.put(user.view(), account, sizeof(AccountState) + 128, tx.snapshot());
    return account;
}

std::shared_ptr<const AccountState> Views::account(db::Write& tx, const UserId& user) const {
    thread_local db::WriteCopies<std::shared_ptr<const AccountState>> copies;
    if (tx.commit_before() == 0) return account(static_cast<db::Read&>(tx), user);
    if (const auto* kept = copies.find(tx, user.view())) return *kept;
    db::Unchanged rows(tx);
    rows.add(user.view());
    return copies.keep(user.view(), rows, account(static_cast<db::Read&>(tx), user));
}

CardPtr Views::card_of(const store::IdentityRow& row, std::string_view base_url) const {
    if (row.is_hidden()) return deleted_card();
    auto card = std::make_shared<UserCard>();
    card->summary = summary_of(row, ground_, base_url);
    serialise(*card);
    card->is_private = row.is_private;
    card->is_hidden = false;
    card->is_discoverable = row.is_discoverable;
    return card;
}

void Views::keep(db::Read& tx, const UserId& user, const CardPtr& card, std::string_view base_url) {
    const auto bytes = sizeof(UserCard) + 2 * card->json.size() + card->as_author.size() + base_url.size();
    card_cache().put(user.view(), {std::string(base_url), card}, bytes, tx.snapshot());
}

std::vector<CardPtr> Views::cards(db::Read& tx, std::span<const UserId> users,
                                  std::string_view base_url) const {
    auto& cache = card_cache();
    std::vector<CardPtr> out(users.size());
    cache.find_each(tx, db::ids_of(users), [&](std::size_t i, const auto& known) {
        if (known.base_url != base_url) return;
        prefetch(known.value.get(), sizeof(UserCard));
        out[i] = known.value;
    });
    std::unordered_map<UserId, CardPtr> missing;
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (!out[i]) missing.emplace(users[i], deleted_card());
    }
    if (missing.empty()) return out;

    std::vector<std::string_view> ids;
    ids.reserve(missing.size());
    for (const auto& [user, card] : missing) ids.push_back(user.view());
    for (const auto& row : store::identities(tx, ids)) missing[row.user_id] = card_of(row, base_url);
    for (const auto& [user, card] : missing) keep(tx, user, card, base_url);
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (!out[i]) out[i] = missing[users[i]];
    }
    return out;
}

db::CachePlace Views::place_of_relations(const UserId& viewer) {
    return relations_cache().place_of(store::StampKey(store::kRelationsStamp, viewer).view());
}

std::shared_ptr<const Relations> Views::relations(db::Read& tx, const UserId& viewer) const {
    auto& cache = relations_cache();
    const store::StampKey key(store::kRelationsStamp, viewer);
    const Time now = ground_.clock.now();
    if (const auto* known = cache.find(tx, key.view()); known && RelationsLoader::is_good(**known, now))
        return *known;
    auto relations = RelationsLoader::load(tx, viewer, now);
    cache.put(key.view(), relations, RelationsLoader::bytes(*relations), tx.snapshot());
    return relations;
}

void Views::ask_account(db::Together& ask, std::shared_ptr<const AccountState>& out,
                        const UserId& user) const {
    out = std::make_shared<const AccountState>();
    ask.add(sql::users::identity{.user_id = user}, [this, &out](const db::Row& row) {
        out = std::make_shared<const AccountState>(account_of(db::read_row<store::IdentityRow>(row)));
    });
}

std::function<void(const db::Row&)> Views::found_card(db::Read& tx, AskedCards& out,
                                                      std::string_view base_url) const {
    return [this, &tx, &out, base_url](const db::Row& row) {
        const auto identity = db::read_row<store::IdentityRow>(row);
        const auto card = card_of(identity, base_url);
        out.found_[identity.user_id] = card;
        keep(tx, identity.user_id, card, base_url);
    };
}

void Views::ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, std::span<const UserId> users,
                      std::string_view base_url) const {
    for (const auto& user : users) out.found_.emplace(user, deleted_card());
    for (const auto& [user, card] : out.found_) out.ids_.push_back(user.view());
    if (!out.ids_.empty()) ask.add(sql::users::identities{.ids = out.ids_}, found_card(tx, out, base_url));
}

void Views::ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, db::Together::Column users,
                      std::string_view base_url) const {
    ask.add(sql::users::identities{.ids = nullptr}, users, found_card(tx, out, base_url));
}

void Views::ask_relations(db::Together& ask, AskedRelations& out, const UserId& viewer) const {
    out.relations_ = RelationsLoader::empty(viewer);
    ask.add(sql::user_edges::relations_of{.user_id = out.relations_->viewer()},
            [relations = out.relations_, now = ground_.clock.now()](const db::Row& row) {
                RelationsLoader::add(*relations, row, now);
            });
}

std::shared_ptr<const UserCard> AskedCards::card(const UserId& user) const {
    const auto found = found_.find(user);
    return found == found_.end() ? deleted_card() : found->second;
}

std::shared_ptr<const Relations> AskedRelations::take() {
    RelationsLoader::finish(*relations_);
    return std::move(relations_);
}

Me Views::me_of(const store::ProfileRow& row, std::string_view base_url) const {
    Me me;
    fill_basis(me, row, ground_, base_url);
    me.email = row.email;
    me.email_verified = row.email_verified;
    me.paypal_email = row.paypal_email;
    me.notify_followers = row.notify_followers;
    me.notify_likes = row.notify_likes;
    me.notify_comments = row.notify_comments;
    me.notify_messages = row.notify_messages;
    me.notify_sales = row.notify_sales;
    me.notify_mentions = row.notify_mentions;
    me.notify_reposts = row.notify_reposts;
    me.has_password = row.has_password;
    me.mfa_enabled = row.mfa_enabled;
    me.is_admin = ground_.is_admin(row.user_id);
    me.deletion_scheduled_at = row.deletion_scheduled_at;
    return me;
}

std::shared_ptr<const std::string> Views::me_json(db::Read& tx, const UserId& user,
                                                  std::string_view base_url) const {
    auto& cache = me_cache();
    const store::StampKey key(store::kProfileStamp, user);
    if (const auto* known = cache.find(tx, key.view()); known && known->base_url == base_url)
        return known->value;
    const auto row = store::find_profile(tx, user);
    if (!row) throw user_not_found();
    auto json = std::make_shared<const std::string>(wire::to_json(me_of(*row, base_url)));
    cache.put(key.view(), {std::string(base_url), json}, json->size() + base_url.size(), tx.snapshot());
    return json;
}

store::PairRow Views::pair(db::Read& tx, const UserId& viewer, const UserId& user) const {
    if (tx.snapshot() == 0) return store::pair(tx, viewer, user);
    const auto viewer_version = edge_version(tx, viewer), user_version = edge_version(tx, user);
    std::string key = viewer.str();
    key += '>';
    key += user.view();
    auto& cache = pair_cache();
    if (const auto* known = cache.find(tx, key);
        known && known->viewer_version == viewer_version && known->user_version == user_version) {
        return known->row;
    }
    const auto row = store::pair(tx, viewer, user);
    cache.put(key, {viewer_version, user_version, row}, sizeof(KnownPair), tx.snapshot());
    return row;
}

std::string Views::profile_json(db::Read& tx, const UserId& viewer, const UserId& user,
                                std::string_view base_url) const {
    if (viewer == user) return *me_json(tx, user, base_url);

    auto& cache = profile_cache();
    const store::StampKey key(store::kProfileStamp, user);
    std::shared_ptr<const PublicProfile> profile;
    if (const auto* known = cache.find(tx, key.view()); known && known->base_url == base_url) {
        profile = known->value;
    } else {
        auto made = std::make_shared<PublicProfile>();
        if (const auto row = store::find_profile(tx, user); row && !row->is_hidden()) {
            ProfileBasis basis;
            fill_basis(basis, *row, ground_, base_url);
            made->is_hidden = false;
            made->summary = basis;
            made->members = "{";
            wire::write_members(made->members, basis);
            made->members.erase(0, 1);
        }
        cache.put(key.view(), {std::string(base_url), made}, sizeof(PublicProfile) + made->members.size(),
                  tx.snapshot());
        profile = made;
    }
    if (profile->is_hidden) throw user_not_found();

    const auto pair = this->pair(tx, viewer, user);
    if (pair.is_blocked_by) throw user_not_found();
    std::string out = "{";
    if (pair.has_blocked) {
        Profile blocked;
        static_cast<UserSummary&>(blocked) = profile->summary;
        blocked.is_blocked = true;
        wire::write_members(out, blocked);
    } else {
        out += profile->members;
        wire::write_members(out, flags_of(pair, ground_.clock.now()));
    }
    out += '}';
    return out;
}

}  // namespace grover::users
