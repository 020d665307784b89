// A message becomes a story: contract/messages.md "Forwarding".
#include "domains/stories/stories_views.hpp"
#include "domains/stories/text_card.hpp"
#include "platform/base/error.hpp"
#include "platform/base/stable_hash.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"

namespace grover::stories {
namespace {

using messages::MessageType;

bool is_allowed(MessageType type) {
    return type == MessageType::text || type == MessageType::image || type == MessageType::video;
}

// With the name of its first author, when there is room for it. Chat is stored as it was sent, a caption is not.
std::string caption_of(const std::string& message, const std::string& author) {
    const auto text = text::sanitize_string(message, messages::kMaxMessageLength);
    const auto prefix = "Forwarded from " + author;
    const auto whole = text.empty() ? prefix : prefix + '\n' + text;
    if (text::count_code_points(whole) <= kMaxCaption) return whole;
    return std::string(text::first_code_points(text, kMaxCaption));
}

}  // namespace

ForwardToStoryAnswer StoriesService::forward(const Caller& me, const ForwardToStory& in) {
    StoryRow row;
    row.user_id = me.id;
    bool shares_file = false;
    db_.read([&](db::Read& tx) {
        const auto original = messages_.original(tx, me, in.message_id);
        if (!is_allowed(original.type))
            throw validation_error("Only text, photos and videos can be shared to a story");
        require_room(tx, me.id);
        shares_file = original.media_id.has_value();
        if (shares_file) row.media_id = *original.media_id;
        row.thumbnail_id = original.thumbnail_id;
        row.story_type = shares_file ? StoryType::media : StoryType::text;
        row.forwarded_from = original.author_id;
        row.caption =
            caption_of(original.content, users_.card(tx, original.author_id, me.base_url)->summary.name);
    });
    if (!shares_file)
        row.media_id = media_.take(me.id, text_card(stable_hash(in.message_id.view())), media::kStoryUse, {});
    return db_.write([&](db::Write& tx) {
        // It may have been deleted since.
        messages_.original(tx, me, in.message_id);
        row.created_at = clock_.now();
        row.story_id = IdSource::next_at<StoryId>(row.created_at);
        insert(tx, row);
        const media::Reference here{"story", row.story_id.view()};
        if (shares_file) {
            // Whose file it is does not say who may see the story.
            if (!media_.share(tx, {"message", in.message_id.view()}, here, media::Access::signed_))
                throw media::media_not_found();
        } else {
            media_.attach(tx, me.id, row.media_id, here, media::Access::account);
        }
        return ForwardToStoryAnswer{.story_id = row.story_id, .expires_at = row.expires_at()};
    });
}

}  // namespace grover::stories
