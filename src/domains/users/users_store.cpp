#include "domains/users/users_store.hpp"

#include <cstring>

#include "platform/text/utf8.hpp"
#include "sql/users.hpp"

namespace grover::users::store {

StampKey::StampKey(std::string_view prefix, const UserId& user) : size_(prefix.size() + user.view().size()) {
    static_assert(std::tuple_size_v<decltype(text_)> >= kMaxIdLength + 30);
    std::memcpy(text_.data(), prefix.data(), prefix.size());
    std::memcpy(text_.data() + prefix.size(), user.view().data(), user.view().size());
}

void touch_identity(db::Write& tx, const UserId& user) {
    tx.touch(user);
    touch_profile(tx, user);
}

void touch_profile(db::Write& tx, const UserId& user) { tx.touch(StampKey(kProfileStamp, user).view()); }

void touch_relations(db::Write& tx, const UserId& user) { tx.touch(StampKey(kRelationsStamp, user).view()); }

bool insert_user(db::Write& tx, const UserId& user, const NewAccount& account, std::string_view username,
                 Time now) {
    const bool inserted = tx.exists(sql::users::insert_user{
        .user_id = user,
        .name = account.name,
        .name_key = text::fold(account.name),
        .username = username,
        .picture = account.picture,
        .email = account.email,
        .email_verified = account.email_verified,
        .has_password = account.has_password,
        .now = now,
    });
    if (!inserted) return false;
    tx.exec(sql::users::insert_counts{.user_id = user});
    tx.exec(sql::users::insert_notification_settings{.user_id = user});
    tx.exec(sql::users::insert_privacy_settings{.user_id = user});
    touch_identity(tx, user);
    return true;
}

std::vector<IdentityRow> identities(db::Read& tx, const std::vector<std::string_view>& users) {
    return tx.list<IdentityRow>(sql::users::identities{.ids = users});
}

std::optional<IdentityRow> find_identity(db::Read& tx, const UserId& user) {
    return tx.find<IdentityRow>(sql::users::identity{.user_id = user});
}

std::optional<ProfileRow> find_profile(db::Read& tx, const UserId& user) {
    return tx.find<ProfileRow>(sql::users::get_profile{.user_id = user});
}

std::optional<CountsRow> find_counts(db::Read& tx, const UserId& user) {
    return tx.find<CountsRow>(sql::users::get_counts{.user_id = user});
}

Bond find_bond(db::Read& tx, const UserId& viewer, const UserId& user) {
    return tx.value<Bond>(sql::users::bond{.viewer = viewer, .user_id = user});
}

PairRow pair(db::Read& tx, const UserId& viewer, const UserId& user) {
    return tx.value<PairRow>(sql::users::pair{.viewer = viewer, .user_id = user});
}

void update_profile(db::Write& tx, const UserId& user, const ProfileChange& change, Time now) {
    std::optional<std::string> name_key;
    if (change.name) name_key = text::fold(*change.name);
    tx.exec(sql::users::update_profile{
        .name = change.name,
        .name_key = name_key,
        .username = change.username,
        .bio = change.bio,
        .website = change.website,
        .twitter = change.twitter,
        .instagram = change.instagram,
        .linkedin = change.linkedin,
        .paypal_email = change.paypal_email,
        .monetization = change.monetization,
        .now = now,
        .user_id = user,
    });
    if (change.name || change.username) {
        touch_identity(tx, user);
    } else {
        touch_profile(tx, user);
    }
}

void set_picture(db::Write& tx, const UserId& user, const std::optional<std::string>& picture, Time now) {
    tx.exec(sql::users::set_picture{.picture = picture, .now = now, .user_id = user});
    touch_identity(tx, user);
}

bool set_private(db::Write& tx, const UserId& user, bool is_private, Time now) {
    if (tx.exec(sql::users::set_private{.is_private = is_private, .now = now, .user_id = user}) == 0)
        return false;
    touch_identity(tx, user);
    return true;
}

bool set_discoverable(db::Write& tx, const UserId& user, bool is_discoverable, Time now) {
    if (tx.exec(sql::users::set_discoverable{
            .is_discoverable = is_discoverable, .now = now, .user_id = user}) == 0)
        return false;
    touch_identity(tx, user);
    return true;
}

std::vector<std::string> taken_usernames(db::Read& tx, const UserId& user,
                                         const std::vector<std::string_view>& names, Time now) {
    return tx.list<std::string>(sql::users::taken_usernames{.names = names, .user_id = user, .now = now});
}

}  // namespace grover::users::store
