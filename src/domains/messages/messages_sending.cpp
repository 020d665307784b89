#include "domains/messages/messages_sending.hpp"

#include <algorithm>
#include <cmath>

#include "platform/observability/server_metrics.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/validate.hpp"

namespace grover::messages {
namespace {

Outgoing outgoing(const SendTarget& target, MessageType type) {
    Outgoing out;
    out.receiver_id = target.receiver_id;
    out.conversation_id = target.conversation_id;
    out.group_id = target.group_id;
    out.row.type = type;
    if (!out.receiver_id && !out.conversation_id && !out.group_id)
        throw invalid_input({"body", "receiver_id"}, "Field required", "missing");
    const auto is_other = [&](const auto& id) { return id && id->view() != out.group_id->view(); };
    if (out.group_id && (is_other(out.receiver_id) || is_other(out.conversation_id)))
        throw validation_error("Not one conversation but two");
    return out;
}

template <class Input>
Outgoing outgoing_of(const Input& in, MessageType type) {
    auto out = outgoing({in.receiver_id, {}, in.group_id}, type);
    out.row.reply_to_id = in.reply_to_message_id;
    out.row.client_message_id = client_id(in.client_message_id);
    return out;
}

std::string web_url(const std::string& url) {
    try {
        return text::validate_url(url);
    } catch (const Error&) {
        throw invalid_input({"body", "gif_url"}, "Input should be an absolute http or https URL",
                            "url_parsing");
    }
}

Outgoing text_of(const SendTarget& target, const TextInput& in) {
    auto out = outgoing(target, MessageType::text);
    out.row.content = text::required_text(in.content, kMaxMessageLength, "content", text::Cleaning::chat);
    out.row.reply_to_id = in.reply_to_message_id;
    out.row.client_message_id = client_id(in.client_message_id);
    return out;
}

}  // namespace

std::optional<std::string> client_id(const std::optional<std::string>& given) {
    if (!given || given->empty()) return std::nullopt;
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    };
    if (given->size() > kMaxClientId || !std::ranges::all_of(*given, is_allowed)) {
        throw invalid_input({"body", "client_message_id"}, "Input should be 1 to 64 letters, digits, _ or -",
                            "string_pattern_mismatch");
    }
    return given;
}

SendAnswer Sending::text(const Caller& me, const SendTarget& target, const TextInput& in) const {
    return deliver(me, text_of(target, in), "Message sent");
}

Sent Sending::send_text(const Caller& me, const SendTarget& target, const TextInput& in,
                        std::string_view socket_id) const {
    auto out = text_of(target, in);
    out.socket_id = socket_id;
    return commit(me, out);
}

SendAnswer Sending::post(const Caller& me, const MessageSendPost& in) const {
    auto out = outgoing_of(in, MessageType::post);
    if (in.message_text) out.row.content = text::clean_chat(*in.message_text, kMaxMessageLength);
    out.row.shared_post_id = in.post_id;
    return deliver(me, out, "Post sent");
}

SendAnswer Sending::voice(const Caller& me, MessageSendVoice& in) const {
    auto out = outgoing_of(in, MessageType::voice);
    out.row.media_id = ground_.media.take(me.id, in.audio, in.audio_text, media::kVoiceUse, "audio");
    if (!out.row.media_id) throw invalid_input({"body", "audio"}, "Field required", "missing");
    out.row.duration = static_cast<int>(std::lround(in.duration));
    return deliver(me, out, "Voice message sent");
}

SendAnswer Sending::video(const Caller& me, MessageSendVideo& in) const {
    auto out = outgoing_of(in, MessageType::video);
    out.row.media_id = ground_.media.take(me.id, in.video, in.video_text, media::kVideoMessageUse, "video");
    if (!out.row.media_id) throw invalid_input({"body", "video"}, "Field required", "missing");
    out.row.thumbnail_id =
        ground_.media.take(me.id, in.thumbnail, in.thumbnail_text, media::kThumbnailUse, "thumbnail");
    out.row.duration = static_cast<int>(std::lround(in.duration));
    return deliver(me, out, "Video message sent");
}

SendAnswer Sending::gif(const Caller& me, const MessageSendGif& in) const {
    auto out = outgoing_of(in, MessageType::gif);
    out.row.gif_url = web_url(in.gif_url);
    return deliver(me, out, "GIF sent");
}

void Sending::require_verified(const Caller& me) {
    if (!me.email_verified) throw not_authorized("Email not verified");
}

Sent Sending::commit(const Caller& me, const Outgoing& out) const {
    require_verified(me);
    auto sent = gathering_.send(me, out);
    if (sent.is_new) metrics::message_sent();
    return sent;
}

SendAnswer Sending::deliver(const Caller& me, const Outgoing& out, std::string_view sentence) const {
    const auto sent = commit(me, out);
    SendAnswer answer;
    ground_.db.read([&](db::Read& tx) {
        auto& view = static_cast<Message&>(answer);
        if (sent.is_new) {
            view = views_.fresh(tx, me, sent.chat, sent.row);
            return;
        }
        const auto cut_off = sent.chat.is_group ? ground_.users.cut_off(tx, me.id) : std::vector<UserId>{};
        view = views_
                   .of(tx, me, sent.chat, cut_off, std::span(&sent.row, 1),
                       chats_.shows_receipts(tx, sent.chat, me.id))
                   .front();
    });
    answer.message = sentence;
    return answer;
}

}  // namespace grover::messages
