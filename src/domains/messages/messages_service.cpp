#include <algorithm>

#include "domains/messages/messages_parts.hpp"
#include "sql/chats.hpp"
#include "sql/messages.hpp"

namespace grover::messages {
namespace {

constexpr int kRemovedAtOnce = 500;
constexpr std::chrono::hours kSentIsKept{24};

}  // namespace

MessagesService::MessagesService(db::Database& db, const Clock& clock, users::UsersService& users,
                                 media::MediaService& media, const posts::PostGate& gate,
                                 posts::PostReader& posts, Options options)
    : parts_(std::make_unique<Parts>(Ground{db, clock, users, media, gate, posts, options})) {}

MessagesService::~MessagesService() = default;

void MessagesService::plug(const Plugs& plugs) { parts_->ground.plugs = plugs; }

GroupChats& MessagesService::group_chats() { return parts_->groups; }

users::AccountEraser& MessagesService::eraser() { return parts_->eraser; }
users::ExportContributor& MessagesService::exporter() { return parts_->exporter; }

bool MessagesService::is_member(db::Read& tx, const UserId& user, const ChatId& chat) {
    try {
        parts_->chats.get_visible(tx, user, chat);
        return true;
    } catch (const Error& error) {
        if (error.kind != ErrorKind::not_found) throw;
        return false;
    }
}

MessagesService::Original MessagesService::original(db::Read& tx, const Caller& me,
                                                    const MessageId& message) {
    auto row = parts_->forwards.get_original(tx, me, message);
    return {.type = row.type,
            .content = std::move(row.content),
            .media_id = row.media_id,
            .thumbnail_id = row.thumbnail_id,
            .author_id = Forwards::first_author(row)};
}

MessagesService::Answered MessagesService::answer_story(db::Write& tx, const Caller& me, const UserId& author,
                                                        const std::string& story_id,
                                                        const std::string& content) {
    Outgoing out;
    out.receiver_id = author;
    out.row.type = MessageType::story_reply;
    out.row.content = content;
    out.row.story_id = story_id;
    const Order order{me, out};
    const auto sent = parts_->sending.send_all(tx, std::span(&order, 1));
    return {sent.front().row.message_id, sent.front().row.chat_id};
}

std::vector<UserId> MessagesService::with_direct_conversation(db::Read& tx, const UserId& user,
                                                              std::span<const UserId> others) {
    if (others.empty()) return {};
    return tx.list<UserId>(sql::chats::direct_with{.user_id = user, .others = db::ids_of(others)});
}

std::vector<UserId> MessagesService::with_unread(db::Read& tx, const ChatId& chat,
                                                 std::span<const UserId> members) {
    if (members.empty()) return {};
    return tx.list<UserId>(sql::chats::with_unread{.chat_id = chat, .members = db::ids_of(members)});
}

void MessagesService::blocks_changed(const UserId& one, const UserId& other) {
    parts_->ground.db.write([&](db::Write& tx) {
        const auto groups = tx.list<ChatId>(sql::chats::shared_groups{.other = other, .user_id = one});
        if (groups.empty()) return;
        // Nobody sends or reads there meanwhile: on PostgreSQL what is counted would not be what is there in the end.
        tx.exec_soon(sql::chats::hold_chats{.chat_ids = db::ids_of(groups)});
        for (const auto& user : {one, other}) {
            const auto cut_off = parts_->ground.users.cut_off(tx, user);
            tx.exec(sql::chats::recount_unread{
                .user_id = user, .cut_off = db::ids_of(cut_off), .chat_ids = db::ids_of(groups)});
            tx.exec(sql::chats::set_last_message{
                .cut_off = db::ids_of(cut_off), .user_id = user, .chat_ids = db::ids_of(groups)});
        }
    });
}

void MessagesService::run(const RemoveChat& job) {
    auto& ground = parts_->ground;
    bool more = true;
    while (more) {
        more = ground.db.write([&](db::Write& tx) {
            std::vector<MessageId> ids, with_media;
            tx.each(sql::messages::some_messages_of_chat{.chat_id = job.chat_id, .limit = kRemovedAtOnce},
                    [&](const db::Row& row) {
                        ids.push_back(row.get<MessageId>(0));
                        if (row.integer(1) != 0) with_media.push_back(ids.back());
                    });
            for (const auto& id : with_media) ground.media.release(tx, {"message", id.view()});
            if (!ids.empty()) tx.exec(sql::messages::delete_messages{.ids = db::ids_of(ids)});
            if (ids.empty()) tx.exec(sql::chats::delete_chat{.chat_id = job.chat_id});
            return !ids.empty();
        });
    }
}

void MessagesService::sweep() {
    parts_->ground.db.write([&](db::Write& tx) {
        tx.exec(sql::messages::sweep_sent{.before = parts_->ground.clock.now() - kSentIsKept});
    });
}

}  // namespace grover::messages
