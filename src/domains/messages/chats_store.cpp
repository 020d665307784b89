#include "domains/messages/chats_store.hpp"

#include <algorithm>

#include "sql/chats.hpp"

namespace grover::messages::store {
namespace {

// NewMessage as a row of note_messages.
struct NoteRow {
    std::string_view chat_id;
    std::string_view message_id;
    std::string_view sender_id;
    std::int64_t created_at = 0;
    int is_request = 0;
    static constexpr auto fields = Pack{
        field("chat_id", &NoteRow::chat_id),       field("message_id", &NoteRow::message_id),
        field("sender_id", &NoteRow::sender_id),   field("created_at", &NoteRow::created_at),
        field("is_request", &NoteRow::is_request),
    };
};

}  // namespace

std::optional<ChatId> find_pair(db::Read& tx, const UserId& one, const UserId& other) {
    return tx.find<ChatId>(sql::chats::find_pair{.low = std::min(one, other), .high = std::max(one, other)});
}

ChatId pair_of(db::Write& tx, const UserId& opener, const UserId& other, Time now) {
    if (const auto known = find_pair(tx, opener, other)) return *known;
    const auto id = IdSource::next_at<ChatId>(now);
    if (!tx.exists(sql::chats::insert_pair{
            .chat_id = id, .low = std::min(opener, other), .high = std::max(opener, other), .now = now})) {
        return find_pair(tx, opener, other).value();
    }
    for (const auto& [user, folder] :
         {std::pair{opener, ChatFolder::listed}, std::pair{other, ChatFolder::unlisted}}) {
        tx.exists(sql::chats::insert_member{.chat_id = id,
                                            .user_id = user,
                                            .is_group = false,
                                            .role = static_cast<int>(Role::member),
                                            .folder = static_cast<int>(folder),
                                            .now = now,
                                            .seen_from = 0});
    }
    return id;
}

std::optional<Standing> find_standing(db::Read& tx, const ChatId& chat, const UserId& user) {
    auto standing = tx.find<Standing>(sql::chats::find_standing{.chat_id = chat, .user_id = user});
    if (standing) standing->user_id = user;
    return standing;
}

std::optional<Standing> find_standing_of_pair(db::Read& tx, const UserId& user, const UserId& other) {
    auto standing = tx.find<Standing>(sql::chats::find_standing_of_pair{
        .low = std::min(user, other), .high = std::max(user, other), .user_id = user});
    if (standing) standing->user_id = user;
    return standing;
}

std::optional<ChatRow> next_moment(db::Write& tx, const ChatId& chat, Time now) {
    return tx.find<ChatRow>(sql::chats::next_moment{.now = now, .chat_id = chat});
}

std::vector<ChatRow> next_moments(db::Write& tx, std::span<const ChatId> chats, Time now) {
    if (chats.empty()) return {};
    if (chats.size() == 1) {
        const auto one = next_moment(tx, chats.front(), now);
        return one ? std::vector{*one} : std::vector<ChatRow>{};
    }
    return tx.list<ChatRow>(sql::chats::next_moments{.now = now, .chat_ids = db::ids_of(chats)});
}

bool hold(db::Write& tx, const ChatId& chat) { return tx.exists(sql::chats::hold_chat{.chat_id = chat}); }

std::vector<Noted> note_message(db::Write& tx, const NewMessage& message, const UserIds& cut_off) {
    return tx.list<Noted>(sql::chats::note_message{.message_id = message.message,
                                                   .now = message.at,
                                                   .sender_id = message.sender,
                                                   .counts = message.counts ? 1 : 0,
                                                   .is_request = message.is_request,
                                                   .chat_id = message.chat,
                                                   .any_cut_off = cut_off.empty() ? 0 : 1,
                                                   .cut_off = cut_off});
}

std::vector<std::vector<Noted>> note_direct(db::Write& tx, std::span<const NewMessage> messages) {
    std::vector<std::vector<Noted>> noted(messages.size());
    if (messages.size() == 1) noted.front() = note_message(tx, messages.front(), {});
    if (messages.size() < 2) return noted;
    std::vector<NoteRow> rows;
    for (const auto& message : messages) {
        rows.push_back({.chat_id = message.chat.view(),
                        .message_id = message.message.view(),
                        .sender_id = message.sender.view(),
                        .created_at = message.at.us,
                        .is_request = message.is_request ? 1 : 0});
    }
    tx.each(sql::chats::note_messages{.rows = db::to_payload(rows)}, [&](const db::Row& row) {
        const auto of =
            std::ranges::find(messages, row.text(4), [](const NewMessage& one) { return one.chat.view(); });
        noted[static_cast<std::size_t>(of - messages.begin())].push_back(
            {.user_id = row.get<UserId>(0),
             .unread_count = row.get<std::int64_t>(1),
             .folder = row.get<ChatFolder>(2),
             .muted_until = row.get<std::optional<Time>>(3)});
    });
    return noted;
}

std::vector<MemberRow> members(db::Read& tx, const ChatId& chat) {
    return tx.list<MemberRow>(sql::chats::list_members{.chat_id = chat});
}

std::vector<ListedChat> list(db::Read& tx, const UserId& user, bool groups, ChatFolder folder,
                             const Place& after, const UserIds& cut_off, int limit, std::int64_t skip) {
    return tx.list<ListedChat>(sql::chats::list_chats{.user_id = user,
                                                      .is_group = groups,
                                                      .folder = static_cast<int>(folder),
                                                      .at = after.at,
                                                      .after = after.id,
                                                      .cut_off = cut_off,
                                                      .limit = limit,
                                                      .skip = skip});
}

std::vector<LineOfMember> lines_of_members(db::Read& tx, const ChatId& chat,
                                           const std::optional<UserId>& only_user) {
    return tx.list<LineOfMember>(sql::chats::listed_by_members{
        .chat_id = chat, .only_user = only_user ? only_user->view() : std::string_view{}});
}

std::optional<ListedChat> find_listed(db::Read& tx, const ChatId& chat, const UserId& user) {
    return tx.find<ListedChat>(sql::chats::get_chat{.chat_id = chat, .user_id = user});
}

bool insert_mark(db::Write& tx, const ChatId& chat, const UserId& user, MarkKind kind, Time up_to, Time now) {
    return tx.exists(sql::chats::insert_mark{
        .chat_id = chat, .user_id = user, .kind = static_cast<int>(kind), .up_to = up_to, .now = now});
}

std::vector<MarkRow> marks(db::Read& tx, const ChatId& chat, Time first, Time last) {
    return tx.list<MarkRow>(sql::chats::list_marks{.chat_id = chat, .first = first, .last = last});
}

std::optional<Time> read_at(db::Read& tx, const ChatId& chat, const UserId& user, Time message_at) {
    return tx.find<Time>(sql::chats::find_mark{.chat_id = chat, .user_id = user, .created_at = message_at});
}

}  // namespace grover::messages::store
