// Rows of messages. Private to domains/messages; decides nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/messages/messages.hpp"

namespace grover::messages {

struct MessageRow {
    MessageId message_id;
    ChatId chat_id;
    std::optional<UserId> sender_id;
    MessageType type = MessageType::text;
    std::string content;
    Time created_at;
    std::optional<Time> delivered_at;
    std::optional<Time> edited_at;
    std::optional<Time> deleted_at;
    std::optional<MediaId> media_id;
    std::optional<MediaId> thumbnail_id;
    std::optional<int> duration;
    std::optional<std::string> gif_url;
    std::optional<PostId> shared_post_id;
    std::optional<std::string> story_id;
    std::optional<UserId> forwarded_from;
    std::optional<std::string> forward_comment;
    std::optional<MessageId> reply_to_id;
    std::optional<AlbumId> album_id;
    std::optional<std::string> client_message_id;
    int reactions_count = 0;
    std::optional<UserId> reply_sender_id;
    std::optional<MessageType> reply_type;
    std::optional<std::string> reply_content;
    std::optional<Time> reply_deleted_at;

    bool quotes() const { return reply_to_id && reply_type; }
    // Nothing but its text has to be known to show it.
    bool is_plain() const {
        return type == MessageType::text && !reply_to_id && !forwarded_from && !edited_at && !deleted_at;
    }

    static constexpr auto columns = Pack{
        db::column("message_id", &MessageRow::message_id),
        db::column("chat_id", &MessageRow::chat_id),
        db::column("sender_id", &MessageRow::sender_id),
        db::column("type", &MessageRow::type),
        db::column("content", &MessageRow::content),
        db::column("created_at", &MessageRow::created_at),
        db::column("delivered_at", &MessageRow::delivered_at),
        db::column("edited_at", &MessageRow::edited_at),
        db::column("deleted_at", &MessageRow::deleted_at),
        db::column("media_id", &MessageRow::media_id),
        db::column("thumbnail_id", &MessageRow::thumbnail_id),
        db::column("duration", &MessageRow::duration),
        db::column("gif_url", &MessageRow::gif_url),
        db::column("shared_post_id", &MessageRow::shared_post_id),
        db::column("story_id", &MessageRow::story_id),
        db::column("forwarded_from", &MessageRow::forwarded_from),
        db::column("forward_comment", &MessageRow::forward_comment),
        db::column("reply_to_id", &MessageRow::reply_to_id),
        db::column("album_id", &MessageRow::album_id),
        db::column("client_message_id", &MessageRow::client_message_id),
        db::column("reactions_count", &MessageRow::reactions_count),
        db::column("reply_sender_id", &MessageRow::reply_sender_id),
        db::column("reply_type", &MessageRow::reply_type),
        db::column("reply_content", &MessageRow::reply_content),
        db::column("reply_deleted_at", &MessageRow::reply_deleted_at),
    };
};

struct MessageFacts {
    MessageId message_id;
    ChatId chat_id;
    std::optional<UserId> sender_id;
    MessageType type = MessageType::text;
    std::string content;
    Time created_at;
    std::optional<Time> edited_at;
    std::optional<Time> deleted_at;
    std::optional<MediaId> media_id;
    std::optional<UserId> forwarded_from;
    bool is_hidden = false;  // by the viewer

    static constexpr auto columns = Pack{
        db::column("message_id", &MessageFacts::message_id),
        db::column("chat_id", &MessageFacts::chat_id),
        db::column("sender_id", &MessageFacts::sender_id),
        db::column("type", &MessageFacts::type),
        db::column("content", &MessageFacts::content),
        db::column("created_at", &MessageFacts::created_at),
        db::column("edited_at", &MessageFacts::edited_at),
        db::column("deleted_at", &MessageFacts::deleted_at),
        db::column("media_id", &MessageFacts::media_id),
        db::column("forwarded_from", &MessageFacts::forwarded_from),
        db::column("is_hidden", &MessageFacts::is_hidden),
    };
};

struct ReactionRow {
    MessageId message_id;
    std::string emoji;
    UserId user_id;
    Time created_at;

    static constexpr auto columns = Pack{
        db::column("message_id", &ReactionRow::message_id),
        db::column("emoji", &ReactionRow::emoji),
        db::column("user_id", &ReactionRow::user_id),
        db::column("created_at", &ReactionRow::created_at),
    };
};

namespace store {

// As it is searched: folded, without accents.
std::string search_text(std::string_view content);

// Several at once are plain.
void insert(db::Write& tx, std::span<const MessageRow* const> messages);

// What a page leaves out.
struct Window {
    const ChatId& chat;
    const UserId& viewer;
    Time from;  // Standing::seen_from
    const std::vector<std::string_view>& cut_off;
};
// Each in ascending order.
std::vector<MessageRow> older(db::Read& tx, const Window& window, Time before, int limit, std::int64_t skip);
std::vector<MessageRow> newer(db::Read& tx, const Window& window, Time from, int limit);
std::vector<MessageRow> named(db::Read& tx, const UserId& viewer, std::span<const MessageId> ids);
std::optional<MessageFacts> find_facts(db::Read& tx, const MessageId& message, const UserId& viewer);
// By message, then by time.
std::vector<ReactionRow> reactions(db::Read& tx, std::span<const MessageId> ids);

// The newest that the member has not read; newest first.
std::vector<ReadMessage> unread(db::Read& tx, const Window& window, Time read_until, int limit);

// Throws 429 when one of these sent 60 in the last 60 s. Until the end of the transaction nobody else counts for them.
void require_rate(db::Write& tx, std::span<const UserId> senders, Time now);
std::optional<MessageId> find_sent(db::Read& tx, const UserId& sender, std::string_view client_message_id,
                                   Time now);
bool keep_sent(db::Write& tx, const UserId& sender, std::string_view client_message_id,
               const MessageId& message, Time now);

}  // namespace store
}  // namespace grover::messages
