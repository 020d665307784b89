// The rows of stories above the feed, and those on a profile.
#include <algorithm>
#include <map>
#include <tuple>

#include "domains/stories/stories_views.hpp"
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
        db::Together first;
        users::AskedRelations asked_relations;
        const bool is_in_memory = tx.snapshot() != 0;
        if (!is_in_memory) users_.ask_relations(first, asked_relations, me.id);
        std::vector<UserId> muted;
        users_.ask_muted_stories(first, muted, me.id);
        first.run(tx);
        std::ranges::sort(muted);
        const auto relations = is_in_memory ? users_.relations(tx, me.id) : asked_relations.take();
        std::vector<std::string_view> authors{me.id.view()};
        for (const auto& user : relations->following()) {
            if (!std::ranges::binary_search(muted, user)) authors.push_back(user.view());
        }
        std::vector<Latest> latest;
        tx.each(s::authors_since{.authors = authors, .since = since}, [&](const db::Row& row) {
            latest.push_back({row.get<UserId>(0), row.get<Time>(1)});
        });
        std::erase_if(latest, [&](const Latest& one) {
            return !comes_before({UserId(after.id), after.at}, one);
        });
        std::ranges::sort(latest, [](const Latest& a, const Latest& b) { return comes_before(a, b); });
        const auto skipped =
            in.page.after.empty() ? std::min<std::int64_t>(std::ssize(latest), in.page.skip) : 0;
        latest.erase(latest.begin(), latest.begin() + skipped);
        if (std::ssize(latest) > in.page.limit) {
            latest.resize(static_cast<std::size_t>(in.page.limit));
            page.next = place_text(latest.back().at, latest.back().author.view());
        }

        authors.clear();
        for (const auto& one : latest) authors.push_back(one.author.view());
        AskedStories asked({users_, media_, now}, me);
        db::Together together;
        asked.ask(tx, together, s::stories_since{.viewer = me.id, .authors = authors, .since = since});
        together.run(tx);
        std::ranges::sort(asked.rows, [&](const StoryRow& a, const StoryRow& b) {
            return in.order == GroupOrder::newest ? is_newer(a, b) : is_newer(b, a);
        });
        std::map<UserId, StoryGroup> groups;
        for (const auto& row : asked.rows) {
            const auto& author = asked.author(row);
            if (!is_visible(*relations, author, row, now)) continue;
            auto& group = groups[row.user_id];
            if (group.stories.empty()) group.user.json = author.json;
            group.stories.push_back(asked.view(row));
            group.has_unseen |= !group.stories.back().viewed;
        }
        for (const auto& one : latest) {
            const auto group = groups.find(one.author);
            if (group == groups.end()) continue;
            group->second.latest_at = one.at;
            page.items.push_back(std::move(group->second));
        }
        return page;
    });
}

OwnStories StoriesService::own(const Caller& me, const PageRequest& page, std::string& next) {
    const auto after = place_of(page.after);
    const bool is_beyond = page.after.empty() && page.skip > kMaxSkip;
    return db_.read([&](db::Read& tx) {
        OwnStories out;
        AskedStories asked({users_, media_, clock_.now()}, me);
        db::Together together;
        if (!is_beyond)
            asked.ask(tx, together,
                      s::stories_of{.viewer = me.id,
                                    .user_id = me.id,
                                    .at = after.at,
                                    .id = after.id,
                                    .limit = page.limit + 1,
                                    .skip = page.after.empty() ? page.skip : 0});
        together.add(s::count_of{.user_id = me.id}, [&](const db::Row& row) { out.total = row.integer(0); });
        together.run(tx);
        auto& rows = asked.rows;
        std::ranges::sort(rows, is_newer);
        next.clear();
        if (std::ssize(rows) > page.limit) {
            rows.pop_back();
            next = place_text(rows.back().created_at, rows.back().story_id.view());
        }
        for (const auto& row : rows) out.stories.push_back(asked.view(row));
        return out;
    });
}

Highlights StoriesService::highlights(const Caller& me, const UserId& user, bool& is_private) {
    return db_.read([&](db::Read& tx) {
        const auto sight = users_.require_sight(tx, me.id, user);
        is_private = sight == users::Sight::private_account;
        if (sight != users::Sight::everything) return Highlights{"{}"};
        AskedStories asked({users_, media_, clock_.now()}, me);
        db::Together together;
        asked.ask(tx, together, s::highlights_of{.viewer = me.id, .user_id = user, .limit = kMaxHighlights});
        together.run(tx);
        std::ranges::sort(asked.rows, is_newer);
        // Newest first, so titles come in the order in which they are met.
        std::vector<std::pair<std::string, std::vector<Story>>> titles;
        for (const auto& row : asked.rows) {
            auto title = std::ranges::find(titles, *row.highlight_title,
                                           &std::pair<std::string, std::vector<Story>>::first);
            if (title == titles.end()) title = titles.insert(title, {*row.highlight_title, {}});
            title->second.push_back(asked.view(row));
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
