// The lists of collections, one collection with its posts, and what is new in followed ones.
#include <algorithm>

#include "domains/collections/collections_more_api.hpp"
#include "domains/collections/collections_store.hpp"
#include "domains/collections/collections_views.hpp"
#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"
#include "sql/collections.hpp"
#include "sql/collections_people.hpp"
#include "sql/collections_posts.hpp"

namespace grover::collections {
namespace {

namespace lists = sql::collections;

constexpr int kAtOnce = 200;
// Rows looked at for one page: a reader who may see almost nothing gets what was found until then, and a cursor on.
constexpr int kMaxLookedAt = 5'000;
// Followed collections whose news are read.
constexpr int kMaxNewsSources = 500;

struct FollowerRow {
    UserId user_id;
    Time created_at;
    static constexpr auto columns = Pack{db::column("user_id", &FollowerRow::user_id),
                                         db::column("created_at", &FollowerRow::created_at)};
};

// `source(place, limit)`: the next rows of the list. `keep(rows)`: for each, whether it is this reader's to see.
template <class Source, class Keep>
std::vector<CollectionRow> cut(const PageRequest& page, std::string& next, Source&& source, Keep&& keep) {
    std::vector<CollectionRow> out;
    auto skip = page.after.empty() ? page.skip : 0;
    if (skip > kMaxSkip) return out;
    auto place = place_from(page.after);
    for (int looked_at = 0; looked_at < kMaxLookedAt + kMaxSkip;) {
        const auto rows = source(place, kAtOnce);
        const std::vector<bool> kept = keep(rows);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!kept[i] || skip-- > 0) continue;
            if (out.size() == static_cast<std::size_t>(page.limit)) {
                next = to_text(place_of(out.back()));
                return out;
            }
            out.push_back(rows[i]);
        }
        if (rows.size() < static_cast<std::size_t>(kAtOnce)) return out;
        place = place_of(rows.back());
        looked_at += kAtOnce;
    }
    next = to_text(place);
    return out;
}

std::vector<bool> everything(const std::vector<CollectionRow>& rows) {
    return std::vector<bool>(rows.size(), true);
}

// A filter by the readers' rules.
class Sieve {
public:
    Sieve(db::Read& tx, users::UsersService& users, const Caller& me)
        : tx_(tx), users_(users), me_(me), relations_(users.relations(tx, me.id)) {}

    std::vector<bool> operator()(const std::vector<CollectionRow>& rows) const {
        std::vector<UserId> owners;
        for (const auto& row : rows) owners.push_back(row.user_id);
        const auto cards = users_.cards(tx_, owners, me_.base_url);
        std::vector<bool> out;
        for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(may_see(*relations_, rows[i], *cards[i]));
        return out;
    }

private:
    db::Read& tx_;
    users::UsersService& users_;
    const Caller& me_;
    std::shared_ptr<const users::Relations> relations_;
};

}  // namespace

Page<Collection> CollectionsService::mine(const Caller& me, const CollectionList& in) {
    return db_.read([&](db::Read& tx) {
        Page<Collection> page;
        const auto source = [&](const Place& place, int limit) {
            return tx.list<CollectionRow>(
                lists::list_of_user{.user_id = me.id, .at = place.at, .id = place.id, .limit = limit});
        };
        const auto rows = cut(in.page, page.next, source, everything);
        page.items = views_of(tx, users_, posts_, me, rows).collections;
        if (!in.post_id) return page;
        const auto with = tx.list<CollectionId>(
            sql::collections_posts::collections_with{.post_id = *in.post_id, .user_id = me.id});
        for (auto& item : page.items)
            item.contains_post = std::ranges::find(with, item.collection_id) != with.end();
        return page;
    });
}

Page<Collection> CollectionsService::everybodys(const Caller& me, const CollectionListPublic& in) {
    const auto wanted = text::fold(in.q.value_or(""));
    return db_.read([&](db::Read& tx) {
        Page<Collection> page;
        const auto source = [&](const Place& place, int limit) {
            if (in.sort == CollectionSort::newest) {
                return tx.list<CollectionRow>(
                    lists::list_newest{.at = place.at, .id = place.id, .limit = limit});
            }
            return tx.list<CollectionRow>(lists::list_followed_most{
                .followers = place.followers, .at = place.at, .id = place.id, .limit = limit});
        };
        const Sieve sieve(tx, users_, me);
        const auto keep = [&](const std::vector<CollectionRow>& rows) {
            auto kept = sieve(rows);
            for (std::size_t i = 0; i < rows.size() && !wanted.empty(); ++i) {
                if (text::fold(rows[i].name).find(wanted) == std::string::npos) kept[i] = false;
            }
            return kept;
        };
        page.items = views_of(tx, users_, posts_, me, cut(in.page, page.next, source, keep)).collections;
        return page;
    });
}

Page<Collection> CollectionsService::followed(const Caller& me, const PageRequest& request) {
    return db_.read([&](db::Read& tx) {
        Page<Collection> page;
        const auto source = [&](const Place& place, int limit) {
            return tx.list<CollectionRow>(
                lists::list_followed{.user_id = me.id, .at = place.at, .id = place.id, .limit = limit});
        };
        const auto rows = cut(request, page.next, source, Sieve(tx, users_, me));
        page.items = views_of(tx, users_, posts_, me, rows).collections;
        for (std::size_t i = 0; i < rows.size(); ++i) page.items[i].followed_at = rows[i].listed_at;
        return page;
    });
}

