// Chats and messages as clients see them (contract/messages.md "Shared objects"). Included through messages.hpp.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/wire/fields.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::messages {

using wire::field;

// A direct chat (conv_…), or the chat of a group, whose id is the group's.
struct ChatTag {
    static constexpr std::string_view prefix = "conv_", kind = "conversation_id";
};
struct GroupTag {
    static constexpr std::string_view prefix = "group_", kind = "group_id";
};
struct MessageTag {
    static constexpr std::string_view prefix = "msg_", kind = "message_id";
};
struct GroupMessageTag {
    static constexpr std::string_view prefix = "gmsg_", kind = "message_id";
};
struct AlbumTag {
    static constexpr std::string_view prefix = "album_", kind = "album_id";
};
using ChatId = Id<ChatTag>;
using GroupId = Id<GroupTag>;
using MessageId = Id<MessageTag>;
using AlbumId = Id<AlbumTag>;

inline GroupId group_id_of(const ChatId& chat) { return GroupId(chat.view()); }
inline ChatId chat_id_of(const GroupId& group) { return ChatId(group.view()); }

enum class MessageType : std::uint8_t { text, post, voice, video, image, gif, story_reply, system };
constexpr std::array<std::string_view, 8> enum_names(MessageType) {
    return {"text", "post", "voice", "video", "image", "gif", "story_reply", "system"};
}

inline constexpr std::uint32_t kMaxMessageLength = 1'000;  // MAX_DM_LENGTH
inline constexpr std::size_t kPreviewLength = 200;
inline constexpr std::string_view kDeletedText = "Message deleted";

struct Reaction {
    UserId user_id;
    Time created_at;
    static constexpr auto fields =
        Pack{field("user_id", &Reaction::user_id), field("created_at", &Reaction::created_at)};
};
static_assert(wire::describes_every_member<Reaction>);

using Reactions = std::map<std::string, std::vector<Reaction>>;
using ReactionTotals = std::map<std::string, std::int64_t>;

struct Quoted {
    MessageId message_id;
    UserId sender_id;
    std::string sender_name;
    std::string content;
    MessageType type = MessageType::text;
    static constexpr auto fields = Pack{
        field("message_id", &Quoted::message_id),
        field("sender_id", &Quoted::sender_id),
        field("sender_name", &Quoted::sender_name),
        field("content", &Quoted::content),
        field("type", &Quoted::type),
    };
};
static_assert(wire::describes_every_member<Quoted>);

// Stands for the Post of posts.md §1.1, which posts write.
struct SharedPost {
    PostId post_id;
    static constexpr auto fields = Pack{field("post_id", &SharedPost::post_id)};
};

// Stands for the Story of stories.md, which stories write.
struct SharedStory {
    std::string story_id;
    static constexpr auto fields = Pack{field("story_id", &SharedStory::story_id)};
};

// Of a direct chat, or of a group: then with `sender` and `read_by`, and `read_at` is an object of user ids and times.
struct Message {
    MessageId message_id;
    ChatId conversation_id;
    std::optional<GroupId> group_id;
    UserId sender_id;
    std::string sender_name;
    std::optional<std::string> sender_picture;
    std::optional<UserId> receiver_id;
    MessageType type = MessageType::text;
    std::string content;
    Time created_at;
    bool read = false;
    wire::Raw<std::optional<Time>> read_at{"null"};
    bool delivered = false;
    std::optional<Time> delivered_at;
    std::optional<Time> edited_at;
    bool deleted_for_everyone = false;
    std::optional<Time> deleted_at;
    std::optional<std::string> media_url;
    std::optional<std::string> media_type;
    std::optional<std::string> thumbnail_url;
    std::optional<int> duration;
    std::optional<std::string> voice_data;
    std::optional<std::string> video_data;
    std::optional<std::string> gif_url;
    std::optional<PostId> shared_post_id;
    std::optional<wire::Raw<SharedPost>> shared_post;
    bool story_reply = false;
    std::optional<std::string> story_id;
    std::optional<wire::Raw<SharedStory>> story;
    std::optional<UserId> forwarded_from;
    std::optional<std::string> original_sender_name;
    std::optional<std::string> forward_comment;
    Reactions reactions;
    ReactionTotals reaction_totals;
    std::optional<Quoted> reply_to;
    std::optional<std::string> client_message_id;
    std::optional<AlbumId> album_id;
    std::optional<wire::Raw<users::UserSummary>> sender;
    std::optional<std::vector<UserId>> read_by;

