// What users want to be told (contract/users.md §3).
#pragma once

#include "domains/users/users_api.hpp"
#include "domains/users/users_parts.hpp"

namespace grover::users {

class NotificationChoices {
public:
    explicit NotificationChoices(const Ground& ground) : ground_(ground) {}

    NotificationSettings get(const Caller& me) const;
    NotificationSettingsAnswer update(const Caller& me, const NotificationSettingsUpdate& in) const;

private:
    const Ground& ground_;
};

// Whether `name` is a time zone of the IANA database on this machine.
bool is_timezone(std::string_view name);
// "HH:MM", 00:00..23:59.
bool is_time_of_day(std::string_view text);

}  // namespace grover::users