Page<Collection> CollectionsService::of_user(const Caller& me, const UserId& user, const PageRequest& request,
                                             bool& is_private) {
    return db_.read([&](db::Read& tx) {
        Page<Collection> page;
        const auto sight = users_.require_sight(tx, me.id, user);
        is_private = sight == users::Sight::private_account;
        if (sight != users::Sight::everything) return page;
        const auto source = [&](const Place& place, int limit) {
            return tx.list<CollectionRow>(
                lists::list_public_of_user{.user_id = user, .at = place.at, .id = place.id, .limit = limit});
        };
        page.items =
            views_of(tx, users_, posts_, me, cut(request, page.next, source, everything)).collections;
        return page;
    });
}

CollectionPage CollectionsService::get(const Caller& me, const CollectionGet& in) {
    return db_.read([&](db::Read& tx) {
        const auto row = require_visible(tx, users_, me, in.collection_id);
        auto viewed = views_of(tx, users_, posts_, me, std::span(&row, 1));
        // All that is visible is known; the page is cut from it. `followers` of a place holds the position.
        auto& entries = viewed.entries;
        auto skip = static_cast<std::size_t>(in.page.after.empty() ? in.page.skip : 0);
        if (!in.page.after.empty()) {
            const auto last = place_from(in.page.after);
            skip = static_cast<std::size_t>(std::ranges::count_if(entries, [&](const EntryRow& entry) {
                return entry.position > last.followers ||
                       (entry.position == last.followers && entry.post_id.view() >= last.id);
            }));
        }
        CollectionPage page;
        const auto first = std::min(skip, entries.size());
        const auto count = std::min(static_cast<std::size_t>(in.page.limit), entries.size() - first);
        if (count > 0 && first + count < entries.size()) {
            const auto& last = entries[first + count - 1];
            page.next = to_text({.followers = last.position, .at = last.added_at, .id = last.post_id.str()});
        }
        std::vector<PostId> ids;
        for (std::size_t i = first; i < first + count; ++i) ids.push_back(entries[i].post_id);
        const auto views = posts_.each(tx, me, ids);

        page.json = "{";
        wire::write_members(page.json, viewed.collections.front());
        wire::append_key(page.json, "posts");
        page.json += '[';
        for (std::size_t i = 0; i < views.size(); ++i) {
            if (views[i].empty()) continue;
            if (page.json.back() == '}') page.json += ',';
            const auto start = page.json.size();
            page.json += views[i];
            page.json.pop_back();
            if (row.user_id == me.id) {
                // The first of these members is this post's; a text holds no bare quotation mark, and what it reposts
                // comes last.
                constexpr std::string_view unsaved = R"("saved":false,"is_saved":false)";
                if (const auto at = page.json.find(unsaved, start); at != std::string::npos)
                    page.json.replace(at, unsaved.size(), R"("saved":true,"is_saved":true)");
            }
            wire::append_key(page.json, "added_by");
            wire::write(page.json, entries[first + i].added_by);
            wire::append_key(page.json, "added_at");
            wire::write(page.json, entries[first + i].added_at);
            page.json += '}';
        }
        page.json += "]}";
        return page;
    });
}

Page<CollectionFollower> CollectionsService::followers(const Caller& me, const CollectionId& id,
                                                       const PageRequest& request) {
    return db_.read([&](db::Read& tx) {
        require_own(tx, users_, me, id);
        const auto place = place_from(request.after);
        const auto behind = [&](const FollowerRow& row, int limit) {
            return tx.list<FollowerRow>(sql::collections_people::list_followers{
                .collection_id = id, .at = row.created_at, .id = row.user_id, .limit = limit});
        };
        const auto listed =
            users::list_people(tx, users_, me, request, FollowerRow{UserId(place.id), place.at}, {}, behind);
        Page<CollectionFollower> page;
        for (const auto& [row, card] : listed.people) page.items.push_back({{card->json}, row.created_at});
        if (listed.next)
            page.next = to_text({.at = listed.next->created_at, .id = listed.next->user_id.str()});
        return page;
    });
}

api::RawPage<posts::Post> CollectionsService::news(const Caller& me, const PageRequest& request) {
    return db_.read([&](db::Read& tx) {
        PageRequest all{.limit = kMaxNewsSources, .skip = 0, .after = {}};
        std::string ignored;
        const auto followed = cut(
            all, ignored,
            [&](const Place& place, int limit) {
                return tx.list<CollectionRow>(
                    lists::list_followed{.user_id = me.id, .at = place.at, .id = place.id, .limit = limit});
            },
            Sieve(tx, users_, me));
        std::vector<CollectionId> ids;
        for (const auto& row : followed) ids.push_back(row.collection_id);
        const auto texts = db::ids_of(ids);
        return post_lists_.page(tx, me, request, posts::Muted::left_out,
                                [&](const posts::Position& after, int limit) {
                                    return tx.list<posts::Position>(sql::collections_posts::newest_in{
                                        .ids = texts, .at = after.at, .id = after.id, .limit = limit});
                                });
    });
}

}  // namespace grover::collections
