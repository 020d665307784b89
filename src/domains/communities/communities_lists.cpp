// Finding communities: discover, one's own, their members, the categories.
#include <algorithm>
#include <charconv>
#include <tuple>

#include "domains/communities/communities_store.hpp"
#include "domains/communities/communities_views.hpp"
#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"
#include "sql/communities.hpp"
#include "sql/communities_members.hpp"

namespace grover::communities {
namespace {

namespace s = sql::communities;
namespace m = sql::communities_members;

// Newest memberships that are merged into the first page of discover.
constexpr int kMerged = 100;
// Begins the cursors of a walk whose first page had them merged in: they stand on no later one.
constexpr std::string_view kMergedWalk = "merged.";
// What a search looks at before it sorts.
constexpr int kMaxFound = 2'000;
constexpr int kMaxCategories = 100;

// A place in one of the orders: by `number` (negative counts, times) or by `text`, then by id.
struct Place {
    std::int64_t number = 0;
    std::string text;
    CommunityId id;
    static constexpr auto columns = Pack{
        db::column("number", &Place::number),
        db::column("text", &Place::text),
        db::column("community_id", &Place::id),
    };
};

bool is_ascending(DiscoverSort sort) { return sort == DiscoverSort::members || sort == DiscoverSort::name; }

Place place_of(const Row& row, DiscoverSort sort) {
    Place out{0, row.name_key, row.community_id};
    if (sort == DiscoverSort::members) out.number = -row.member_count;
    if (sort == DiscoverSort::newest) out.number = row.created_at.us;
    if (sort == DiscoverSort::active) out.number = row.active_at.us;
    return out;
}

bool comes_before(const Place& a, const Place& b, DiscoverSort sort) {
    if (sort == DiscoverSort::name) return std::tie(a.text, a.id) < std::tie(b.text, b.id);
    const auto x = std::tie(a.number, a.id), y = std::tie(b.number, b.id);
    return is_ascending(sort) ? x < y : y < x;
}

Place start_of(DiscoverSort sort) {
    if (is_ascending(sort)) return {INT64_MIN, "", CommunityId()};
    return {INT64_MAX, "", CommunityId("~")};
}

// "<sort>.<number>.<id>.<text>"
std::string to_text(DiscoverSort sort, const Place& place) {
    return std::string(wire::name_of(sort)) + '.' + std::to_string(place.number) + '.' + place.id.str() +
           '.' + place.text;
}

Place place_after(DiscoverSort sort, std::string_view text) {
    if (text.empty()) return start_of(sort);
    const auto take = [&] {
        const auto dot = text.find('.');
        if (dot == text.npos) throw validation_error("Invalid cursor");
        const auto part = text.substr(0, dot);
        text.remove_prefix(dot + 1);
        return part;
    };
    if (take() != wire::name_of(sort)) throw validation_error("Invalid cursor");
    Place out;
    const auto number = take();
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), out.number);
    if (error != std::errc{} || end != number.data() + number.size())
        throw validation_error("Invalid cursor");
    out.id = CommunityId(take());
    out.text = text;
    return out;
}

struct Slice {
    std::string category;
    Place after;
    int limit;
    std::int64_t skip;
};

std::vector<Place> places_of(db::Read& tx, DiscoverSort sort, const Slice& in) {
    switch (sort) {
        case DiscoverSort::members:
            return tx.list<Place>(s::by_members{.category = in.category,
                                                .number = in.after.number,
                                                .id = in.after.id,
                                                .limit = in.limit,
                                                .skip = in.skip});
        case DiscoverSort::newest:
            return tx.list<Place>(s::by_age{.category = in.category,
                                            .number = in.after.number,
                                            .id = in.after.id,
                                            .limit = in.limit,
                                            .skip = in.skip});
        case DiscoverSort::active:
            return tx.list<Place>(s::by_activity{.category = in.category,
                                                 .number = in.after.number,
                                                 .id = in.after.id,
                                                 .limit = in.limit,
                                                 .skip = in.skip});
        case DiscoverSort::name:
            break;
    }
    return tx.list<Place>(s::by_name{.category = in.category,
                                     .text = in.after.text,
                                     .id = in.after.id,
                                     .limit = in.limit,
                                     .skip = in.skip});
}

// Behind every word that starts with `prefix`.
std::string end_of(const std::string& prefix) { return prefix + "\xf4\x8f\xbf\xbf"; }