    static constexpr auto fields = Pack{
        field("message_id", &Message::message_id),
        field("conversation_id", &Message::conversation_id),
        field("group_id", &Message::group_id),
        field("sender_id", &Message::sender_id),
        field("sender_name", &Message::sender_name),
        field("sender_picture", &Message::sender_picture),
        field("receiver_id", &Message::receiver_id),
        field("type", &Message::type),
        field("content", &Message::content),
        field("created_at", &Message::created_at),
        field("read", &Message::read),
        field("read_at", &Message::read_at),
        field("delivered", &Message::delivered),
        field("delivered_at", &Message::delivered_at),
        field("edited_at", &Message::edited_at),
        field("deleted_for_everyone", &Message::deleted_for_everyone, wire::also("is_deleted")),
        field("deleted_at", &Message::deleted_at),
        field("media_url", &Message::media_url),
        field("media_type", &Message::media_type),
        field("thumbnail_url", &Message::thumbnail_url, wire::also("thumbnail")),
        field("duration", &Message::duration),
        field("voice_data", &Message::voice_data),
        field("video_data", &Message::video_data),
        field("gif_url", &Message::gif_url),
        field("shared_post_id", &Message::shared_post_id),
        field("shared_post", &Message::shared_post),
        field("story_reply", &Message::story_reply),
        field("story_id", &Message::story_id),
        field("story", &Message::story),
        field("forwarded_from", &Message::forwarded_from),
        field("original_sender_name", &Message::original_sender_name),
        field("forward_comment", &Message::forward_comment),
        field("reactions", &Message::reactions),
        field("reaction_totals", &Message::reaction_totals),
        field("reply_to", &Message::reply_to),
        field("client_message_id", &Message::client_message_id),
        field("album_id", &Message::album_id),
        field("sender", &Message::sender, wire::absent_when_null),
        field("read_by", &Message::read_by, wire::absent_when_null),
    };
};
static_assert(wire::describes_every_member<Message>);

// A text as it is sent, wherever it goes.
struct TextInput {
    std::string content;
    std::optional<MessageId> reply_to_message_id;
    std::optional<std::string> client_message_id;

    static constexpr auto fields = Pack{
        field("content", &TextInput::content, wire::in_body | wire::in_query,
              wire::trimmed_length(1, kMaxMessageLength)),
        field("reply_to_message_id", &TextInput::reply_to_message_id, wire::in_body | wire::in_query),
        field("client_message_id", &TextInput::client_message_id, wire::in_body | wire::in_query),
    };
    std::optional<FieldError> misfit() const {
        return text::misfit_of_text(content, "content", text::Cleaning::chat);
    }
};
static_assert(wire::describes_every_member<TextInput>);

struct SendAnswer : Message {
    std::string message;

    static constexpr auto fields = join(Message::fields, Pack{field("message", &SendAnswer::message)});
};

// Into a group.
struct GroupText : TextInput {
    GroupId group_id;
};

// How a group stands in lists of chats.
struct GroupCard {
    GroupId group_id;
    std::string name;
    std::optional<std::string> photo;
    static constexpr auto fields = Pack{
        field("group_id", &GroupCard::group_id),
        field("name", &GroupCard::name),
        field("photo", &GroupCard::photo),
    };
};
static_assert(wire::describes_every_member<GroupCard>);

struct Conversation {
    ChatId conversation_id;
    std::vector<UserId> participants;
    std::optional<wire::Raw<users::UserSummary>> other_user;
    std::string last_message;
    Time last_message_at;
    std::optional<UserId> last_message_sender_id;
    std::optional<MessageType> last_message_type;
    Time created_at;
    std::int64_t unread_count = 0;
    bool is_group = false;
    std::optional<GroupCard> group;
    std::optional<Time> muted_until;
    bool pinned = false;
    bool archived = false;

    static constexpr auto fields = Pack{
        field("conversation_id", &Conversation::conversation_id),
        field("participants", &Conversation::participants),
        field("other_user", &Conversation::other_user),
        field("last_message", &Conversation::last_message),
        field("last_message_at", &Conversation::last_message_at),
        field("last_message_sender_id", &Conversation::last_message_sender_id),
        field("last_message_type", &Conversation::last_message_type),
        field("created_at", &Conversation::created_at),
        field("unread_count", &Conversation::unread_count),
        field("is_group", &Conversation::is_group),
        field("group", &Conversation::group, wire::absent_when_null),
        field("muted_until", &Conversation::muted_until),
        field("pinned", &Conversation::pinned),
        field("archived", &Conversation::archived),
    };
};
static_assert(wire::describes_every_member<Conversation>);

}  // namespace grover::messages
