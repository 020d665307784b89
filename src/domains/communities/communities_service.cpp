// Founding, changing and deleting communities.
#include "domains/communities/communities_store.hpp"
#include "domains/communities/communities_views.hpp"
#include "platform/base/error.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"
#include "sql/communities.hpp"
#include "sql/communities_members.hpp"

namespace grover::communities {
namespace {

namespace s = sql::communities;
namespace m = sql::communities_members;

constexpr std::int64_t kMaxOwned = 20;
constexpr int kErasedAtOnce = 50;

std::string rules_json(const std::vector<Rule>& rules) {
    std::vector<Rule> clean;
    for (const auto& rule : rules) {
        Rule out{text::sanitize_string(rule.title), text::sanitize_string(rule.description)};
        const bool fits = !out.title.empty() && text::count_code_points(out.title) <= 100 &&
                          text::count_code_points(out.description) <= 500;
        if (!fits)
            throw invalid_input({"body", "rules"},
                                "A rule has a title of 1..100 and a description of at most 500");
        clean.push_back(std::move(out));
    }
    return wire::to_json(clean);
}

media::Access cover_access(bool is_private) {
    return is_private ? media::Access::signed_ : media::Access::open;
}

}  // namespace

CommunitiesService::CommunitiesService(db::Database& db, const Clock& clock, users::UsersService& users,
                                       media::MediaService& media, posts::PostWriter& writer,
                                       posts::PostViews& post_views, posts::PostLists& post_lists)
    : db_(db),
      clock_(clock),
      users_(users),
      media_(media),
      writer_(writer),
      post_views_(post_views),
      post_lists_(post_lists) {}

Community CommunitiesService::shown(db::Read& tx, const Caller& me, const CommunityId& id) {
    return view_of(tx, media_, me, communities::get(tx, me.id, id));
}

CommunityCreateAnswer CommunitiesService::create(const Caller& me, CommunityCreate& in) {
    Row row;
    row.owner_id = me.id;
    row.name = text::required_text(in.name, kMaxNameLength, "name");
    row.name_key = text::lower(row.name);
    row.description = text::required_text(in.description, kMaxDescriptionLength, "description");
    row.category = text::sanitize_string(in.category);
    if (row.category.empty()) row.category = "General";
    row.category_key = text::lower(row.category);
    row.is_private = in.is_private;
    row.cover_id =
        media_.take(me.id, in.cover_image, in.cover_image_text, media::kCommunityUse, "cover_image");
    return db_.write([&](db::Write& tx) {
        const auto now = clock_.now();
        tx.exists(s::lock_owner{.user_id = me.id});
        if (tx.value<std::int64_t>(s::count_owned{.user_id = me.id}) >= kMaxOwned)
            throw validation_error("You can own at most 20 communities");
        row.community_id = IdSource::next_at<CommunityId>(now);
        tx.exec(s::insert_community{.community_id = row.community_id,
                                    .owner_id = me.id,
                                    .name = row.name,
                                    .name_key = row.name_key,
                                    .description = row.description,
                                    .category = row.category,
                                    .category_key = row.category_key,
                                    .is_private = row.is_private,
                                    .cover_id = row.cover_id,
                                    .now = now});
        tx.exists(m::insert_member{.user_id = me.id,
                                   .community_id = row.community_id,
                                   .role = static_cast<int>(Role::owner),
                                   .now = now});
        if (row.cover_id)
            media_.attach(tx, me.id, *row.cover_id, {"community", row.community_id.view()},
                          cover_access(row.is_private));
        index(tx, row);
        return CommunityCreateAnswer{shown(tx, me, row.community_id)};
    });
}

Community CommunitiesService::get(const Caller& me, const CommunityId& id) {
    return db_.read([&](db::Read& tx) { return view_of(tx, media_, me, get_readable(tx, me.id, id)); });
}

Community CommunitiesService::update(const Caller& me, CommunityUpdate& in) {
    const auto rules = in.rules ? std::optional(rules_json(*in.rules)) : std::nullopt;
    const auto require_right = [&](const Row& row) {
        if (!row.is_moderator() || (in.is_private && !row.is_owner())) throw not_authorized();
    };
    std::optional<MediaId> cover;
    if (in.has_cover()) {
        // Nobody's file is kept for a change that they may not make.
        db_.read([&](db::Read& tx) { require_right(communities::get(tx, me.id, in.community_id)); });
        cover = media_.take(me.id, in.cover_image, in.cover_image_text, media::kCommunityUse, "cover_image");
    }
    return db_.write([&](db::Write& tx) {
        const auto before = get_for_change(tx, me.id, in.community_id);
        require_right(before);
        auto after = before;
        if (in.name) after.name = text::required_text(*in.name, kMaxNameLength, "name");
        after.name_key = text::lower(after.name);
        if (in.description)
            after.description = text::required_text(*in.description, kMaxDescriptionLength, "description");
        if (in.category) after.category = text::required_text(*in.category, kMaxCategoryLength, "category");
        after.category_key = text::lower(after.category);
        if (in.is_private) after.is_private = *in.is_private;
        if (rules) after.rules = *rules;
        const media::Reference reference{"community", in.community_id.view()};
        if (cover) {
            media_.release(tx, reference);
            media_.attach(tx, me.id, *cover, reference, cover_access(after.is_private));
            after.cover_id = cover;
        } else if (after.is_private != before.is_private) {
            media_.set_access(tx, reference, cover_access(after.is_private));
        }
        unindex(tx, before);
        tx.exec(s::update_community{.name = after.name,
                                    .name_key = after.name_key,
                                    .description = after.description,
                                    .category = after.category,
                                    .category_key = after.category_key,
                                    .is_private = after.is_private,
                                    .cover_id = after.cover_id,
                                    .rules = after.rules,
                                    .community_id = in.community_id});
        index(tx, after);
        tx.publish(CommunityUpdated{.community_id = in.community_id,
                                    .is_private = after.is_private,
                                    .became_private = after.is_private && !before.is_private});
        return shown(tx, me, in.community_id);
    });
}

Message CommunitiesService::remove(const Caller& me, const CommunityId& id) {
    db_.write([&](db::Write& tx) {
        const auto row = get_for_change(tx, me.id, id);
        if (!row.is_owner()) throw not_authorized();
        unindex(tx, row);
        tx.exec(s::mark_deleted{.now = clock_.now(), .community_id = id});
        media_.release(tx, {"community", id.view()});
        tx.publish(CommunityDeleted{.community_id = id});
        tx.enqueue(EraseCommunity{id});
    });
    return {"Community deleted"};
}

void CommunitiesService::run(const EraseCommunity& job) {
    const auto& id = job.community_id;
    const auto repeat = [&](auto step) {
        while (!db_.write(step)) {
        }
    };
    repeat([&](db::Write& tx) { return writer_.erase_some_of(tx, id, kErasedAtOnce); });
    repeat([&](db::Write& tx) {
        return tx.exec(m::delete_some_members{.community_id = id, .limit = 10 * kErasedAtOnce}) == 0;
    });
    db_.write([&](db::Write& tx) { tx.exec(s::delete_community{.community_id = id}); });
}

std::vector<std::string> CommunitiesService::names(db::Read& tx, std::span<const CommunityId> ids) {
    std::vector<std::string> out(ids.size());
    if (ids.empty()) return out;
    const auto texts = db::ids_of(ids);
    tx.each(s::names_of{.ids = texts}, [&](const db::Row& row) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (ids[i].view() == row.text(0)) out[i] = row.get<std::string>(1);
        }
    });
    return out;
}

}  // namespace grover::communities
