#include "domains/users/lists.hpp"

#include "domains/users/users_store.hpp"
#include "domains/users/users_views.hpp"
#include "platform/base/place.hpp"
#include "platform/text/utf8.hpp"
#include "sql/user_edges.hpp"

namespace grover::users {
namespace {

// A search among more edges than this starts from the names instead of the edges.
constexpr std::int64_t kMaxEdgesToSearch = 5'000;
// ... and looks at so many people of that name at most.
constexpr int kMaxNamesakes = 10'000;
// Above every text: the largest code point.
constexpr std::string_view kLast = "\xF4\x8F\xBF\xBF";

struct SummaryRow {
    UserId user_id;
    std::string name;
    std::string username;
    std::optional<std::string> picture;
    bool is_premium = false;
    bool is_private = false;
    static constexpr auto columns = Pack{
        db::column("user_id", &SummaryRow::user_id),       db::column("name", &SummaryRow::name),
        db::column("username", &SummaryRow::username),     db::column("picture", &SummaryRow::picture),
        db::column("is_premium", &SummaryRow::is_premium), db::column("is_private", &SummaryRow::is_private),
    };
};

struct FollowRow : SummaryRow {
    Time followed_at;
    bool is_following = false;
    bool follows_you = false;
    static constexpr auto columns =
        join(SummaryRow::columns, Pack{
                                      db::column("followed_at", &FollowRow::followed_at),
                                      db::column("is_following", &FollowRow::is_following),
                                      db::column("follows_you", &FollowRow::follows_you),
                                  });
    Time at() const { return followed_at; }
};

struct DatedRow : SummaryRow {
    Time created_at;
    static constexpr auto columns =
        join(SummaryRow::columns, Pack{db::column("created_at", &DatedRow::created_at)});
    Time at() const { return created_at; }
};

struct MutedRow : SummaryRow {
    std::string scope;
    std::optional<Time> until;
    Time created_at;
    static constexpr auto columns =
        join(SummaryRow::columns, Pack{
                                      db::column("scope", &MutedRow::scope),
                                      db::column("until", &MutedRow::until),
                                      db::column("created_at", &MutedRow::created_at),
                                  });
};

// One user may be muted in several scopes, so that places among mutes are "<time>.<id>.<scope>".
struct MutePlace : Place {
    std::string scope;

