// Asking to join a private community, and being invited.
#include <algorithm>

#include "domains/communities/communities_store.hpp"
#include "domains/communities/communities_views.hpp"
#include "platform/base/error.hpp"
#include "platform/text/sanitize.hpp"
#include "sql/communities.hpp"
#include "sql/communities_members.hpp"

namespace grover::communities {

using namespace std::chrono_literals;

namespace {

namespace m = sql::communities_members;

constexpr auto kAfterDecline = 7 * 24h;

struct RequestRow {
    Time created_at;
    UserId user_id;
    std::string message;
    static constexpr auto columns = Pack{
        db::column("created_at", &RequestRow::created_at),
        db::column("user_id", &RequestRow::user_id),
        db::column("message", &RequestRow::message),
    };
};

Error request_not_found() { return not_found("Request not found"); }

}  // namespace

CommunityRequestAnswer CommunitiesService::request(const Caller& me, const CommunityRequestCreate& in) {
    const auto message = text::sanitize_string(in.message);
    return db_.write([&](db::Write& tx) -> CommunityRequestAnswer {
        const auto row = get_for_change(tx, me.id, in.community_id, Banned::let_through);
        if (row.is_banned) throw not_authorized("You are banned from this community");
        if (row.is_member()) throw validation_error("You are already a member");
        if (!row.is_private) throw validation_error("Everybody can join this community");
        const auto now = clock_.now();
        if (row.declined_at && now < *row.declined_at + kAfterDecline)
            throw validation_error("You can ask again seven days after a request was declined");
        if (tx.exists(m::put_request{
                .community_id = in.community_id, .user_id = me.id, .message = message, .now = now}))
            tx.publish(CommunityRequested{.community_id = in.community_id,
                                          .user_id = me.id,
                                          .moderator_ids = row.moderator_ids(),
                                          .created_at = now});
        return {};
    });
}

Page<CommunityRequest> CommunitiesService::requests(const Caller& me, const CommunityRequests& in) {
    if (in.page.after.empty() && in.page.skip > kMaxSkip) return {};
    return db_.read([&](db::Read& tx) {
        const auto row = communities::get(tx, me.id, in.community_id);
        if (!row.is_moderator()) throw not_authorized();
        posts::Position after{Time{INT64_MIN}, PostId()};
        if (!in.page.after.empty()) after = posts::position_of(in.page.after);
        auto rows = tx.list<RequestRow>(m::list_requests{.community_id = in.community_id,
                                                         .at = after.at,
                                                         .id = after.id,
                                                         .limit = in.page.limit + 1,
                                                         .skip = in.page.after.empty() ? in.page.skip : 0});
        Page<CommunityRequest> page;
        if (rows.size() > static_cast<std::size_t>(in.page.limit)) {
            rows.pop_back();
            page.next =
                posts::to_text(posts::Position{rows.back().created_at, PostId(rows.back().user_id.view())});
        }
        std::vector<UserId> people;
        for (const auto& request : rows) people.push_back(request.user_id);
        const auto cards = users_.cards(tx, people, me.base_url);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            page.items.push_back(
                {{cards[i]->json}, rows[i].user_id, std::move(rows[i].message), rows[i].created_at});
        }
        return page;
    });
}

Message CommunitiesService::approve(const Caller& me, const CommunityId& id, const UserId& user) {
    db_.write([&](db::Write& tx) {
        const auto row = get_for_change(tx, me.id, id);
        if (!row.is_moderator()) throw not_authorized();
        if (!tx.exists(m::is_pending{.community_id = id, .user_id = user})) throw request_not_found();
        const auto now = clock_.now();
        add_member(tx, row, user, Role::member, now);
        tx.publish(CommunityAccepted{.community_id = id, .user_id = user, .by = me.id, .created_at = now});
    });
    return {"Request approved"};
}

Message CommunitiesService::decline(const Caller& me, const CommunityId& id, const UserId& user) {
    db_.write([&](db::Write& tx) {
        const auto row = get_for_change(tx, me.id, id);
        if (!row.is_moderator()) throw not_authorized();
        if (tx.exec(m::decline_request{.now = clock_.now(), .community_id = id, .user_id = user}) == 0)
            throw request_not_found();
        tx.publish(CommunityRequestEnded{.community_id = id, .user_id = user});
    });
    return {"Request declined"};
}

CommunityInviteAnswer CommunitiesService::invite(const Caller& me, const CommunityInvite& in) {
    for (const auto& id : in.user_ids) {
        if (!is_well_formed_id(id)) throw validation_error("Invalid user_id format");
    }
    return db_.write([&](db::Write& tx) {
        const auto row = get_for_change(tx, me.id, in.community_id);
        // Members bring people into an open community; into a private one its moderators do.
        if (!row.is_member() || (row.is_private && !row.is_moderator())) throw not_authorized();
        const std::vector<std::string_view> ids(in.user_ids.begin(), in.user_ids.end());
        const auto known = tx.list<UserId>(m::not_invitable{.community_id = in.community_id, .ids = ids});
        std::vector<UserId> people;
        for (const auto& id : in.user_ids) {
            const UserId user(id);
            if (std::ranges::find(known, user) == known.end() &&
                std::ranges::find(people, user) == people.end())
                people.push_back(user);
        }
        const auto cards = users_.cards(tx, people, me.base_url);
        const auto relations = users_.relations(tx, me.id);
        const auto now = clock_.now();
        CommunityInvited event{
            .community_id = in.community_id, .by = me.id, .user_ids = {}, .created_at = now};
        for (std::size_t i = 0; i < people.size(); ++i) {
            if (cards[i]->is_hidden || relations->is_cut_off_from(people[i])) continue;
            // Who moderates may let a banned user come back.
            if (row.is_moderator())
                tx.exec(m::delete_ban{.user_id = people[i], .community_id = in.community_id});
            if (tx.exists(m::insert_invite{
                    .user_id = people[i], .community_id = in.community_id, .invited_by = me.id, .now = now}))
                event.user_ids.push_back(people[i]);
        }
        CommunityInviteAnswer answer;
        answer.invited = static_cast<int>(event.user_ids.size());
        if (answer.invited > 0) tx.publish(event);
        return answer;
    });
}

}  // namespace grover::communities
