// The rows of stories above the feed, and those on a profile.
#include <algorithm>
#include <map>
#include <tuple>

#include "domains/stories/stories_views.hpp"
#include "platform/base/error.hpp"
#include "sql/stories.hpp"

namespace grover::stories {
namespace {

namespace s = sql::stories;

constexpr int kMaxHighlights = 10'000;

struct Latest {
    UserId author;
    Time at;
    friend bool comes_before(const Latest& a, const Latest& b) {
        return std::tie(b.at, b.author) < std::tie(a.at, a.author);
    }
};

bool is_newer(const StoryRow& a, const StoryRow& b) {
    return std::tie(b.created_at, b.story_id) < std::tie(a.created_at, a.story_id);
}

}  // namespace

Page<StoryGroup> StoriesService::list(const Caller& me, const StoryList& in) {
    if (in.page.after.empty() && in.page.skip > kMaxSkip) return {};
    const auto after = place_of(in.page.after);
    const Time now = clock_.now();
    const Time since = now - kLifetime;
    return db_.read([&](db::Read& tx) {
        Page<StoryGroup> page;
        const auto relations = users_.relations(tx, me.id);
        const auto muted = users_.muting_stories_of(tx, me.id);
        std::vector<std::string_view> authors{me.id.view()};
        for (const auto& user : relations->following()) {
            if (!std::ranges::binary_search(muted, user) && !relations->is_cut_off_from(user))
                authors.push_back(user.view());
        }
        std::vector<Latest> latest;
        tx.each(s::authors_since{.authors = authors, .since = since}, [&](const db::Row& row) {
            latest.push_back({row.get<UserId>(0), row.get<Time>(1)});
        });
        std::vector<UserId> people;
        for (const auto& one : latest) people.push_back(one.author);
        const auto cards = users_.cards(tx, people, me.base_url);
        std::map<UserId, std::shared_ptr<const users::UserCard>> shown;
        for (std::size_t i = 0; i < people.size(); ++i) {
            if (!cards[i]->is_hidden) shown.emplace(people[i], cards[i]);
        }
        std::erase_if(latest, [&](const Latest& one) {
            return !shown.contains(one.author) || !comes_before({UserId(after.id), after.at}, one);
        });
        std::ranges::sort(latest, [](const Latest& a, const Latest& b) { return comes_before(a, b); });
        const auto skipped =
            in.page.after.empty() ? std::min<std::int64_t>(std::ssize(latest), in.page.skip) : 0;
        latest.erase(latest.begin(), latest.begin() + skipped);
        if (std::ssize(latest) > in.page.limit) {
            latest.resize(static_cast<std::size_t>(in.page.limit));
            page.next = to_text({latest.back().at, latest.back().author.str()});
        }

        authors.clear();
        for (const auto& one : latest) authors.push_back(one.author.view());
        std::vector<StoryRow> rows;
        tx.each(s::stories_since{.authors = authors, .since = since},
                [&](const db::Row& row) { rows.push_back(story_of(row)); });
        std::ranges::sort(rows, [&](const StoryRow& a, const StoryRow& b) {
            return in.order == GroupOrder::newest ? is_newer(a, b) : is_newer(b, a);
        });
        std::map<UserId, StoryGroup> groups;
        for (auto& story : stories::views_of(tx, {users_, media_, now}, me, rows)) {
            auto& group = groups[story.user_id];
            group.has_unseen |= !story.viewed;
            group.stories.push_back(std::move(story));
        }
        for (const auto& one : latest) {
            auto& group = page.items.emplace_back(std::move(groups[one.author]));
            group.user.json = shown[one.author]->json;
            group.latest_at = one.at;
        }
        return page;
    });
}

OwnStories StoriesService::own(const Caller& me, const PageRequest& page, std::string& next) {
    const auto after = place_of(page.after);
    const bool is_beyond = page.after.empty() && page.skip > kMaxSkip;
    return db_.read([&](db::Read& tx) {
        OwnStories out;
        std::vector<StoryRow> rows;
        if (!is_beyond) {
            tx.each(s::stories_of{.user_id = me.id,
                                  .at = after.at,
                                  .id = after.id,
                                  .limit = page.limit + 1,
                                  .skip = page.after.empty() ? page.skip : 0},
                    [&](const db::Row& row) { rows.push_back(story_of(row)); });
        }
        next.clear();
        if (std::ssize(rows) > page.limit) {
            rows.pop_back();
            next = to_text({rows.back().created_at, rows.back().story_id.str()});
        }
        out.stories = stories::views_of(tx, {users_, media_, clock_.now()}, me, rows);
        out.total = tx.value<std::int64_t>(s::count_of{.user_id = me.id});
        return out;
    });
}

Highlights StoriesService::highlights(const Caller& me, const UserId& user) {
    return db_.read([&](db::Read& tx) {
        if (users_.require_sight(tx, me.id, user) != users::Sight::everything) return Highlights{"{}"};
        std::vector<StoryRow> rows;
        tx.each(s::highlights_of{.user_id = user, .limit = kMaxHighlights},
                [&](const db::Row& row) { rows.push_back(story_of(row)); });
        // Newest first, so titles come in the order in which they are met.
        std::vector<std::pair<std::string, std::vector<Story>>> titles;
        for (auto& story : stories::views_of(tx, {users_, media_, clock_.now()}, me, rows)) {
            auto title = std::ranges::find(titles, *story.highlight_title,
                                           &std::pair<std::string, std::vector<Story>>::first);
            if (title == titles.end()) title = titles.insert(title, {*story.highlight_title, {}});
            title->second.push_back(std::move(story));
        }
        Highlights out{"{"};
        for (const auto& [title, stories] : titles) {
            if (out.json.size() > 1) out.json += ',';
            wire::append_string(out.json, title);
            out.json += ':';
            wire::write(out.json, stories);
        }
        out.json += '}';
        return out;
    });
}

}  // namespace grover::stories