    explicit MutePlace(std::string_view text) : Place(place_of(text)) {
        const auto dot = id.find('.');
        if (dot == std::string::npos) return;
        scope = id.substr(dot + 1);
        id.resize(dot);
    }
};

std::int64_t skip_of(const PageRequest& page) { return page.after.empty() ? page.skip : 0; }
bool is_beyond(const PageRequest& page) { return page.after.empty() && page.skip > kMaxSkip; }

// Rows were asked for one more than a page holds: whether there is a next one is known without counting.
template <class Item, class Row, class ToItem, class ToPosition>
Page<Item> page_of(const std::vector<Row>& rows, int limit, ToItem to_item, ToPosition to_position) {
    Page<Item> page;
    for (const auto& row : rows) {
        if (static_cast<int>(page.items.size()) == limit) {
            page.next = to_position(rows[static_cast<std::size_t>(limit) - 1]);
            break;
        }
        page.items.push_back(to_item(row));
    }
    return page;
}

template <class Row>
std::string position_of(const Row& row) {
    return place_text(row.at(), row.user_id.view());
}

struct Prefix {
    std::string low, high;
    explicit Prefix(const std::string& q) : low(text::fold(q)), high(low + std::string(kLast)) {
        if (low.starts_with('@')) *this = Prefix(q.substr(1));
    }
};

FollowListItem item_of(const FollowRow& row, const Ground& ground, std::string_view base_url) {
    FollowListItem item;
    static_cast<UserSummary&>(item) = summary_of(row, ground, base_url);
    item.is_following = row.is_following;
    item.follows_you = row.follows_you;
    item.followed_at = row.followed_at;
    return item;
}

}  // namespace

Listing<FollowListItem> Lists::followers(const Caller& me, const UserListFollowers& in) const {
    const UserId& user = in.user_id;
    return ground_.db.read([&](db::Read& tx) -> Listing<FollowListItem> {
        const Sight sight = users_.require_sight(tx, me.id, user);
        if (sight != Sight::everything) return {{}, sight == Sight::private_account};
        if (is_beyond(in.page)) return {};
        const auto after = place_of(in.page.after);
        const Prefix prefix(in.q);
        const auto counts = in.q.empty() ? std::nullopt : store::find_counts(tx, user);
        const auto rows =
            counts && counts->followers_count > kMaxEdgesToSearch
                ? tx.list<FollowRow>(sql::user_edges::search_followers{.viewer = me.id,
                                                                       .low = prefix.low,
                                                                       .high = prefix.high,
                                                                       .most = kMaxNamesakes,
                                                                       .user_id = user,
                                                                       .at = after.at,
                                                                       .id = after.id,
                                                                       .limit = in.page.limit + 1,
                                                                       .skip = skip_of(in.page)})
                : tx.list<FollowRow>(sql::user_edges::list_followers{.viewer = me.id,
                                                                     .user_id = user,
                                                                     .at = after.at,
                                                                     .id = after.id,
                                                                     .low = prefix.low,
                                                                     .high = prefix.high,
                                                                     .limit = in.page.limit + 1,
                                                                     .skip = skip_of(in.page)});
        const auto to_item = [&](const FollowRow& row) { return item_of(row, ground_, me.base_url); };
        return {page_of<FollowListItem>(rows, in.page.limit, to_item, position_of<FollowRow>)};
    });
}

Listing<FollowListItem> Lists::following(const Caller& me, const UserListFollowing& in) const {
    const UserId& user = in.user_id;
    return ground_.db.read([&](db::Read& tx) -> Listing<FollowListItem> {
        const Sight sight = users_.require_sight(tx, me.id, user);
        if (sight != Sight::everything) return {{}, sight == Sight::private_account};
        if (is_beyond(in.page)) return {};
        const auto after = place_of(in.page.after);
        const Prefix prefix(in.q);
        const auto rows = tx.list<FollowRow>(sql::user_edges::list_following{.viewer = me.id,
                                                                             .user_id = user,
                                                                             .at = after.at,
                                                                             .id = after.id,
                                                                             .low = prefix.low,
                                                                             .high = prefix.high,
                                                                             .limit = in.page.limit + 1,
                                                                             .skip = skip_of(in.page)});
        const auto to_item = [&](const FollowRow& row) { return item_of(row, ground_, me.base_url); };
        return {page_of<FollowListItem>(rows, in.page.limit, to_item, position_of<FollowRow>)};
    });
}

Listing<UserSummary> Lists::mutual(const Caller& me, const UserListMutual& in) const {
    const UserId& user = in.user_id;
    return ground_.db.read([&](db::Read& tx) -> Listing<UserSummary> {
        const Sight sight = users_.require_sight(tx, me.id, user);
        if (sight != Sight::everything) return {{}, sight == Sight::private_account};
        if (is_beyond(in.page)) return {};
        const auto rows = tx.list<SummaryRow>(sql::user_edges::list_mutual{.viewer = me.id,
                                                                           .after = in.page.after,
                                                                           .user_id = user,
                                                                           .limit = in.page.limit + 1,
                                                                           .skip = skip_of(in.page)});
        const auto to_item = [&](const SummaryRow& row) { return summary_of(row, ground_, me.base_url); };
        const auto to_position = [](const SummaryRow& row) { return row.user_id.str(); };
        return {page_of<UserSummary>(rows, in.page.limit, to_item, to_position)};
    });
}

Page<FollowRequestItem> Lists::requests(const Caller& me, const FollowRequestList& in) const {
    if (is_beyond(in.page)) return {};
    const auto after = place_of(in.page.after);
    return ground_.db.read([&](db::Read& tx) {
        const auto load = [&]<class Statement>(Statement) {
            return tx.list<DatedRow>(Statement{.user_id = me.id,
                                               .at = after.at,
                                               .id = after.id,
                                               .limit = in.page.limit + 1,
                                               .skip = skip_of(in.page)});
        };
        const auto rows =
            in.direction == Direction::in
                ? load(sql::user_edges::list_requests_in{nullptr, nullptr, nullptr, nullptr, nullptr})
                : load(sql::user_edges::list_requests_out{nullptr, nullptr, nullptr, nullptr, nullptr});
        const auto to_item = [&](const DatedRow& row) -> FollowRequestItem {
            return {summary_of(row, ground_, me.base_url), row.created_at};
        };
        return page_of<FollowRequestItem>(rows, in.page.limit, to_item, position_of<DatedRow>);
    });
}

Page<BlockedItem> Lists::blocked(const Caller& me, const BlockedList& in) const {
    if (is_beyond(in.page)) return {};
    const auto after = place_of(in.page.after);
    return ground_.db.read([&](db::Read& tx) {
        const auto rows = tx.list<DatedRow>(sql::user_edges::list_blocked{.user_id = me.id,
                                                                          .at = after.at,
                                                                          .id = after.id,
                                                                          .limit = in.page.limit + 1,
                                                                          .skip = skip_of(in.page)});
        const auto to_item = [&](const DatedRow& row) {
            BlockedItem item;
            static_cast<UserSummary&>(item) = summary_of(row, ground_, me.base_url);
            item.blocked_at = row.created_at;
            return item;
        };
        return page_of<BlockedItem>(rows, in.page.limit, to_item, position_of<DatedRow>);
    });
}

Page<MutedItem> Lists::muted(const Caller& me, const MutedList& in) const {
    if (is_beyond(in.page)) return {};
    const MutePlace after(in.page.after);
    return ground_.db.read([&](db::Read& tx) {
        const auto rows = tx.list<MutedRow>(sql::user_edges::list_muted{.user_id = me.id,
                                                                        .at = after.at,
                                                                        .id = after.id,
                                                                        .scope = after.scope,
                                                                        .now = ground_.clock.now(),
                                                                        .limit = in.page.limit + 1,
                                                                        .skip = skip_of(in.page)});
        const auto to_item = [&](const MutedRow& row) {
            MutedItem item;
            static_cast<UserSummary&>(item) = summary_of(row, ground_, me.base_url);
            item.scope = wire::enum_of<MuteScope>(row.scope).value();
            item.until = row.until;
            return item;
        };
        const auto to_position = [](const MutedRow& row) {
            return place_text(row.created_at, row.user_id.view()) + '.' + row.scope;
        };
        return page_of<MutedItem>(rows, in.page.limit, to_item, to_position);
    });
}

}  // namespace grover::users
