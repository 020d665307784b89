#include "domains/messages/messages_changes.hpp"

#include <algorithm>

#include "domains/messages/read_marks.hpp"
#include "platform/text/sanitize.hpp"
#include "sql/chats.hpp"
#include "sql/messages.hpp"

namespace grover::messages {
namespace {

constexpr std::chrono::seconds kEditWindow{900};
constexpr std::chrono::seconds kDeleteWindow{3600};
constexpr int kKeptEdits = 20;

bool has_text(MessageType type) {
    return type == MessageType::text || type == MessageType::post || type == MessageType::story_reply;
}

bool is_read_by_others(db::Read& tx, const UserId& me, const MessageFacts& message) {
    const auto marks = store::marks(tx, message.chat_id, message.created_at, message.created_at);
    const ReadMarks read(marks);
    return std::ranges::any_of(marks, [&](const auto& mark) {
        return mark.user_id != me && read.read_at(mark.user_id, message.created_at);
    });
}

}  // namespace

SeenMessage Changes::held(db::Write& tx, const UserId& me, const MessageId& message) const {
    // Seen twice: before, so that nobody holds what is not theirs, and after, because it may have changed meanwhile.
    store::hold(tx, chats_.get_visible_message(tx, me, message).message.chat_id);
    return chats_.get_visible_message(tx, me, message);
}

Message Changes::edit(const Caller& me, const MessageEdit& in) const {
    const auto content = text::required_text(in.content, kMaxMessageLength, "content", text::Cleaning::chat);
    const auto in_chat = ground_.db.write([&](db::Write& tx) {
        const auto seen = held(tx, me.id, in.message_id);
        const auto& message = seen.message;
        const Time now = ground_.clock.now();
        if (message.sender_id != me.id) throw not_authorized("Not authorized to edit this message");
        if (message.deleted_at) throw validation_error("Cannot edit a deleted message");
        if (!has_text(message.type) || message.content.empty() || message.forwarded_from)
            throw validation_error("Only text can be edited");
        if (now > message.created_at + kEditWindow) throw validation_error("Edit window expired");
        if (content == message.content) return seen.in;
        tx.exec(
            sql::messages::insert_edit{.message_id = message.message_id,
                                       .now = now,
                                       .content = message.content,
                                       .last_modified_at = message.edited_at.value_or(message.created_at)});
        tx.exec(sql::messages::trim_edits{.message_id = message.message_id, .keep = kKeptEdits});
        const auto searched = store::search_text(content);
        tx.exec(sql::messages::edit_content{
            .content = content,
            .search_text = searched == content ? db::Arg(nullptr) : db::Arg(searched),
            .now = now,
            .message_id = message.message_id});
        tx.publish(MessageEdited{.message_id = message.message_id,
                                 .conversation_id = message.chat_id,
                                 .is_group = seen.in.chat.is_group,
                                 .sender_id = me.id,
                                 .content = content,
                                 .created_at = message.created_at,
                                 .edited_at = now});
        return seen.in;
    });
    return ground_.db.read([&](db::Read& tx) {
        const auto rows = store::named(tx, me.id, std::span(&in.message_id, 1));
        if (rows.empty()) throw not_found("Message not found");
        const auto& chat = in_chat.chat;
        return views_.of(tx, me, chat, in_chat.cut_off, rows, chats_.shows_receipts(tx, chat, me.id)).front();
    });
}

std::vector<EarlierText> Changes::history(const Caller& me, const MessageId& id) const {
    return ground_.db.read([&](db::Read& tx) {
        const auto seen = chats_.get_visible_message(tx, me.id, id);
        if (seen.message.sender_id != me.id) throw not_authorized();
        return tx.list<EarlierText>(sql::messages::list_edits{.message_id = id});
    });
}

DeleteAnswer Changes::remove(const Caller& me, const MessageDelete& in) const {
    return ground_.db.write([&](db::Write& tx) {
        const auto facts = store::find_facts(tx, in.message_id, me.id);
        // Deleting for oneself twice is no error.
        if (facts && facts->is_hidden && !in.delete_for_everyone &&
            store::find_standing(tx, facts->chat_id, me.id))
            return DeleteAnswer{.message_id = in.message_id};
        const auto seen = held(tx, me.id, in.message_id);
        return in.delete_for_everyone ? erase(tx, me.id, seen) : hide(tx, me.id, seen);
    });
}

DeleteAnswer Changes::hide(db::Write& tx, const UserId& me, const SeenMessage& seen) const {
    const auto& message = seen.message;
    const auto& chat = seen.in.chat;
    if (tx.exists(sql::messages::hide_message{.user_id = me, .message_id = message.message_id})) {
        const bool was_unread = message.sender_id != me && message.type != MessageType::system &&
                                !message.deleted_at && message.created_at > chat.read_until &&
                                !store::read_at(tx, chat.chat_id, me, message.created_at);
        if (was_unread) tx.exec(sql::chats::take_unread{.chat_id = chat.chat_id, .user_id = me});
        if (chat.last_message_id == message.message_id)
            tx.exec(sql::chats::set_last_message{.cut_off = seen.in.cut_off_ids(),
                                                 .user_id = me,
                                                 .chat_ids = db::ids_of(std::span(&chat.chat_id, 1))});
        tx.publish(MessageDeleted{.message_id = message.message_id,
                                  .conversation_id = chat.chat_id,
                                  .is_group = chat.is_group,
                                  .sender_id = message.sender_id,
                                  .only_for = me,
                                  .deleted_at = {}});
    }
    return {.message_id = message.message_id};
}

DeleteAnswer Changes::erase(db::Write& tx, const UserId& me, const SeenMessage& seen) const {
    const auto& message = seen.message;
    const auto& chat = seen.in.chat;
    const Time now = ground_.clock.now();
    const bool is_admin = chat.is_group && chat.role != Role::member;
    if (message.sender_id != me && !is_admin) throw not_authorized("Not authorized to delete for everyone");
    if (message.deleted_at)
        return {
            .message_id = message.message_id, .deleted_for_everyone = true, .deleted_at = message.deleted_at};
    if (message.type == MessageType::system) throw not_authorized("Not authorized to delete for everyone");
    if (!is_admin) {
        if (now > message.created_at + kDeleteWindow)
            throw validation_error("Cannot delete for everyone: delete window expired");
        // Who sent a request cannot tell whether somebody looked at it.
        if (!chat.is_pending() && is_read_by_others(tx, me, message))
            throw validation_error("Cannot delete for everyone: message has been read");
        if (message.edited_at) throw validation_error("Cannot delete for everyone: message has been edited");
    }
    tx.exec(sql::messages::erase_content{.now = now, .message_id = message.message_id});
    tx.exec(sql::messages::delete_reactions{.message_id = message.message_id});
    tx.exec(sql::messages::delete_edits{.message_id = message.message_id});
    ground_.media.release(tx, {"message", message.message_id.view()});
    const auto sender = message.sender_id.value_or(users::kDeletedUser.user_id);
    const auto unseen_by =
        chat.is_group && message.sender_id ? ground_.users.cut_off(tx, sender) : std::vector<UserId>{};
    tx.exec(sql::chats::take_unread_of_all{.chat_id = chat.chat_id,
                                           .sender_id = sender,
                                           .created_at = message.created_at,
                                           .cut_off = db::ids_of(unseen_by),
                                           .message_id = message.message_id});
    tx.publish(MessageDeleted{.message_id = message.message_id,
                              .conversation_id = chat.chat_id,
                              .is_group = chat.is_group,
                              .sender_id = message.sender_id,
                              .only_for = {},
                              .deleted_at = now});
    return {.message_id = message.message_id, .deleted_for_everyone = true, .deleted_at = now};
}

}  // namespace grover::messages
