// Rows of chats and their members. Private to domains/messages; decides nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/messages/messages.hpp"
#include "platform/base/place.hpp"

namespace grover::messages {

// As chat_members.folder says.
enum class ChatFolder : std::uint8_t { listed, archived, request, declined, unlisted };

struct ChatRow {
    ChatId chat_id;
    bool is_group = false;
    std::optional<UserId> low_user_id;
    std::optional<UserId> high_user_id;
    bool is_accepted = false;
    std::optional<UserId> requested_by;
    int requests_count = 0;
    int members_count = 0;
    Time last_message_at;
    Time created_at;

    bool has(const UserId& user) const { return low_user_id == user || high_user_id == user; }
    // The other side of a direct chat; none when that account is erased.
    const std::optional<UserId>& other(const UserId& user) const {
        return low_user_id == user ? high_user_id : low_user_id;
    }
    bool is_pending() const { return requested_by.has_value(); }

    static constexpr auto columns = Pack{
        db::column("chat_id", &ChatRow::chat_id),
        db::column("is_group", &ChatRow::is_group),
        db::column("low_user_id", &ChatRow::low_user_id),
        db::column("high_user_id", &ChatRow::high_user_id),
        db::column("is_accepted", &ChatRow::is_accepted),
        db::column("requested_by", &ChatRow::requested_by),
        db::column("requests_count", &ChatRow::requests_count),
        db::column("members_count", &ChatRow::members_count),
        db::column("last_message_at", &ChatRow::last_message_at),
        db::column("created_at", &ChatRow::created_at),
    };
};

// A chat, and what one of its members made of it.
struct Standing : ChatRow {
    UserId user_id;
    Role role = Role::member;
    ChatFolder folder = ChatFolder::listed;
    Time joined_at;
    Time seen_from;
    std::optional<MessageId> last_message_id;
    Time last_seen_message_at;
    std::int64_t unread_count = 0;
    Time read_until;
    Time delivered_until;
    std::optional<Time> muted_until;
    bool is_pinned = false;

    static constexpr auto columns = Pack{
        db::column("chat_id", &Standing::chat_id),
        db::column("is_group", &Standing::is_group),
        db::column("low_user_id", &Standing::low_user_id),
        db::column("high_user_id", &Standing::high_user_id),
        db::column("is_accepted", &Standing::is_accepted),
        db::column("requested_by", &Standing::requested_by),
        db::column("requests_count", &Standing::requests_count),
        db::column("members_count", &Standing::members_count),
        db::column("chat_last_message_at", &Standing::last_message_at),
        db::column("created_at", &Standing::created_at),
        db::column("role", &Standing::role),
        db::column("folder", &Standing::folder),
        db::column("joined_at", &Standing::joined_at),
        db::column("seen_from", &Standing::seen_from),
        db::column("last_message_id", &Standing::last_message_id),
        db::column("last_message_at", &Standing::last_seen_message_at),
        db::column("unread_count", &Standing::unread_count),
        db::column("read_until", &Standing::read_until),
        db::column("delivered_until", &Standing::delivered_until),
        db::column("muted_until", &Standing::muted_until),
        db::column("is_pinned", &Standing::is_pinned),
    };
};

// A member whose list a new message moved.
struct Noted {
    UserId user_id;
    std::int64_t unread_count = 0;
    ChatFolder folder = ChatFolder::listed;
    std::optional<Time> muted_until;

    static constexpr auto columns = Pack{
        db::column("user_id", &Noted::user_id),
        db::column("unread_count", &Noted::unread_count),
        db::column("folder", &Noted::folder),
        db::column("muted_until", &Noted::muted_until),
    };
};

struct MemberRow {
    UserId user_id;
    Role role = Role::member;
    Time joined_at;
    Time seen_from;
    Time read_until;

    static constexpr auto columns = Pack{
        db::column("user_id", &MemberRow::user_id),       db::column("role", &MemberRow::role),
        db::column("joined_at", &MemberRow::joined_at),   db::column("seen_from", &MemberRow::seen_from),
        db::column("read_until", &MemberRow::read_until),
    };
};

// One line of a list of chats.
struct ListedChat {
    ChatId chat_id;
    bool is_group = false;
    std::optional<UserId> low_user_id;
    std::optional<UserId> high_user_id;
    bool is_accepted = false;
    std::optional<UserId> requested_by;
    Time created_at;
    Role role = Role::member;
    Time last_message_at;
    std::int64_t unread_count = 0;
    std::optional<Time> muted_until;
    bool is_pinned = false;
    ChatFolder folder = ChatFolder::listed;
    std::optional<MessageId> last_message_id;
    std::optional<UserId> last_sender_id;
    std::optional<MessageType> last_type;
    std::optional<std::string> last_content;
    std::optional<Time> last_deleted_at;
    std::optional<UserId> last_forwarded_from;

