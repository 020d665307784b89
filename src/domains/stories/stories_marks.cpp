// Seeing, reacting to and answering stories.
#include <algorithm>

#include "domains/stories/stories_views.hpp"
#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"
#include "sql/story_marks.hpp"

namespace grover::stories {
namespace {

namespace marks = sql::story_marks;

struct ViewerRow {
    UserId user_id;
    Time viewed_at;
    std::optional<std::string> reaction;
    static constexpr auto columns = Pack{
        db::column("user_id", &ViewerRow::user_id),
        db::column("viewed_at", &ViewerRow::viewed_at),
        db::column("reaction", &ViewerRow::reaction),
    };
};

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

std::optional<FieldError> StoryReact::misfit() const {
    if (!has_control_character(reaction)) return text::misfit_of_text(reaction, "reaction");
    return FieldError{
        {"body", "reaction"}, "Input should hold no control characters", "string_pattern_mismatch"};
}

StoryViewAnswer StoriesService::view(const Caller& me, const StoryId& id) {
    return db_.write([&](db::Write& tx) {
        const auto row = get_visible(tx, me, id);
        StoryViewAnswer answer;
        answer.views_count = row.views_count;
        if (row.user_id == me.id) return answer;
        hold(tx, id);
        const Time now = clock_.now();
        const bool is_first = tx.exists(marks::insert_view{.story_id = id, .user_id = me.id, .now = now});
        answer.views_count = (is_first ? add_counts(tx, id, {.views = 1}) : counts_of(tx, id)).views;
        if (is_first) tx.publish(StoryViewed{id, row.user_id, me.id, now});
        return answer;
    });
}

std::int64_t StoriesService::views_count(db::Read& tx, const StoryId& id) {
    const auto row = find(tx, {}, id);
    return row ? row->views_count : 0;
}

Viewers StoriesService::viewers(const Caller& me, const StoryViewers& in, std::string& next) {
    const auto q = text::lower(in.q);
    return db_.read([&](db::Read& tx) {
        Viewers out;
        next.clear();
        out.total_count = get_own(tx, me, in.story_id, "Only the story owner can view this").views_count;
        const auto start = place_of(in.page.after);
        const auto behind = [&](const ViewerRow& row, int limit) {
            return tx.list<ViewerRow>(marks::viewers_of{
                .story_id = in.story_id, .at = row.viewed_at, .id = row.user_id, .limit = limit});
        };
        const auto listed =
            users::list_people(tx, users_, me, in.page, ViewerRow{UserId(start.id), start.at, {}}, q, behind);
        for (const auto& [row, card] : listed.people) {
            const auto& user = card->summary;
            out.viewers.push_back({.user = {card->json},
                                   .user_id = user.user_id,
                                   .name = user.name,
                                   .username = user.username,
                                   .picture = user.picture,
                                   .viewed_at = row.viewed_at,
                                   .reaction = row.reaction});
        }
        if (listed.next) next = place_text(listed.next->viewed_at, listed.next->user_id.view());
        return out;
    });
}

StoryReactAnswer StoriesService::react(const Caller& me, const StoryReact& in) {
    const auto reaction = text::required_text(in.reaction, kMaxReaction, "reaction");
    return db_.write([&](db::Write& tx) {
        const auto row = get_visible(tx, me, in.story_id);
        hold(tx, in.story_id);
        const Time now = clock_.now();
        StoryReactAnswer answer;
        answer.reaction = reaction;
        const bool is_first = tx.exists(marks::insert_reaction{
            .story_id = in.story_id, .user_id = me.id, .reaction = reaction, .now = now});
        const bool is_new =
            is_first || tx.exec(marks::change_reaction{
                            .reaction = reaction, .now = now, .story_id = in.story_id, .user_id = me.id}) > 0;
        answer.reactions_count =
            (is_first ? add_counts(tx, in.story_id, {.reactions = 1}) : counts_of(tx, in.story_id)).reactions;
        if (is_new)
            tx.publish(StoryReacted{.story_id = in.story_id,
                                    .author_id = row.user_id,
                                    .user_id = me.id,
                                    .reaction = reaction,
                                    .is_first = is_first,
                                    .reactions_count = answer.reactions_count,
                                    .created_at = now});
        return answer;
    });
}

StoryReplyAnswer StoriesService::reply(const Caller& me, const StoryReply& in) {
    const auto words =
        text::required_text(in.message, messages::kMaxMessageLength, "message", text::Cleaning::chat);
    return db_.write([&](db::Write& tx) {
        const auto row = get_visible(tx, me, in.story_id);
        if (row.user_id == me.id) throw validation_error("Cannot message yourself");
        const auto reached = users_.reach(tx, me.id, std::span(&row.user_id, 1));
        const auto audience = users_.privacy(tx, row.user_id).allow_story_replies;
        if (reached.empty() || !reached.front().is_open_to(audience)) throw not_authorized("Replies are off");
        const auto sent =
            messages_.answer_story(tx, me, row.user_id, in.story_id.str(), "Replied to your story: " + words);
        StoryReplyAnswer answer;
        answer.message_id = sent.message_id;
        answer.conversation_id = sent.conversation_id;
        answer.replies_count = add_counts(tx, in.story_id, {.replies = 1}).replies;
        tx.publish(StoryReplied{.story_id = in.story_id,
                                .author_id = row.user_id,
                                .user_id = me.id,
                                .message_id = sent.message_id,
                                .conversation_id = sent.conversation_id,
                                .replies_count = answer.replies_count});
        return answer;
    });
}

}  // namespace grover::stories
