// Requests and answers of sending messages. contract/messages.md. The other endpoints: chats_api.hpp.
#pragma once

#include <optional>
#include <string>

#include "domains/messages/messages.hpp"
#include "platform/api/bind.hpp"
#include "platform/api/route.hpp"
#include "platform/http/multipart.hpp"

namespace grover::messages {

using api::RateClass;
using api::Route;
using http::Method;
using wire::in_body;
using wire::in_path;
using wire::in_query;

inline constexpr std::size_t kMaxClientId = 64;
inline constexpr double kMaxRecording = 300;  // seconds

// 422 unless 1 to 64 of [A-Za-z0-9_-]; empty is absent.
std::optional<std::string> client_id(const std::optional<std::string>& given);

// What every way to send refuses: the other side, the choice between two of them, the message.
inline constexpr api::RouteError kOpenErrors[] = {
    {404, "User not found"}, {404, "Group not found"}, {400, "Cannot message yourself"}};
inline constexpr api::RouteError kTargetErrors[] = {{400, "Not one conversation but two"}};
inline constexpr api::RouteError kSendErrors[] = {{403, "You have blocked this user"},
                                                  {403, "Not a member"},
                                                  {403, "You can send more once your request is accepted"},
                                                  {400, "The quoted message is not in this conversation"}};

// Where a text goes: one of the three is given.
struct SendTarget {
    std::optional<UserId> receiver_id;
    std::optional<ChatId> conversation_id;
    std::optional<GroupId> group_id;
};

inline std::optional<FieldError> misfit_of_target(const SendTarget& target) {
    if (target.receiver_id || target.conversation_id || target.group_id) return std::nullopt;
    return FieldError{{"body", "receiver_id"}, "Field required", "missing"};
}

struct MessageSend : TextInput {
    std::optional<UserId> receiver_id;
    std::optional<ChatId> conversation_id;
    std::optional<GroupId> group_id;

    static constexpr auto errors =
        api::join(kOpenErrors, kTargetErrors, kSendErrors,
                  {{404, "Conversation not found"}, {400, "receiver_id is not in that conversation"}});
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/send",
        .summary = "Send a text to a user, or into a conversation or group.",
        .limit = RateClass::own,
    };
    static constexpr auto fields = join(
        TextInput::fields, Pack{
                               field("receiver_id", &MessageSend::receiver_id, in_body | in_query),
                               field("conversation_id", &MessageSend::conversation_id, in_body | in_query),
                               field("group_id", &MessageSend::group_id, in_body | in_query),
                           });
    std::optional<FieldError> misfit() const {
        if (auto blank = TextInput::misfit()) return blank;
        return misfit_of_target({receiver_id, conversation_id, group_id});
    }
};

struct MessageSendToUser : TextInput {
    UserId user_id;

    static constexpr auto errors = api::join(kOpenErrors, kSendErrors);
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/{user_id}",
        .summary = "Send a text to a user.",
        .limit = RateClass::own,
    };
    static constexpr auto fields =
        join(TextInput::fields, Pack{field("user_id", &MessageSendToUser::user_id, in_path)});
};

struct MessageSendToChat : TextInput {
    ChatId conversation_id;

    static constexpr auto errors = api::join(kOpenErrors, kSendErrors, {{404, "Conversation not found"}});
    static constexpr Route route{
        .method = Method::post,
        .path = "/conversations/{conversation_id}/messages",
        .summary = "Send a text into a conversation or group.",
        .limit = RateClass::own,
    };
    static constexpr auto fields =
        join(TextInput::fields, Pack{field("conversation_id", &MessageSendToChat::conversation_id, in_path)});
};

// What the other kinds of messages share.
struct SendInput {
    std::optional<UserId> receiver_id;
    std::optional<GroupId> group_id;
    std::optional<MessageId> reply_to_message_id;
    std::optional<std::string> client_message_id;

    static constexpr auto fields = Pack{
        field("receiver_id", &SendInput::receiver_id, in_body | in_query),
        field("group_id", &SendInput::group_id, in_body | in_query),
        field("reply_to_message_id", &SendInput::reply_to_message_id, in_body | in_query),
        field("client_message_id", &SendInput::client_message_id, in_body | in_query),
    };
    std::optional<FieldError> misfit() const { return misfit_of_target({receiver_id, {}, group_id}); }
};
static_assert(wire::describes_every_member<SendInput>);

struct MessageSendPost : SendInput {
    PostId post_id;
    std::optional<std::string> message_text;

    static constexpr auto errors =
        api::join(kOpenErrors, kTargetErrors, kSendErrors, {{404, "Post not found"}});
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/send-post",
        .summary = "Share a post with somebody.",
        .limit = RateClass::own,
    };
    static constexpr auto fields =
        join(SendInput::fields, Pack{
                                    field("post_id", &MessageSendPost::post_id, in_body | in_query),
                                    field("message_text", &MessageSendPost::message_text, in_body | in_query,
                                          wire::trimmed_length(0, kMaxMessageLength)),
                                });
};

