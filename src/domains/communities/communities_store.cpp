#include "domains/communities/communities_store.hpp"

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"
#include "sql/communities.hpp"
#include "sql/communities_members.hpp"

namespace grover::communities {
namespace {

namespace s = sql::communities;
namespace m = sql::communities_members;

// Of name, category and description together.
constexpr std::size_t kMaxWords = 100;

Error community_not_found() { return not_found("Community not found"); }

}  // namespace

std::vector<UserId> Row::moderator_ids() const {
    std::vector<UserId> out;
    std::string_view rest = moderators;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        out.emplace_back(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return out;
}

std::vector<Row> load(db::Read& tx, const UserId& viewer, std::span<const CommunityId> ids) {
    if (ids.empty()) return {};
    const auto texts = db::ids_of(ids);
    return tx.list<Row>(s::load_communities{.viewer = viewer, .ids = texts});
}

std::optional<Row> find(db::Read& tx, const UserId& viewer, const CommunityId& id) {
    auto rows = load(tx, viewer, std::span(&id, 1));
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

Row get_for_change(db::Write& tx, const UserId& viewer, const CommunityId& id, Banned banned) {
    if (!tx.exists(s::lock_community{.community_id = id})) throw community_not_found();
    auto row = find(tx, viewer, id);
    if (!row || (row->is_banned && banned == Banned::refused)) throw community_not_found();
    return std::move(*row);
}

Row get(db::Read& tx, const UserId& viewer, const CommunityId& id) {
    auto row = find(tx, viewer, id);
    if (!row || row->is_banned) throw community_not_found();
    return std::move(*row);
}

Row get_readable(db::Read& tx, const UserId& viewer, const CommunityId& id) {
    auto row = get(tx, viewer, id);
    if (!row.may_read()) throw not_authorized("Private community");
    return row;
}

Change add_member(db::Write& tx, const Row& community, const UserId& user, Role role, Time now) {
    const auto& id = community.community_id;
    if (!tx.exists(m::insert_member{
            .user_id = user, .community_id = id, .role = static_cast<int>(role), .now = now}))
        return {false, community.member_count};
    const auto count = tx.value<std::int64_t>(s::add_members{.delta = 1, .community_id = id});
    tx.exec(m::delete_invite{.user_id = user, .community_id = id});
    drop_request(tx, id, user);
    tx.publish(CommunityMembersChanged{.community_id = id, .member_count = count});
    return {true, count};
}

void drop_request(db::Write& tx, const CommunityId& id, const UserId& user) {
    bool was_pending = false;
    tx.each(m::delete_request{.community_id = id, .user_id = user},
            [&](const db::Row& row) { was_pending = !row.get<std::optional<Time>>(0); });
    if (was_pending) tx.publish(CommunityRequestEnded{.community_id = id, .user_id = user});
}

Change drop_member(db::Write& tx, const Row& community, const UserId& user) {
    const auto& id = community.community_id;
    if (tx.exec(m::delete_member{.user_id = user, .community_id = id}) == 0)
        return {false, community.member_count};
    const auto count = tx.value<std::int64_t>(s::add_members{.delta = -1, .community_id = id});
    tx.publish(CommunityMembersChanged{.community_id = id, .member_count = count});
    return {true, count};
}

void index(db::Write& tx, const Row& community) {
    if (community.is_private) return;
    const auto words =
        words_of(community.name + ' ' + community.category + ' ' + community.description, kMaxWords);
    const std::vector<std::string_view> views(words.begin(), words.end());
    tx.exec(s::insert_words{.community_id = community.community_id, .words = views});
    tx.exec(s::add_category{.category_key = community.category_key, .category = community.category});
}

void unindex(db::Write& tx, const Row& community) {
    if (community.is_private) return;
    tx.exec(s::delete_words{.community_id = community.community_id});
    tx.exec(s::drop_category{.category_key = community.category_key});
    tx.exec(s::drop_empty_category{.category_key = community.category_key});
}

std::vector<std::string> words_of(std::string_view text, std::size_t most) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < text.size() && words.size() < most) {
        const auto start = at;
        auto end = start;
        while (at < text.size()) {
            end = at;
            if (!text::is_word_code_point(text::next_code_point(text, at))) break;
            end = at;
        }
        // Longer ones are no words, and no search names them whole.
        if (end == start || end - start > 100) continue;
        auto word = text::fold(text.substr(start, end - start));
        if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
    }
    return words;
}

}  // namespace grover::communities
