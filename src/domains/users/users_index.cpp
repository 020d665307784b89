#include "domains/users/users_index.hpp"

#include "sql/users_index.hpp"

namespace grover::users {

std::vector<IndexedUser> indexed_users(db::Read& tx, std::span<const UserId> users) {
    return tx.list<IndexedUser>(sql::users_index::indexed_users{.ids = db::ids_of(users)});
}

std::vector<IndexedUser> indexed_users_after(db::Read& tx, const UserId& after, int limit) {
    return tx.list<IndexedUser>(sql::users_index::indexed_users_after{.after = after, .limit = limit});
}

std::vector<UserId> muters_among(db::Read& tx, const UserId& viewer, std::span<const UserId> users,
                                 Time now) {
    return tx.list<UserId>(
        sql::users_index::muters_among{.viewer = viewer, .ids = db::ids_of(users), .now = now});
}

std::vector<UserId> followers_among(db::Read& tx, const UserId& viewer, std::span<const UserId> users) {
    return tx.list<UserId>(sql::users_index::followers_among{.viewer = viewer, .ids = db::ids_of(users)});
}

std::vector<MutualCount> mutual_counts(db::Read& tx, const UserId& viewer, int most_edges) {
    return tx.list<MutualCount>(sql::users_index::mutual_counts{.viewer = viewer, .most_edges = most_edges});
}

}  // namespace grover::users