struct MessageSendVoice : SendInput {
    std::optional<http::UploadedFile> audio;
    std::optional<std::string> audio_text;  // base64 where a file belongs
    double duration = 0;

    static constexpr auto errors = api::join(kOpenErrors, kTargetErrors, kSendErrors, media::kUploadErrors);
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/send-voice",
        .summary = "Send a voice message.",
        .limit = RateClass::own,
        .takes_base64 = true,
    };
    static constexpr auto fields = join(
        SendInput::fields,
        Pack{
            api::file("audio", &MessageSendVoice::audio, "media", "voice_data"),
            field("audio", &MessageSendVoice::audio_text, in_body, wire::also("media", "voice_data")),
            field("duration", &MessageSendVoice::duration, in_body | in_query, wire::range(1, kMaxRecording)),
        });
};

struct MessageSendVideo : SendInput {
    std::optional<http::UploadedFile> video;
    std::optional<std::string> video_text;  // base64 where a file belongs
    std::optional<http::UploadedFile> thumbnail;
    std::optional<std::string> thumbnail_text;
    double duration = 0;

    static constexpr auto errors = api::join(kOpenErrors, kTargetErrors, kSendErrors, media::kUploadErrors);
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/send-video",
        .summary = "Send a video message.",
        .limit = RateClass::own,
        .takes_base64 = true,
    };
    static constexpr auto fields = join(
        SendInput::fields,
        Pack{
            api::file("video", &MessageSendVideo::video, "media", "video_data"),
            field("video", &MessageSendVideo::video_text, in_body, wire::also("media", "video_data")),
            api::file("thumbnail", &MessageSendVideo::thumbnail),
            field("thumbnail", &MessageSendVideo::thumbnail_text, in_body),
            field("duration", &MessageSendVideo::duration, in_body | in_query, wire::range(1, kMaxRecording)),
        });
};

struct MessageSendGif : SendInput {
    std::string gif_url;

    static constexpr auto errors = api::join(kOpenErrors, kTargetErrors, kSendErrors);
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/send-gif",
        .summary = "Send a GIF by its address.",
        .limit = RateClass::own,
    };
    static constexpr auto fields = join(
        SendInput::fields,
        Pack{field("gif_url", &MessageSendGif::gif_url, in_body | in_query, wire::trimmed_length(1, 2'048))});
};

struct ForwardFailure {
    std::string recipient_id;
    std::string detail;
    static constexpr auto fields = Pack{
        field("recipient_id", &ForwardFailure::recipient_id),
        field("detail", &ForwardFailure::detail),
    };
};
static_assert(wire::describes_every_member<ForwardFailure>);

struct ForwardAnswer {
    bool success = true;
    std::int64_t forwarded_count = 0;
    std::vector<MessageId> message_ids;
    std::vector<ForwardFailure> failed;
    static constexpr auto fields = Pack{
        field("success", &ForwardAnswer::success),
        field("forwarded_count", &ForwardAnswer::forwarded_count),
        field("message_ids", &ForwardAnswer::message_ids),
        field("failed", &ForwardAnswer::failed),
    };
};
static_assert(wire::describes_every_member<ForwardAnswer>);

struct MessageForward {
    MessageId message_id;
    std::vector<std::string> recipient_ids;
    std::optional<std::string> comment;

    static constexpr api::RouteError errors[] = {{404, "Message not found"},
                                                 {400, "No recipients specified"},
                                                 {400, "Maximum 20 recipients allowed"},
                                                 {400, "Cannot forward a deleted message"},
                                                 {400, "Cannot forward this message"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/forward",
        .summary = "Forward a message to users and groups.",
        .limit = RateClass::own,
    };
    static constexpr auto fields = Pack{
        field("message_id", &MessageForward::message_id, in_body | in_query),
        field("recipient_ids", &MessageForward::recipient_ids, in_body | in_query, wire::comma_list),
        field("comment", &MessageForward::comment, in_body | in_query, wire::trimmed_length(0, 500)),
    };
};
static_assert(wire::describes_every_member<MessageForward>);

struct ForwardRecipient {
    std::string id;
    std::string name;
    std::string type;
    std::optional<std::string> profile_picture;
    static constexpr auto fields = Pack{
        field("id", &ForwardRecipient::id),
        field("name", &ForwardRecipient::name),
        field("type", &ForwardRecipient::type),
        field("profile_picture", &ForwardRecipient::profile_picture),
    };
};
static_assert(wire::describes_every_member<ForwardRecipient>);

struct ForwardRecipients {
    std::vector<ForwardRecipient> recipients;
    static constexpr auto fields = Pack{field("recipients", &ForwardRecipients::recipients)};
};

struct ForwardRecipientList {
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    std::optional<std::string> q;

    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/forward-recipients",
        .summary = "Whom a message can be forwarded to.",
    };
    static constexpr auto fields = Pack{
        api::page(&ForwardRecipientList::page, 100),
        field("q", &ForwardRecipientList::q, in_query, wire::trimmed_length(0, 100)),
    };
};
static_assert(wire::describes_every_member<ForwardRecipientList>);

}  // namespace grover::messages
