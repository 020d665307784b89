// What may stand in a profile, and how it is stored (contract/users.md §2 "PUT /users/me"). Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domains/users/users_api.hpp"
#include "domains/users/users_store.hpp"

namespace grover::users {

inline constexpr std::size_t kMaxPictureUrl = 2'000;

// Checked and in the form to store. Throws 400 with the contract's sentences. Username, picture and privacy are not in it:
// they depend on what is stored.
store::ProfileChange checked(const UserUpdate& in);

// An https URL of at most 2,000 characters.
bool is_picture_url(std::string_view text);

}  // namespace grover::users
