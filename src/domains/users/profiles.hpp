// Profiles: read, edited, named, pictured (contract/users.md §2).
#pragma once

#include "domains/users/follows.hpp"
#include "domains/users/users_api.hpp"
#include "domains/users/users_parts.hpp"
#include "domains/users/users_views.hpp"

namespace grover::users {

class Profiles {
public:
    Profiles(const Ground& ground, const Views& views, const Follows& follows)
        : ground_(ground), views_(views), follows_(follows) {}

    wire::Raw<Profile> get(const Caller& me, const UserId& user) const;
    wire::Raw<Profile> get_by_username(const Caller& me, const std::string& username) const;
    UserStats stats(const Caller& me, const UserId& user) const;
    UserAnswer update(const Caller& me, const UserUpdate& in) const;
    UsernameAvailability username_available(const Caller& me, const std::string& username) const;
    PictureAnswer set_picture(const Caller& me, PictureUpload& in) const;
    PictureAnswer remove_picture(const Caller& me) const;

    PrivacySettings privacy(const Caller& me) const;
    PrivacyAnswer update_privacy(const Caller& me, const PrivacyUpdate& in) const;

private:
    // Throws 403 naming the first requirement that is missing (monetization.md §1).
    void require_may_monetize(const store::ProfileRow& account, Time now) const;
    void change_username(db::Write& tx, const store::ProfileRow& before, const std::string& username,
                         Time now) const;
    void change_picture(db::Write& tx, const store::ProfileRow& before,
                        const std::optional<std::string>& picture, Time now) const;
    void change_privacy(db::Write& tx, const UserId& user, const std::optional<bool>& is_private,
                        const std::optional<bool>& discoverable, Time now) const;
    std::optional<std::string> picture_from(db::Read& tx, const UserId& user, const std::string& text) const;

    const Ground& ground_;
    const Views& views_;
    const Follows& follows_;
};

}  // namespace grover::users
