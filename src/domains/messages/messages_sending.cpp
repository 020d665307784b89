#include "domains/messages/messages_sending.hpp"

#include <algorithm>
#include <cmath>

#include "platform/text/sanitize.hpp"
#include "platform/text/validate.hpp"
#include "sql/chats.hpp"

namespace grover::messages {
namespace {

constexpr int kRequestMessages = 3;

Outgoing outgoing(const SendTarget& target, MessageType type) {
    Outgoing out;
    out.receiver_id = target.receiver_id;
    out.conversation_id = target.conversation_id;
    out.group_id = target.group_id;
    out.row.type = type;
    if (!out.receiver_id && !out.conversation_id && !out.group_id)
        throw invalid_input({"body", "receiver_id"}, "Field required", "missing");
    return out;
}

template <class Input>
Outgoing outgoing_of(const Input& in, MessageType type) {
    auto out = outgoing({in.receiver_id, {}, in.group_id}, type);
    out.row.reply_to_id = in.reply_to_message_id;
    out.row.client_message_id = client_id(in.client_message_id);
    return out;
}

std::string chat_text(const std::string& content) {
    auto clean = text::clean_chat(content, kMaxMessageLength);
    if (clean.empty())
        throw invalid_input({"body", "content"}, "Message cannot be empty", "string_too_short");
    return clean;
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
    out.row.content = chat_text(in.content);
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

Sent Sending::send_text(const Caller& me, const SendTarget& target, const TextInput& in) const {
    const auto out = text_of(target, in);
    return ground_.db.write([&](db::Write& tx) { return send(tx, me, out); });
}

SendAnswer Sending::post(const Caller& me, const MessageSendPost& in) const {
    auto out = outgoing_of(in, MessageType::post);
    if (in.message_text) out.row.content = text::clean_chat(*in.message_text, kMaxMessageLength);
    out.row.shared_post_id = in.post_id;
    return deliver(me, out, "Post sent");
}

// A file, or base64 where one belongs.
std::optional<MediaId> Sending::take(const Caller& me, std::optional<http::UploadedFile>& file,
                                     const std::optional<std::string>& text, const media::Use& use,
                                     const std::string& field) const {
    if (file) return ground_.media.upload(me.id, *file, use);
    if (text && !text->empty()) return ground_.media.take(me.id, *text, use, {"body", field});
    return std::nullopt;
}

SendAnswer Sending::voice(const Caller& me, MessageSendVoice& in) const {
    auto out = outgoing_of(in, MessageType::voice);
    out.row.media_id = take(me, in.audio, in.audio_text, media::kVoiceUse, "audio");
    if (!out.row.media_id) throw invalid_input({"body", "audio"}, "Field required", "missing");
    out.row.duration = static_cast<int>(std::lround(in.duration));
    return deliver(me, out, "Voice message sent");
}

SendAnswer Sending::video(const Caller& me, MessageSendVideo& in) const {
    auto out = outgoing_of(in, MessageType::video);
    out.row.media_id = take(me, in.video, in.video_text, media::kVideoMessageUse, "video");
    if (!out.row.media_id) throw invalid_input({"body", "video"}, "Field required", "missing");
    out.row.thumbnail_id = take(me, in.thumbnail, in.thumbnail_text, media::kThumbnailUse, "thumbnail");
    out.row.duration = static_cast<int>(std::lround(in.duration));
    return deliver(me, out, "Video message sent");
}

SendAnswer Sending::gif(const Caller& me, const MessageSendGif& in) const {
    auto out = outgoing_of(in, MessageType::gif);
    out.row.gif_url = web_url(in.gif_url);
    return deliver(me, out, "GIF sent");
}

SendAnswer Sending::deliver(const Caller& me, const Outgoing& out, std::string_view sentence) const {
    const auto sent = ground_.db.write([&](db::Write& tx) { return send(tx, me, out); });
    SendAnswer answer;
    ground_.db.read([&](db::Read& tx) {
        static_cast<Message&>(answer) = sent.is_new ? views_.fresh(tx, me, sent.chat, sent.row)
                                                    : views_
                                                          .of(tx, me, sent.chat, std::span(&sent.row, 1),
                                                              chats_.shows_receipts(tx, sent.chat, me.id))
                                                          .front();
    });
    answer.message = sentence;
    return answer;
}

// A first message from outside the receiver's allow_messages is a request: at most three until it is answered. True: this
// is one of them.
bool Sending::settle_request(db::Write& tx, const UserId& me, const users::Reach& other,
                             const ChatRow& chat) const {
    if (chat.is_accepted) return false;
    const bool is_answer = chat.requested_by && *chat.requested_by != me;
    if (is_answer || other.is_open_to(other.allow_messages)) {
        tx.exec(sql::chats::set_accepted{.chat_id = chat.chat_id});
        return false;
    }
    if (chat.requests_count >= kRequestMessages)
        throw not_authorized("You can send more once your request is accepted");
    tx.exec(sql::chats::set_request{.user_id = me, .chat_id = chat.chat_id});
    return true;
}

ChatRow Sending::open_chat(db::Write& tx, const Caller& me, const Outgoing& out, Time now,
                           std::vector<UserId>& cut_off, std::optional<Standing>& standing,
                           bool& is_request) const {
    std::optional<users::Reach> other;
    ChatId id;
    if (out.group_id) {
        id = chat_id_of(*out.group_id);
    } else if (out.receiver_id) {
        other = chats_.require_reachable(tx, me.id, *out.receiver_id);
        id = store::pair_of(tx, me.id, *out.receiver_id, now);
        if (out.conversation_id && *out.conversation_id != id)
            throw validation_error("receiver_id is not in that conversation");
    } else {
        id = *out.conversation_id;
    }
    const auto chat = store::next_moment(tx, id, now);
    const bool is_unknown =
        !chat || (out.group_id && !chat->is_group) || (!chat->is_group && !chat->has(me.id));
    if (is_unknown) throw not_found(out.group_id ? "Group not found" : "Conversation not found");

    if (chat->is_group) {
        standing = store::find_standing(tx, id, me.id);
        if (!standing && out.group_id) throw not_authorized("Not a member");
        if (!standing) throw not_found("Conversation not found");
        cut_off = ground_.users.cut_off(tx, me.id);
        return *chat;
    }
    const auto& receiver = chat->other(me.id);
    if (!receiver) throw not_found("User not found");
    if (!other) other = chats_.require_reachable(tx, me.id, *receiver);
    is_request = settle_request(tx, me.id, *other, *chat);
    return *chat;
}

void Sending::require_quotable(db::Read& tx, const UserId& me, const MessageId& quoted,
                               const ChatRow& chat) const {
    const auto facts = store::find_facts(tx, quoted, me);
    const auto standing =
        facts && facts->chat_id == chat.chat_id ? store::find_standing(tx, chat.chat_id, me) : std::nullopt;
    if (!standing || facts->is_hidden || facts->created_at < standing->seen_from)
        throw validation_error("The quoted message is not in this conversation");
}

Sent Sending::send(db::Write& tx, const Caller& me, const Outgoing& out) const {
    const Time now = ground_.clock.now();
    const auto first_answer = [&]() -> std::optional<Sent> {
        const auto& key = out.row.client_message_id;
        const auto known = key ? store::find_sent(tx, me.id, *key, now) : std::nullopt;
        if (!known) return std::nullopt;
        auto rows = store::named(tx, me.id, std::span(&*known, 1));
        if (rows.empty()) return std::nullopt;
        const auto standing = store::find_standing(tx, rows.front().chat_id, me.id);
        if (!standing) throw not_found("Conversation not found");
        return Sent{.row = std::move(rows.front()), .chat = *standing, .is_new = false};
    };
    if (auto sent = first_answer()) return std::move(*sent);
    if (ground_.options.limit_rate) store::require_rate(tx, me.id, now);
    if (out.row.shared_post_id && !out.forwards) {
        try {
            ground_.gate.get_visible(tx, me, *out.row.shared_post_id);
        } catch (const Error& error) {
            if (error.kind != ErrorKind::not_authorized) throw;
            throw not_found("Post not found");
        }
    }

    Sent sent{.row = out.row, .chat = {}};
    std::vector<UserId> cut_off;
    std::optional<Standing> standing;
    bool is_request = false;
    sent.chat = open_chat(tx, me, out, now, cut_off, standing, is_request);
    auto& row = sent.row;
    row.chat_id = sent.chat.chat_id;
    row.sender_id = me.id;
    row.created_at = sent.chat.last_message_at;
    row.message_id = sent.chat.is_group
                         ? MessageId(IdSource::next_at<Id<GroupMessageTag>>(row.created_at).view())
                         : IdSource::next_at<MessageId>(row.created_at);
    // Of two that carry one client id at once, the second waits here for the first.
    if (row.client_message_id && !store::keep_sent(tx, me.id, *row.client_message_id, row.message_id, now)) {
        if (auto other = first_answer()) return std::move(*other);
    }
    if (row.reply_to_id) require_quotable(tx, me.id, *row.reply_to_id, sent.chat);
    const auto* online = ground_.plugs.online;
    if (!sent.chat.is_group && !is_request && online != nullptr &&
        online->is_online(tx, *sent.chat.other(me.id)))
        row.delivered_at = row.created_at;

    store::insert(tx, row);
    const media::Reference here{"message", row.message_id.view()};
    if (out.forwards && row.media_id) {
        ground_.media.share(tx, {"message", out.forwards->view()}, here, media::Access::signed_);
    } else {
        if (row.media_id) ground_.media.attach(tx, me.id, *row.media_id, here, media::Access::signed_);
        if (row.thumbnail_id)
            ground_.media.attach(tx, me.id, *row.thumbnail_id, here, media::Access::signed_);
    }
    const auto noted = store::note_message(tx,
                                           {.chat = row.chat_id,
                                            .message = row.message_id,
                                            .sender = me.id,
                                            .at = row.created_at,
                                            .counts = true,
                                            .is_request = is_request},
                                           db::ids_of(cut_off));
    if (row.reply_to_id) {
        // With what it quotes, for the answer.
        auto rows = store::named(tx, me.id, std::span(&row.message_id, 1));
        row = std::move(rows.front());
    }
    tell(tx, sent, noted, out.forwards.has_value());
    return sent;
}

void Sending::tell(db::Write& tx, const Sent& sent, const std::vector<Noted>& noted, bool is_forward) const {
    if (!tx.listened(MessageSent::name)) return;
    const auto& row = sent.row;
    MessageSent event{.message_id = row.message_id,
                      .conversation_id = row.chat_id,
                      .is_group = sent.chat.is_group,
                      .sender_id = row.sender_id.value_or(users::kDeletedUser.user_id),
                      .type = row.type,
                      .is_forward = is_forward,
                      .content = row.content,
                      .preview = preview_of(row.type, row.content, is_forward, false),
                      .client_message_id = row.client_message_id,
                      .is_plain = row.is_plain(),
                      .is_delivered = row.delivered_at.has_value(),
                      .created_at = row.created_at};
    if (!sent.chat.is_group) event.receiver_id = sent.chat.other(event.sender_id);
    if (sent.chat.is_group && ground_.plugs.groups != nullptr)
        event.group_name = ground_.plugs.groups->name(tx, group_id_of(row.chat_id));
    for (const auto& member : noted) {
        const bool is_listed = member.folder == ChatFolder::listed || member.folder == ChatFolder::archived;
        if (!is_listed) continue;
        const bool is_muted = member.muted_until && *member.muted_until > row.created_at;
        event.recipients.push_back(
            {.user_id = member.user_id,
             .unread_count = member.unread_count,
             .is_told = row.type != MessageType::system && member.user_id != row.sender_id && !is_muted});
    }
    tx.publish(event);
}

void Sending::say(db::Write& tx, const ChatId& chat_id, const UserId& actor, const std::string& text) const {
    const auto chat = store::next_moment(tx, chat_id, ground_.clock.now());
    if (!chat) return;
    Sent sent{.row = {}, .chat = *chat};
    sent.row.message_id = MessageId(IdSource::next_at<Id<GroupMessageTag>>(chat->last_message_at).view());
    sent.row.chat_id = chat_id;
    sent.row.sender_id = actor;
    sent.row.type = MessageType::system;
    sent.row.content = text;
    sent.row.created_at = chat->last_message_at;
    store::insert(tx, sent.row);
    const auto noted = store::note_message(tx,
                                           {.chat = chat_id,
                                            .message = sent.row.message_id,
                                            .sender = actor,
                                            .at = sent.row.created_at,
                                            .counts = false,
                                            .is_request = false},
                                           {});
    tell(tx, sent, noted, false);
}

}  // namespace grover::messages
