// Rows of settings. Private to this folder; decides nothing.
#pragma once

#include "domains/users/users_api.hpp"

namespace grover::users::store {

// Both throw 404 "User not found".
NotificationSettings notification_settings(db::Read& tx, const UserId& user);
PrivacySettings privacy_settings(db::Read& tx, const UserId& user);

std::vector<NoticeTerms> notice_terms(db::Read& tx, std::span<const UserId> recipients, const UserId& actor,
                                      Time now);
// The same; of one recipient from what the thread that writes keeps.
std::vector<NoticeTerms> notice_terms(db::Write& tx, std::span<const UserId> recipients, const UserId& actor,
                                      Time now);

// What is absent stays; a muted_until of 0 ends the pause.
void update_notification_settings(db::Write& tx, const UserId& user,
                                  const NotificationSettingsUpdate& change);
// Without is_private and discoverable, which are in users.
void update_privacy_settings(db::Write& tx, const UserId& user, const PrivacyUpdate& change);

}  // namespace grover::users::store
