// Stories as clients see them. Private to domains/stories.
#pragma once

#include "domains/stories/archive_api.hpp"
#include "platform/db/together.hpp"

namespace grover::stories {

struct Ground {
    users::UsersService& users;
    media::MediaService& media;
    Time now;
};

// The one rule of the domain (contract/stories.md "Visibility"); whether a sweep has run does not matter.
bool is_visible(const users::Relations& viewer, const users::UserCard& author, const StoryRow& row, Time now);

// Stories that are asked together with what their views need: one statement. It outlives the run().
class AskedStories {
public:
    AskedStories(const Ground& ground, const Caller& me) : ground_(ground), me_(me) {}

    // `stories` is one of those whose rows story_of() reads, with the caller as the viewer.
    template <db::Prepared S>
    void ask(db::Read& tx, db::Together& ask, const S& stories) {
        ask_beside(tx, ask, ask.add(stories, [this](const db::Row& row) { rows.push_back(story_of(row)); }));
    }

    std::vector<StoryRow> rows;  // in no order
    const users::UserCard& author(const StoryRow& row) const { return *authors_.card(row.user_id); }
    Story view(const StoryRow& row) const;

private:
    void ask_beside(db::Read& tx, db::Together& ask, std::size_t stories);

    const Ground ground_;
    const Caller& me_;
    media::MediaService::Found media_;
    users::AskedCards authors_, forwarders_;
};

// One for each row, in order. One statement.
std::vector<Archive> views_of(db::Read& tx, const Ground& ground, const Caller& me,
                              std::span<const ArchiveRow> rows);

}  // namespace grover::stories
