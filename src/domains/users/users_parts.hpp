// What UsersService is made of, for the files of this folder.
#pragma once

#include "domains/users/users.hpp"
#include "platform/base/error.hpp"

namespace grover::users {

// What every part works with.
struct Ground {
    db::Database& db;
    const Clock& clock;
    const IdSource& ids;
    Options options;
    Plugs plugs;

    bool is_admin(const UserId& user) const;
    // Of a stored picture, which is an https URL or a media key.
    std::optional<std::string> picture_url(const std::optional<std::string>& stored,
                                           std::string_view base_url) const;
    AccountGuard& guard() const;
    PictureStore& pictures() const;
};

// The one sentence for everybody who does not exist, or not for this caller.
inline Error user_not_found() { return not_found("User not found"); }

}  // namespace grover::users
