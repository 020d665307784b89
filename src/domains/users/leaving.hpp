// Leaving for a while and for good (contract/users.md §5).
#pragma once

#include "domains/users/leaving_api.hpp"
#include "domains/users/users_parts.hpp"
#include "domains/users/users_views.hpp"

namespace grover::users {

class Leaving {
public:
    Leaving(const Ground& ground, const Views& views) : ground_(ground), views_(views) {}

    Message deactivate(const Caller& me, const UserDeactivate& in) const;
    UserDeleteAnswer schedule(const Caller& me, const UserDelete& in) const;
    UserAnswer restore(const Caller& me) const;

    // Erases everything, in batches; does nothing when the deletion was cancelled or is not due.
    void run(const EraseAccount& job) const;
    void sweep() const;

private:
    bool is_due(const UserId& user) const;
    bool erase_some_edges(db::Write& tx, const UserId& user) const;
    void erase_account(const UserId& user) const;

    const Ground& ground_;
    const Views& views_;
};

}  // namespace grover::users
