// Rows of media. Private to this folder; decides nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domains/media/media.hpp"

namespace grover::media::store {

// Renditions as the column holds them: a line for each, in order.
std::string pack(const std::vector<Rendition>& renditions);
// Throws std::invalid_argument for what pack() never wrote.
std::vector<Rendition> unpack(std::string_view text);

void insert(db::Write& tx, const Medium& medium);
// In no order; unknown ids are left out.
std::vector<std::shared_ptr<const Medium>> load(db::Read& tx, const std::vector<std::string_view>& ids);
void ask(db::Together& ask, db::Together::Column ids,
         std::function<void(std::shared_ptr<const Medium>)> on_medium);
std::shared_ptr<const Medium> find(db::Read& tx, const MediaId& id);
std::int64_t stored_bytes(db::Read& tx);
std::int64_t uploaded_since(db::Read& tx, const UserId& owner, Time since);
std::int64_t count_unattached(db::Read& tx, const UserId& owner, Time since);

void put_reference(db::Write& tx, const MediaId& medium, const Reference& by, Access access, Time now);
std::vector<MediaId> media_of(db::Read& tx, const Reference& by);
std::vector<MediaId> set_access(db::Write& tx, const Reference& by, Access access);
std::vector<MediaId> remove_references(db::Write& tx, const Reference& by);
// After references came or went; true when none is left and the medium is deleted now.
bool settle(db::Write& tx, const MediaId& medium, Time now);

// False when it is attached, deleted or unknown.
bool delete_unattached(db::Write& tx, const MediaId& medium, Time now);
std::vector<MediaId> old_unattached(db::Read& tx, Time before, int limit);
std::vector<MediaId> unattached_of(db::Read& tx, const UserId& owner, int limit);
// Undeleted, oldest first, after that position.
std::vector<MediaId> media_of_owner(db::Read& tx, const UserId& owner, Time at, const MediaId& after,
                                    int limit);

bool is_deleted(db::Read& tx, const MediaId& medium);
void note_files_deleted(db::Write& tx, const MediaId& medium, Time now);
std::vector<MediaId> old_tombstones(db::Read& tx, Time before, int limit);
void forget(db::Write& tx, const MediaId& medium);
// Those that have a row.
std::vector<MediaId> known(db::Read& tx, const std::vector<MediaId>& ids);
std::vector<MediaId> page_of_media(db::Read& tx, const MediaId& after, int limit);

}  // namespace grover::media::store
