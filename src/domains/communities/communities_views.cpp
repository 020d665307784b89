#include "domains/communities/communities_views.hpp"

namespace grover::communities {

std::vector<Community> views_of(db::Read& tx, media::MediaService& media, const Caller& me,
                                std::span<const Row> rows) {
    std::vector<MediaId> covers;
    for (const auto& row : rows) {
        if (row.cover_id) covers.push_back(*row.cover_id);
    }
    const auto files = media.load(tx, covers);
    std::size_t next = 0;
    std::vector<Community> views;
    views.reserve(rows.size());
    for (const auto& row : rows) {
        Community out;
        out.community_id = row.community_id;
        out.name = row.name;
        out.description = row.description;
        out.category = row.category;
        out.is_private = row.is_private;
        if (row.cover_id) {
            if (const auto& medium = files[next++])
                out.cover_image = media.info(*medium, {.base_url = me.base_url}).url;
        }
        out.owner_id = row.owner_id;
        out.moderator_ids = row.moderator_ids();
        out.member_count = row.member_count;
        out.post_count = row.post_count;
        out.rules = {row.rules};
        out.is_member = row.is_member();
        out.is_moderator = row.is_moderator();
        out.is_owner = row.is_owner();
        out.request_status = row.request_status;
        out.created_at = row.created_at;
        views.push_back(std::move(out));
    }
    return views;
}

Community view_of(db::Read& tx, media::MediaService& media, const Caller& me, const Row& row) {
    return std::move(views_of(tx, media, me, std::span(&row, 1)).front());
}

}  // namespace grover::communities
