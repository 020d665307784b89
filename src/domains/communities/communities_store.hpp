// Rows of communities, and what one user is to each. Private to domains/communities; decides nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domains/communities/communities_members_api.hpp"

namespace grover::communities {

struct Row {
    CommunityId community_id;
    UserId owner_id;
    std::string name;
    std::string name_key;
    std::string description;
    std::string category;
    std::string category_key;
    bool is_private = false;
    std::optional<MediaId> cover_id;
    std::string rules = "[]";
    std::int64_t member_count = 0;
    std::int64_t post_count = 0;
    Time created_at;
    Time active_at;
    std::string moderators;  // ids, separated by commas
    // Of the viewer.
    std::optional<Role> viewer_role;
    bool is_banned = false;
    bool is_invited = false;
    RequestStatus request_status = RequestStatus::none;
    std::optional<Time> declined_at;

    bool is_member() const { return viewer_role.has_value(); }
    bool is_moderator() const { return viewer_role && *viewer_role >= Role::moderator; }
    bool is_owner() const { return viewer_role == Role::owner; }
    bool may_read() const { return !is_banned && (!is_private || is_member()); }
    std::vector<UserId> moderator_ids() const;

    static constexpr auto columns = Pack{
        db::column("community_id", &Row::community_id),
        db::column("owner_id", &Row::owner_id),
        db::column("name", &Row::name),
        db::column("name_key", &Row::name_key),
        db::column("description", &Row::description),
        db::column("category", &Row::category),
        db::column("category_key", &Row::category_key),
        db::column("is_private", &Row::is_private),
        db::column("cover_id", &Row::cover_id),
        db::column("rules", &Row::rules),
        db::column("member_count", &Row::member_count),
        db::column("post_count", &Row::post_count),
        db::column("created_at", &Row::created_at),
        db::column("active_at", &Row::active_at),
        db::column("moderators", &Row::moderators),
        db::column("viewer_role", &Row::viewer_role),
        db::column("is_banned", &Row::is_banned),
        db::column("is_invited", &Row::is_invited),
        db::column("request_status", &Row::request_status),
        db::column("declined_at", &Row::declined_at),
    };
};

// Those that exist, in any order. One statement.
std::vector<Row> load(db::Read& tx, const UserId& viewer, std::span<const CommunityId> ids);
std::optional<Row> find(db::Read& tx, const UserId& viewer, const CommunityId& id);

// The community for a change, held until the transaction ends: 404 when there is none, or when it is hidden from a banned
// viewer and `shows_to_banned` is not set.
enum class Banned : std::uint8_t { refused, let_through };
Row get_for_change(db::Write& tx, const UserId& viewer, const CommunityId& id,
                   Banned banned = Banned::refused);
Row get(db::Read& tx, const UserId& viewer, const CommunityId& id);
// And 403 when it is private and the viewer no member.
Row get_readable(db::Read& tx, const UserId& viewer, const CommunityId& id);

// Whether somebody came or went, and the count after it.
struct Change {
    bool happened = false;
    std::int64_t member_count = 0;
};
Change add_member(db::Write& tx, const Row& community, const UserId& user, Role role, Time now);
Change drop_member(db::Write& tx, const Row& community, const UserId& user);
// A request that was pending is out of date.
void drop_request(db::Write& tx, const CommunityId& id, const UserId& user);

// What GET /communities/discover finds a public community by.
void index(db::Write& tx, const Row& community);
void unindex(db::Write& tx, const Row& community);

// The folded words of a text, each once, in order.
std::vector<std::string> words_of(std::string_view text, std::size_t most);

}  // namespace grover::communities
