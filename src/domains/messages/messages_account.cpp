#include "domains/messages/messages_account.hpp"

#include "sql/chats.hpp"
#include "sql/messages.hpp"

namespace grover::messages {
namespace {

constexpr int kPage = 200;

struct ExportedMessage {
    MessageId message_id;
    ChatId conversation_id;
    std::optional<UserId> sender_id;
    MessageType type = MessageType::text;
    std::string content;
    Time created_at;

    static constexpr auto columns = Pack{
        db::column("message_id", &ExportedMessage::message_id),
        db::column("chat_id", &ExportedMessage::conversation_id),
        db::column("sender_id", &ExportedMessage::sender_id),
        db::column("type", &ExportedMessage::type),
        db::column("content", &ExportedMessage::content),
        db::column("created_at", &ExportedMessage::created_at),
    };
    static constexpr auto fields = Pack{
        field("message_id", &ExportedMessage::message_id),
        field("conversation_id", &ExportedMessage::conversation_id),
        field("sender_id", &ExportedMessage::sender_id),
        field("type", &ExportedMessage::type),
        field("content", &ExportedMessage::content),
        field("created_at", &ExportedMessage::created_at),
    };
};

struct OwnChat {
    ChatId chat_id;
    Time seen_from;
    static constexpr auto columns = Pack{
        db::column("chat_id", &OwnChat::chat_id),
        db::column("seen_from", &OwnChat::seen_from),
    };
};

}  // namespace

bool MessagesEraser::erase_some(db::Write& tx, const UserId& user, int batch) {
    struct Given {
        MessageId message_id;
        std::string emoji;
    };
    std::vector<Given> given;
    tx.each(sql::messages::some_reactions_of_user{.user_id = user, .limit = batch}, [&](const db::Row& row) {
        given.push_back({row.get<MessageId>(0), row.get<std::string>(1)});
    });
    for (const auto& reaction : given) {
        tx.exec(sql::messages::delete_reaction{
            .message_id = reaction.message_id, .emoji = reaction.emoji, .user_id = user});
        tx.exec(sql::messages::add_reactions{.delta = -1, .message_id = reaction.message_id});
    }
    if (!given.empty()) return false;

    const auto chats = tx.list<ChatId>(sql::chats::some_direct_chats{.user_id = user, .limit = batch});
    for (const auto& chat_id : chats) {
        const auto chat = store::find_standing(tx, chat_id, user);
        tx.exec(sql::chats::delete_member{.chat_id = chat_id, .user_id = user});
        tx.exec(sql::chats::forget_side{.user_id = user, .chat_id = chat_id});
        // With the second side the conversation is nobody's.
        if (chat && !chat->other(user)) tx.enqueue_once(chat_id.view(), RemoveChat{chat_id});
    }
    if (!chats.empty()) return false;

    const auto sent =
        tx.list<MessageId>(sql::messages::some_messages_of_user{.user_id = user, .limit = batch});
    if (!sent.empty()) tx.exec(sql::messages::forget_sender{.ids = db::ids_of(sent)});
    return sent.empty();
}

void MessagesExport::contribute(const UserId& user, users::ExportWriter& out) {
    users::ListWriter list(out, "messages.json");
    ChatId after;
    while (true) {
        const auto chats = ground_.db.read([&](db::Read& tx) {
            return tx.list<OwnChat>(
                sql::messages::chats_of_user_after{.user_id = user, .after = after, .limit = kPage});
        });
        for (const auto& chat : chats) {
            Time at{INT64_MIN};
            while (true) {
                const auto messages = ground_.db.read([&](db::Read& tx) {
                    return tx.list<ExportedMessage>(sql::messages::own_messages_after{
                        .chat_id = chat.chat_id, .after = at, .from = chat.seen_from, .limit = kPage});
                });
                for (const auto& message : messages) list.add(wire::to_json(message));
                if (std::ssize(messages) < kPage) break;
                at = messages.back().created_at;
            }
        }
        if (std::ssize(chats) < kPage) break;
        after = chats.back().chat_id;
    }
    list.end();
}

}  // namespace grover::messages