// Rows of what a search found, in order, from the asked place on.
std::vector<Row> found_rows(db::Read& tx, const UserId& viewer, std::string_view q, DiscoverSort sort,
                            const Slice& in) {
    auto words = words_of(q, 3);
    if (words.empty()) return {};
    words.resize(3);
    const auto ids = tx.list<CommunityId>(s::search{.first = words[0],
                                                    .first_end = end_of(words[0]),
                                                    .category = in.category,
                                                    .second = words[1],
                                                    .second_end = end_of(words[1]),
                                                    .third = words[2],
                                                    .third_end = end_of(words[2]),
                                                    .limit = kMaxFound});
    auto rows = load(tx, viewer, ids);
    std::erase_if(rows, [&](const Row& row) { return !comes_before(in.after, place_of(row, sort), sort); });
    std::ranges::sort(rows, [&](const Row& a, const Row& b) {
        return comes_before(place_of(a, sort), place_of(b, sort), sort);
    });
    const auto skipped = std::min<std::size_t>(rows.size(), static_cast<std::size_t>(in.skip));
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(skipped));
    if (rows.size() > static_cast<std::size_t>(in.limit)) rows.resize(static_cast<std::size_t>(in.limit));
    return rows;
}

struct MemberRow {
    Role role = Role::member;
    Time joined_at;
    UserId user_id;
    static constexpr auto columns = Pack{
        db::column("role", &MemberRow::role),
        db::column("joined_at", &MemberRow::joined_at),
        db::column("user_id", &MemberRow::user_id),
    };
};

// "<role>.<joined_at>.<user_id>"
std::string to_text(const MemberRow& row) {
    return std::to_string(static_cast<int>(row.role)) + '.' + std::to_string(row.joined_at.us) + '.' +
           row.user_id.str();
}

MemberRow member_after(std::string_view text) {
    if (text.empty()) return {Role::owner, Time{-1}, UserId()};
    if (text.size() < 3 || text[0] < '0' || text[0] > '2' || text[1] != '.')
        throw validation_error("Invalid cursor");
    const auto rest = posts::position_of(text.substr(2));
    return {static_cast<Role>(text[0] - '0'), rest.at, UserId(rest.id.view())};
}

}  // namespace

Page<Community> CommunitiesService::discover(const Caller& me, const CommunityDiscover& in) {
    const bool is_first = in.page.after.empty();
    if (is_first && in.page.skip > kMaxSkip) return {};
    std::string_view after = in.page.after;
    const bool was_merged = after.starts_with(kMergedWalk);
    if (was_merged) after.remove_prefix(kMergedWalk.size());
    const bool searches = in.q && !in.q->empty();
    const Slice slice{.category = in.category ? text::lower(*in.category) : "",
                      .after = place_after(in.sort, after),
                      .limit = in.page.limit + 1,
                      .skip = is_first ? in.page.skip : 0};
    const bool is_of_all = slice.category.empty() && !searches;
    const bool merges = is_of_all && is_first && in.page.skip == 0;
    const bool is_merged_walk = is_of_all && was_merged;
    return db_.read([&](db::Read& tx) {
        Page<Community> page;
        std::vector<Row> rows;
        const auto limit = static_cast<std::size_t>(in.page.limit);
        if (searches) {
            rows = found_rows(tx, me.id, *in.q, in.sort, slice);
            if (rows.size() > limit) {
                rows.resize(limit);
                page.next = to_text(in.sort, place_of(rows.back(), in.sort));
            }
        } else {
            // Clients look for their own communities on the first page.
            std::vector<CommunityId> own;
            if (merges || is_merged_walk)
                own = tx.list<CommunityId>(s::public_of_member{.user_id = me.id, .limit = kMerged});
            const auto is_own = [&](const CommunityId& id) {
                return std::ranges::find(own, id) != own.end();
            };
            auto wanted = slice;
            if (is_merged_walk) wanted.limit += static_cast<int>(own.size());
            auto places = places_of(tx, in.sort, wanted);
            if (is_merged_walk) std::erase_if(places, [&](const Place& place) { return is_own(place.id); });
            if (places.size() > limit) {
                places.resize(limit);
                page.next = to_text(in.sort, places.back());
                if (merges || is_merged_walk) page.next.insert(0, kMergedWalk);
            }
            std::vector<CommunityId> ids;
            for (const auto& place : places) ids.push_back(place.id);
            if (merges) {
                for (auto& id : own)
                    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
            }
            rows = load(tx, me.id, ids);
            std::ranges::sort(rows, [&](const Row& a, const Row& b) {
                return comes_before(place_of(a, in.sort), place_of(b, in.sort), in.sort);
            });
        }
        std::erase_if(rows, [](const Row& row) { return row.is_banned; });
        page.items = views_of(tx, media_, me, rows);
        return page;
    });
}