    static constexpr auto columns = Pack{
        db::column("chat_id", &ListedChat::chat_id),
        db::column("is_group", &ListedChat::is_group),
        db::column("low_user_id", &ListedChat::low_user_id),
        db::column("high_user_id", &ListedChat::high_user_id),
        db::column("is_accepted", &ListedChat::is_accepted),
        db::column("requested_by", &ListedChat::requested_by),
        db::column("created_at", &ListedChat::created_at),
        db::column("role", &ListedChat::role),
        db::column("last_message_at", &ListedChat::last_message_at),
        db::column("unread_count", &ListedChat::unread_count),
        db::column("muted_until", &ListedChat::muted_until),
        db::column("is_pinned", &ListedChat::is_pinned),
        db::column("folder", &ListedChat::folder),
        db::column("last_message_id", &ListedChat::last_message_id),
        db::column("last_sender_id", &ListedChat::last_sender_id),
        db::column("last_type", &ListedChat::last_type),
        db::column("last_content", &ListedChat::last_content),
        db::column("last_deleted_at", &ListedChat::last_deleted_at),
        db::column("last_forwarded_from", &ListedChat::last_forwarded_from),
    };
};

// The same line of one chat, for each of its members.
struct LineOfMember {
    UserId user_id;
    ChatFolder folder = ChatFolder::listed;
    Time last_message_at;
    std::int64_t unread_count = 0;
    std::optional<MessageId> last_message_id;
    bool is_group = false;
    std::optional<UserId> last_sender_id;
    std::optional<MessageType> last_type;
    std::optional<std::string> last_content;
    std::optional<Time> last_deleted_at;
    std::optional<UserId> last_forwarded_from;

    static constexpr auto columns = Pack{
        db::column("user_id", &LineOfMember::user_id),
        db::column("folder", &LineOfMember::folder),
        db::column("last_message_at", &LineOfMember::last_message_at),
        db::column("unread_count", &LineOfMember::unread_count),
        db::column("last_message_id", &LineOfMember::last_message_id),
        db::column("is_group", &LineOfMember::is_group),
        db::column("last_sender_id", &LineOfMember::last_sender_id),
        db::column("last_type", &LineOfMember::last_type),
        db::column("last_content", &LineOfMember::last_content),
        db::column("last_deleted_at", &LineOfMember::last_deleted_at),
        db::column("last_forwarded_from", &LineOfMember::last_forwarded_from),
    };
};

enum class MarkKind : std::uint8_t { delivered, read, read_alone };

struct MarkRow {
    UserId user_id;
    MarkKind kind = MarkKind::read;
    Time up_to;
    Time marked_at;

    static constexpr auto columns = Pack{
        db::column("user_id", &MarkRow::user_id),
        db::column("kind", &MarkRow::kind),
        db::column("up_to", &MarkRow::up_to),
        db::column("marked_at", &MarkRow::marked_at),
    };
};

// Each function is one statement, unless it says otherwise.
namespace store {

using UserIds = std::vector<std::string_view>;

std::optional<ChatId> find_pair(db::Read& tx, const UserId& one, const UserId& other);
// The chat of the two, made if they have none: then listed for `opener` alone. A few statements.
ChatId pair_of(db::Write& tx, const UserId& opener, const UserId& other, Time now);
std::optional<Standing> find_standing(db::Read& tx, const ChatId& chat, const UserId& user);
std::optional<Standing> find_standing_of_pair(db::Read& tx, const UserId& user, const UserId& other);
std::optional<ChatRow> next_moment(db::Write& tx, const ChatId& chat, Time now);
// The same for several; in any order, without those that do not exist.
std::vector<ChatRow> next_moments(db::Write& tx, std::span<const ChatId> chats, Time now);
bool hold(db::Write& tx, const ChatId& chat);

struct NewMessage {
    const ChatId& chat;
    const MessageId& message;
    const UserId& sender;
    Time at;
    bool counts;      // as unread
    bool is_request;  // for the receiver
};
std::vector<Noted> note_message(db::Write& tx, const NewMessage& message, const UserIds& cut_off);
// The same for messages of direct chats, each of another one: for each, in order.
std::vector<std::vector<Noted>> note_direct(db::Write& tx, std::span<const NewMessage> messages);

std::vector<MemberRow> members(db::Read& tx, const ChatId& chat);

std::vector<ListedChat> list(db::Read& tx, const UserId& user, bool groups, ChatFolder folder,
                             const Place& after, const UserIds& cut_off, int limit, std::int64_t skip);
// Of one member, or of all.
std::vector<LineOfMember> lines_of_members(db::Read& tx, const ChatId& chat,
                                           const std::optional<UserId>& only_user);
std::optional<ListedChat> find_listed(db::Read& tx, const ChatId& chat, const UserId& user);

bool insert_mark(db::Write& tx, const ChatId& chat, const UserId& user, MarkKind kind, Time up_to, Time now);
std::vector<MarkRow> marks(db::Read& tx, const ChatId& chat, Time first, Time last);
// When the member read the message of that time.
std::optional<Time> read_at(db::Read& tx, const ChatId& chat, const UserId& user, Time message_at);

}  // namespace store
}  // namespace grover::messages
