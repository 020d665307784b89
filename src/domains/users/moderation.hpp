// Reports and suspensions, as administrators handle them. Private to this folder.
#pragma once

#include "domains/users/moderation_api.hpp"
#include "domains/users/users_parts.hpp"

namespace grover::users {

class Moderation {
public:
    Moderation(const Ground& ground, UsersService& users) : ground_(ground), users_(users) {}

    Page<ReportView> reports(const ReportList& in) const;
    Message resolve(const Caller& admin, const ReportResolve& in) const;
    Message suspend(const Caller& admin, const UserId& user) const;
    Message unsuspend(const Caller& admin, const UserId& user) const;

private:
    void suspend_in(db::Write& tx, const UserId& user) const;
    void log(db::Write& tx, const Caller& admin, std::string_view action, std::string_view target_type,
             std::string_view target_id, const std::optional<ReportId>& report = {}) const;
    // Whose the reported thing is; nothing when it is gone.
    std::optional<UserId> owner_of(db::Read& tx, std::string_view target_type,
                                   std::string_view target_id) const;
    void remove(db::Write& tx, const Caller& admin, std::string_view target_type,
                std::string_view target_id) const;

    const Ground& ground_;
    UsersService& users_;
};

}  // namespace grover::users