CommunitiesService::Found CommunitiesService::search(const Caller& me, std::string_view q,
                                                     const PageRequest& page) {
    constexpr std::int64_t kMostCounted = 1'000;
    constexpr auto kOrder = DiscoverSort::members;
    const auto after = place_after(kOrder, page.after);
    const auto skip = page.after.empty() ? page.skip : 0;
    Found out;
    db_.read([&](db::Read& tx) {
        auto rows = found_rows(tx, me.id, q, kOrder,
                               {.category = "", .after = start_of(kOrder), .limit = kMaxFound, .skip = 0});
        std::erase_if(rows, [](const Row& row) { return row.is_banned; });
        out.total = std::min(kMostCounted, std::ssize(rows));
        out.next.clear();
        std::erase_if(rows,
                      [&](const Row& row) { return !comes_before(after, place_of(row, kOrder), kOrder); });
        const auto skipped = std::min<std::int64_t>(std::ssize(rows), skip);
        rows.erase(rows.begin(), rows.begin() + skipped);
        if (std::ssize(rows) > page.limit) {
            rows.resize(static_cast<std::size_t>(page.limit));
            out.next = to_text(kOrder, place_of(rows.back(), kOrder));
        }
        out.json = wire::to_json(views_of(tx, media_, me, rows));
    });
    return out;
}

Page<Community> CommunitiesService::mine(const Caller& me, const CommunityMine& in) {
    if (in.page.after.empty() && in.page.skip > kMaxSkip) return {};
    const auto after = place_after(DiscoverSort::active, in.page.after);
    return db_.read([&](db::Read& tx) {
        auto places = tx.list<Place>(s::of_member{.user_id = me.id,
                                                  .role = in.role ? static_cast<int>(*in.role) : -1,
                                                  .number = after.number,
                                                  .id = after.id,
                                                  .limit = in.page.limit + 1,
                                                  .skip = in.page.after.empty() ? in.page.skip : 0});
        Page<Community> page;
        if (places.size() > static_cast<std::size_t>(in.page.limit)) {
            places.pop_back();
            page.next = to_text(DiscoverSort::active, places.back());
        }
        std::vector<CommunityId> ids;
        for (const auto& place : places) ids.push_back(place.id);
        auto rows = load(tx, me.id, ids);
        std::ranges::sort(rows, [&](const Row& a, const Row& b) {
            return comes_before(place_of(a, DiscoverSort::active), place_of(b, DiscoverSort::active),
                                DiscoverSort::active);
        });
        page.items = views_of(tx, media_, me, rows);
        return page;
    });
}

Page<CommunityMember> CommunitiesService::members(const Caller& me, const CommunityMembers& in) {
    if (in.page.after.empty() && in.page.skip > kMaxSkip) return {};
    const auto q = in.q ? text::lower(*in.q) : "";
    return db_.read([&](db::Read& tx) {
        get_readable(tx, me.id, in.community_id);
        const auto behind = [&](const MemberRow& row, int limit) {
            auto rows = tx.list<MemberRow>(m::list_members{.community_id = in.community_id,
                                                           .only = in.role ? static_cast<int>(*in.role) : -1,
                                                           .role = static_cast<int>(row.role),
                                                           .at = row.joined_at,
                                                           .id = row.user_id,
                                                           .limit = limit});
            std::ranges::sort(rows, [](const MemberRow& a, const MemberRow& b) {
                return std::tie(b.role, a.joined_at, a.user_id) < std::tie(a.role, b.joined_at, b.user_id);
            });
            if (std::ssize(rows) > limit) rows.resize(static_cast<std::size_t>(limit));
            return rows;
        };
        const auto listed =
            users::list_people(tx, users_, me, in.page, member_after(in.page.after), q, behind);
        Page<CommunityMember> page;
        for (const auto& [row, card] : listed.people)
            page.items.push_back({{card->json}, row.role, row.joined_at});
        if (listed.next) page.next = to_text(*listed.next);
        return page;
    });
}

std::vector<CategoryCount> CommunitiesService::categories() {
    return db_.read([&](db::Read& tx) {
        std::vector<CategoryCount> out;
        tx.each(s::list_categories{.limit = kMaxCategories}, [&](const db::Row& row) {
            out.push_back({row.get<std::string>(0), row.integer(1)});
        });
        return out;
    });
}

}  // namespace grover::communities
