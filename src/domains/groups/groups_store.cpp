#include "domains/groups/groups_store.hpp"

#include "sql/groups.hpp"

namespace grover::groups::store {

void insert(db::Write& tx, const GroupRow& group) {
    tx.exec(sql::groups::insert_group{.group_id = group.group_id,
                                      .name = group.name,
                                      .name_key = group.name_key,
                                      .description = group.description,
                                      .photo_id = group.photo_id,
                                      .now = group.created_at});
}

std::vector<GroupRow> load(db::Read& tx, std::span<const GroupId> groups) {
    if (groups.empty()) return {};
    return tx.list<GroupRow>(sql::groups::load{.group_ids = db::ids_of(groups)});
}

std::optional<GroupRow> find(db::Read& tx, const GroupId& group) {
    auto rows = load(tx, std::span(&group, 1));
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

void touch(db::Write& tx, const GroupId& group, Time now) {
    tx.exec(sql::groups::touch_group{.now = now, .group_id = group});
}

void remove(db::Write& tx, const GroupId& group) { tx.exec(sql::groups::delete_group{.group_id = group}); }

}  // namespace grover::groups::store
