// How users look to a viewer, from memory where the copies are current. Private to this folder.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "domains/users/users_parts.hpp"
#include "domains/users/users_store.hpp"

namespace grover::users {

class Views {
public:
    explicit Views(const Ground& ground) : ground_(ground) {}

    std::shared_ptr<const AccountState> account(db::Read& tx, const UserId& user) const;
    std::shared_ptr<const AccountState> account(db::Write& tx, const UserId& user) const;
    AccountState account_of(const store::IdentityRow& row) const;
    Me me_of(const store::ProfileRow& row, std::string_view base_url) const;
    std::shared_ptr<const std::string> me_json(db::Read& tx, const UserId& user,
                                               std::string_view base_url) const;
    std::vector<std::shared_ptr<const UserCard>> cards(db::Read& tx, std::span<const UserId> users,
                                                       std::string_view base_url) const;
    std::shared_ptr<const Relations> relations(db::Read& tx, const UserId& viewer) const;
    static db::CachePlace place_of_relations(const UserId& viewer);
    void ask_account(db::Together& ask, std::shared_ptr<const AccountState>& out, const UserId& user) const;
    void ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, std::span<const UserId> users,
                   std::string_view base_url) const;
    void ask_cards(db::Read& tx, db::Together& ask, AskedCards& out, db::Together::Column users,
                   std::string_view base_url) const;
    void ask_relations(db::Together& ask, AskedRelations& out, const UserId& viewer) const;

    // GET /users/{user_id}: Profile, or Me for oneself. Throws 404.
    std::string profile_json(db::Read& tx, const UserId& viewer, const UserId& user,
                             std::string_view base_url) const;
    store::PairRow pair(db::Read& tx, const UserId& viewer, const UserId& user) const;

private:
    std::shared_ptr<const UserCard> card_of(const store::IdentityRow& row, std::string_view base_url) const;
    static void keep(db::Read& tx, const UserId& user, const std::shared_ptr<const UserCard>& card,
                     std::string_view base_url);
    std::function<void(const db::Row&)> found_card(db::Read& tx, AskedCards& out,
                                                   std::string_view base_url) const;

    const Ground& ground_;
};

// One place turns any row that has the summary's columns into a summary.
template <class Row>
UserSummary summary_of(const Row& row, const Ground& ground, std::string_view base_url) {
    return {row.user_id,    row.name,      row.username, ground.picture_url(row.picture, base_url),
            row.is_premium, row.is_private};
}

}  // namespace grover::users
