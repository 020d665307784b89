#include "domains/messages/messages_forwards.hpp"

#include <algorithm>

#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"

namespace grover::messages {
namespace {

constexpr std::size_t kMaxRecipients = 20;
constexpr std::size_t kMaxComment = 500;

std::vector<std::string> recipients_of(const std::vector<std::string>& given) {
    std::vector<std::string> out;
    for (const auto& one : given) {
        std::string id(text::trim(one));
        if (!id.empty() && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
    }
    if (out.empty()) throw validation_error("No recipients specified");
    if (out.size() > kMaxRecipients) throw validation_error("Maximum 20 recipients allowed");
    return out;
}

}  // namespace

MessageRow Forwards::get_original(db::Read& tx, const Caller& me, const MessageId& id) const {
    const auto seen = chats_.get_visible_message(tx, me.id, id);
    if (seen.message.deleted_at) throw validation_error("Cannot forward a deleted message");
    if (seen.message.type == MessageType::system) throw validation_error("Cannot forward this message");
    return std::move(store::named(tx, me.id, std::span(&id, 1)).front());
}

// Whoever handed it on in between is not named.
UserId Forwards::first_author(const MessageRow& original) {
    if (original.forwarded_from) return *original.forwarded_from;
    return original.sender_id.value_or(users::kDeletedUser.user_id);
}

ForwardAnswer Forwards::forward(const Caller& me, const MessageForward& in) const {
    // Of all recipients at once: none of them is the reason.
    Sending::require_verified(me);
    const auto recipients = recipients_of(in.recipient_ids);
    const auto comment = text::clean_chat(in.comment.value_or(""), kMaxComment);
    Outgoing out;
    ground_.db.read([&](db::Read& tx) {
        auto original = get_original(tx, me, in.message_id);
        out.row.type = original.type;
        out.row.content = std::move(original.content);
        out.row.media_id = original.media_id;
        out.row.thumbnail_id = original.thumbnail_id;
        out.row.duration = original.duration;
        out.row.gif_url = std::move(original.gif_url);
        out.row.shared_post_id = original.shared_post_id;
        out.row.story_id = std::move(original.story_id);
        out.row.forwarded_from = first_author(original);
        if (!comment.empty()) out.row.forward_comment = comment;
        out.forwards = in.message_id;
    });

    ForwardAnswer answer;
    for (const auto& id : recipients) {
        if (!is_well_formed_id(id)) {
            answer.failed.push_back({id, "User not found"});
            continue;
        }
        out.receiver_id.reset();
        out.group_id.reset();
        if (id.starts_with(GroupTag::prefix)) {
            out.group_id = GroupId(id);
        } else {
            out.receiver_id = UserId(id);
        }
        // Each on its own: one that fails leaves the others sent.
        try {
            answer.message_ids.push_back(sending_.commit(me, out).row.message_id);
        } catch (const Error& error) {
            if (error.status >= 500) throw;
            answer.failed.push_back({id, error.detail});
        }
    }
    answer.forwarded_count = std::ssize(answer.message_ids);
    return answer;
}

}  // namespace grover::messages
