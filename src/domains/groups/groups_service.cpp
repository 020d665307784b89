// Making groups and looking at them.
#include <algorithm>

#include "domains/groups/groups_api.hpp"
#include "domains/groups/groups_store.hpp"
#include "platform/base/error.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"

namespace grover::groups {
namespace {

// Each once, without the caller and blanks. 400 for more than fit beside the caller.
std::vector<std::string> invited(const GroupCreate& in, const UserId& me) {
    std::vector<std::string> out;
    for (const auto& given : in.member_ids) {
        const auto id = std::string(text::trim(given));
        if (!id.empty() && id != me.view() && std::ranges::find(out, id) == out.end()) out.push_back(id);
    }
    if (std::ssize(out) + 1 > kMaxMembers) throw validation_error("Maximum 50 members allowed");
    return out;
}

}  // namespace

GroupsService::GroupsService(db::Database& db, const Clock& clock, users::UsersService& users,
                             media::MediaService& media, messages::GroupChats& chats)
    : db_(db), clock_(clock), users_(users), media_(media), chats_(chats) {}

GroupCreateAnswer GroupsService::create(const Caller& me, GroupCreate& in) {
    const auto name = text::validate_name(in.name);
    const auto description = text::sanitize_string(in.description.value_or(""), 10'000, "Description");
    const auto ids = invited(in, me.id);
    const auto photo = media_.take(me.id, in.photo, in.photo_text, media::kGroupUse, "photo");

    GroupCreateAnswer answer;
    const auto group_id = db_.write([&](db::Write& tx) {
        std::vector<UserId> candidates;
        for (const auto& id : ids) {
            if (is_well_formed_id(id)) candidates.emplace_back(id);
        }
        const auto reach = users_.reach(tx, me.id, candidates);
        candidates.push_back(me.id);
        const auto full = chats_.in_many_groups(tx, candidates, kMaxGroups);
        const auto is_full = [&](const UserId& user) { return std::ranges::find(full, user) != full.end(); };
        if (is_full(me.id)) throw validation_error("Maximum 500 groups allowed");
        std::vector<UserId> added;
        std::vector<std::string> skipped;
        for (const auto& id : ids) {
            const auto found =
                std::ranges::find_if(reach, [&](const auto& one) { return one.user_id.view() == id; });
            const bool may_be_added = found != reach.end() && !found->is_hidden && !found->is_cut() &&
                                      found->is_open_to(found->allow_group_adds) && !is_full(found->user_id);
            if (may_be_added) {
                added.push_back(found->user_id);
            } else {
                skipped.push_back(id);
            }
        }
        const Time now = clock_.now();
        const auto group = IdSource::next_at<GroupId>(now);
        chats_.create(tx, group, now);
        store::insert(tx, {.group_id = group,
                           .name = name,
                           .name_key = text::fold_without_marks(name),
                           .description = description.empty() ? std::nullopt : std::optional(description),
                           .photo_id = photo,
                           .created_at = now,
                           .updated_at = now});
        if (photo) media_.attach(tx, me.id, *photo, {"group", group.view()}, media::Access::signed_);
        chats_.join(tx, group, me.id, messages::Role::owner, kMaxMembers, now);
        chats_.join_all(tx, group, added, now);
        chats_.say(tx, group, me.id, name_of(tx, me.id) + " created the group");
        if (!added.empty()) {
            tx.publish(GroupJoined{.group_id = group,
                                   .group_name = name,
                                   .by_user_id = me.id,
                                   .user_ids = added,
                                   .is_new_group = true});
        }
        answer.skipped_member_ids = skipped;
        return group;
    });
    static_cast<Group&>(answer) = get(me, group_id);
    return answer;
}

Group GroupsService::get(const Caller& me, const GroupId& group) {
    return db_.read([&](db::Read& tx) {
        if (!store::find(tx, group)) throw not_found("Group not found");
        return whole(tx, me, group);
    });
}

Page<Group> GroupsService::list(const Caller& me, const GroupList& in) {
    const auto wanted = text::fold_without_marks(in.q.value_or(""));
    return db_.read([&](db::Read& tx) {
        if (wanted.empty()) {
            const auto page = chats_.list(tx, me, in.page);
            return Page<Group>{views(tx, me, page.items), page.next};
        }
        // Nobody is in more groups than this, so all of them are one page to look through.
        auto chats = chats_.list(tx, me, {.limit = kMaxGroups, .skip = 0, .after = {}}).items;
        std::erase_if(chats, [&](const messages::Conversation& chat) {
            return !chat.group ||
                   text::fold_without_marks(chat.group->name).find(wanted) == std::string::npos;
        });
        const auto first = std::min<std::ptrdiff_t>(in.page.skip, std::ssize(chats));
        const auto count = std::min<std::ptrdiff_t>(in.page.limit, std::ssize(chats) - first);
        return Page<Group>{
            views(tx, me,
                  std::span(chats).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count))),
            {}};
    });
}

Page<messages::Message> GroupsService::messages(const Caller& me, const GroupMessageList& in) {
    db_.read([&](db::Read& tx) {
        if (!store::find(tx, in.group_id)) throw not_found("Group not found");
        if (!chats_.standing(tx, me, in.group_id)) throw not_authorized("Not a member");
    });
    return chats_.messages(me, in.group_id, in.page, in.mark_read);
}

}  // namespace grover::groups
