// What users themselves put into a data export: profile, settings, follows, blocks. Private to this folder.
#pragma once

#include "domains/users/users_parts.hpp"

namespace grover::users {

void contribute_own(const Ground& ground, const UserId& user, ExportWriter& out);

}  // namespace grover::users
