// Rows of groups. Private to domains/groups; decides nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domains/groups/groups.hpp"

namespace grover::groups {

struct GroupRow {
    GroupId group_id;
    std::string name;
    std::string name_key;
    std::optional<std::string> description;
    std::optional<MediaId> photo_id;
    Time created_at;
    Time updated_at;

    static constexpr auto columns = Pack{
        db::column("group_id", &GroupRow::group_id),     db::column("name", &GroupRow::name),
        db::column("name_key", &GroupRow::name_key),     db::column("description", &GroupRow::description),
        db::column("photo_id", &GroupRow::photo_id),     db::column("created_at", &GroupRow::created_at),
        db::column("updated_at", &GroupRow::updated_at),
    };
};

namespace store {

void insert(db::Write& tx, const GroupRow& group);
std::vector<GroupRow> load(db::Read& tx, std::span<const GroupId> groups);
std::optional<GroupRow> find(db::Read& tx, const GroupId& group);
void touch(db::Write& tx, const GroupId& group, Time now);
void remove(db::Write& tx, const GroupId& group);

}  // namespace store
}  // namespace grover::groups
