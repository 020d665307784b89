#include "domains/messages/messages_reading.hpp"

#include <algorithm>
#include <charconv>

#include "sql/chats.hpp"

namespace grover::messages {
namespace {

constexpr int kShownReads = 50;
constexpr int kAround = 25;

Time position_of(const std::string& after) {
    if (after.empty()) return Time{INT64_MAX};
    Time at;
    const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), at.us);
    if (error != std::errc{} || end != after.data() + after.size()) throw validation_error("Invalid cursor");
    return at;
}

}  // namespace

// A page in ascending order, with the chat it is of.
struct Reading::Rows {
    SeenChat seen;
    std::vector<MessageRow> rows;
    std::string next;
    std::int64_t unread_before = 0;
};

Reading::Rows Reading::rows_of(db::Read& tx, const UserId& me, const SeenChat& seen,
                               const PageRequest& page) const {
    Rows out{.seen = seen, .unread_before = seen.chat.unread_count};
    const auto cut_off = seen.cut_off_ids();
    const bool is_first = page.after.empty() && page.skip == 0;
    const int limit = is_first ? page.limit : std::min(page.limit, kMaxPageSize);
    out.rows = store::older(tx, {seen.chat.chat_id, me, seen.chat.seen_from, cut_off},
                            position_of(page.after), limit + 1, page.after.empty() ? page.skip : 0);
    if (static_cast<int>(out.rows.size()) > limit) {
        out.rows.erase(out.rows.begin());
        out.next = std::to_string(out.rows.front().created_at.us);
    }
    return out;
}

std::int64_t Reading::mark(db::Write& tx, const UserId& me, const SeenChat& seen) const {
    const auto& chat = seen.chat;
    const auto cut_off = seen.cut_off_ids();
    if (chat.unread_count == 0) return 0;
    auto newest =
        store::unread(tx, {chat.chat_id, me, chat.seen_from, cut_off}, chat.read_until, kShownReads);
    const Time now = ground_.clock.now();
    const Time up_to = chat.last_message_at;
    deliver(tx, me, chat);
    store::insert_mark(tx, chat.chat_id, me, MarkKind::read, up_to, now);
    tx.exec(sql::chats::mark_all_read{.up_to = up_to, .chat_id = chat.chat_id, .user_id = me});
    ChatRead event{.conversation_id = chat.chat_id,
                   .is_group = chat.is_group,
                   .user_id = me,
                   .read_at = now,
                   .last_read_message_id = chat.last_message_id,
                   .messages = std::move(newest),
                   .is_shown = chats_.shows_receipts(tx, chat, me)};
    tx.publish(event);
    return chat.unread_count;
}

void Reading::deliver(db::Write& tx, const UserId& me, const Standing& chat) const {
    if (chat.is_group || chat.delivered_until >= chat.last_message_at) return;
    if (tx.exec(sql::chats::mark_delivered{
            .up_to = chat.last_message_at, .chat_id = chat.chat_id, .user_id = me}) > 0)
        store::insert_mark(tx, chat.chat_id, me, MarkKind::delivered, chat.last_message_at,
                           ground_.clock.now());
}

ChatPage Reading::with_user(const Caller& me, const ChatWithUser& in, std::string& next) const {
    const bool is_first = in.page.after.empty() && in.page.skip == 0;
    const auto changes = [&](const Rows& page) {
        const auto& chat = page.seen.chat;
        const bool delivers = chat.delivered_until < chat.last_message_at && !page.rows.empty();
        return chat.folder == ChatFolder::unlisted ||
               (is_first && (delivers || (in.mark_read && chat.unread_count > 0)));
    };
    ChatPage out;
    const auto show = [&](db::Read& tx, const Rows& page, bool shows_receipts) {
        const auto& chat = page.seen.chat;
        out.conversation_id = chat.chat_id;
        out.messages =
            views_.of(tx, me, chat, page.seen.cut_off, page.rows, shows_receipts && chat.is_accepted);
        out.other_user.json = ground_.users.card(tx, in.user_id, me.base_url)->json;
        out.unread_count = page.unread_before;
        out.has_more = !page.next.empty();
        next = page.next;
    };
    // Usually reading writes nothing. Otherwise the chat, the page and the mark are one transaction.
    const bool done = ground_.db.read([&](db::Read& tx) {
        const bool shows_receipts = chats_.require_reachable_pair(tx, me.id, in.user_id);
        const auto chat = store::find_standing_of_pair(tx, me.id, in.user_id);
        if (!chat) return false;
        const auto page = rows_of(tx, me.id, {*chat, {}}, in.page);
        if (changes(page)) return false;
        show(tx, page, shows_receipts);
        return true;
    });
    if (done) return out;
    bool shows_receipts = true;
    const auto page = ground_.db.write([&](db::Write& tx) {
        shows_receipts = chats_.require_reachable_pair(tx, me.id, in.user_id);
        const auto id = store::pair_of(tx, me.id, in.user_id, ground_.clock.now());
        store::hold(tx, id);
        const SeenChat seen{store::find_standing(tx, id, me.id).value(), {}};
        auto rows = rows_of(tx, me.id, seen, in.page);
        if (is_first && in.mark_read && seen.chat.unread_count > 0) {
            mark(tx, me.id, seen);
        } else if (is_first && !rows.rows.empty()) {
            deliver(tx, me.id, seen.chat);
        }
        // Who opens a chat sees it in the own list from then on.
        if (seen.chat.folder == ChatFolder::unlisted) {
            tx.exec(sql::chats::set_folder{
                .folder = static_cast<int>(ChatFolder::listed), .chat_id = id, .user_id = me.id});
        }
        return rows;
    });
    ground_.db.read([&](db::Read& tx) { show(tx, page, shows_receipts); });
    return out;
}

Page<Message> Reading::page_of(const Caller& me, const ChatId& chat, const PageRequest& request,
                               bool mark_read) const {
    const auto view = [&](db::Read& tx, const Rows& page) {
        const auto& seen = page.seen;
        return Page<Message>{views_.of(tx, me, seen.chat, seen.cut_off, page.rows,
                                       chats_.shows_receipts(tx, seen.chat, me.id)),
                             page.next};
    };
    const bool marks = mark_read && request.after.empty() && request.skip == 0;
    auto unmarked = ground_.db.read([&](db::Read& tx) -> std::optional<Page<Message>> {
        const auto page = rows_of(tx, me.id, chats_.get_visible(tx, me.id, chat), request);
        if (marks && page.unread_before > 0) return std::nullopt;
        return view(tx, page);
    });
    if (unmarked) return std::move(*unmarked);
    const auto page = ground_.db.write([&](db::Write& tx) {
        store::hold(tx, chat);
        const auto seen = chats_.get_visible(tx, me.id, chat);
        auto rows = rows_of(tx, me.id, seen, request);
        mark(tx, me.id, seen);
        return rows;
    });
    return ground_.db.read([&](db::Read& tx) { return view(tx, page); });
}

Page<Message> Reading::of_group(const Caller& me, const ChatId& chat, const PageRequest& page,
                                bool mark_read) const {
    return page_of(me, chat, page, mark_read);
}

Page<Message> Reading::of_chat(const Caller& me, const ChatMessages& in) const {
    if (!in.around) return page_of(me, in.conversation_id, in.page, false);
    return ground_.db.read([&](db::Read& tx) {
        const auto seen = chats_.get_visible_message(tx, me.id, *in.around);
        if (seen.message.chat_id != in.conversation_id) throw not_found("Message not found");
        const auto& chat = seen.in.chat;
        const auto cut_off = seen.in.cut_off_ids();
        const store::Window window{chat.chat_id, me.id, chat.seen_from, cut_off};
        auto rows = store::older(tx, window, seen.message.created_at, kAround, 0);
        auto newer = store::newer(tx, window, seen.message.created_at, kAround + 1);
        rows.insert(rows.end(), std::make_move_iterator(newer.begin()), std::make_move_iterator(newer.end()));
        return Page<Message>{
            views_.of(tx, me, chat, seen.in.cut_off, rows, chats_.shows_receipts(tx, chat, me.id)), {}};
    });
}

ReadAllAnswer Reading::read_all(const Caller& me, const ChatId& chat) const {
    ReadAllAnswer answer;
    answer.marked = ground_.db.write([&](db::Write& tx) {
        store::hold(tx, chat);
        return mark(tx, me.id, chats_.get_visible(tx, me.id, chat));
    });
    return answer;
}

ReadOneAnswer Reading::read_one(const Caller& me, const MessageId& id,
                                const std::optional<ChatId>& in_chat) const {
    return ground_.db.write([&](db::Write& tx) {
        ReadOneAnswer answer;
        const auto chat_id = chats_.get_visible_message(tx, me.id, id).message.chat_id;
        if (in_chat && chat_id != *in_chat) throw not_found("Message not found");
        store::hold(tx, chat_id);
        const auto seen = chats_.get_visible_message(tx, me.id, id);
        const auto& message = seen.message;
        const auto& chat = seen.in.chat;
        const auto reader =
            message.sender_id == me.id && !chat.is_group ? chat.other(me.id) : std::optional(me.id);
        if (message.sender_id == me.id) {
            // An own message has no effect; its answer says when the other side read it.
            if (reader && !chat.is_group && chats_.shows_receipts(tx, chat, me.id))
                answer.read_at = store::read_at(tx, chat.chat_id, *reader, message.created_at);
            return answer;
        }
        answer.read_at = store::read_at(tx, chat.chat_id, me.id, message.created_at);
        if (answer.read_at) return answer;
        const Time now = ground_.clock.now();
        answer.read_at = now;
        store::insert_mark(tx, chat.chat_id, me.id, MarkKind::read_alone, message.created_at, now);
        const bool counted = message.type != MessageType::system && !message.deleted_at &&
                             message.created_at > chat.read_until;
        if (counted) tx.exec(sql::chats::take_unread{.chat_id = chat.chat_id, .user_id = me.id});
        deliver(tx, me.id, chat);
        ChatRead event{.conversation_id = chat.chat_id,
                       .is_group = chat.is_group,
                       .user_id = me.id,
                       .read_at = now,
                       .is_shown = chats_.shows_receipts(tx, chat, me.id)};
        event.messages.push_back(
            {message.message_id, message.sender_id.value_or(users::kDeletedUser.user_id)});
        tx.publish(event);
        return answer;
    });
}

UnreadCount Reading::unread_count(const Caller& me, const ChatId& chat) const {
    return ground_.db.read([&](db::Read& tx) {
        const auto seen = chats_.get_visible(tx, me.id, chat);
        const bool is_listed =
            seen.chat.folder != ChatFolder::request && seen.chat.folder != ChatFolder::declined;
        return UnreadCount{is_listed ? seen.chat.unread_count : 0};
    });
}

UnreadTotal Reading::unread_total(const Caller& me) const {
    return ground_.db.read([&](db::Read& tx) {
        UnreadTotal total;
        const auto cut_off = ground_.users.cut_off(tx, me.id);
        tx.each(sql::chats::sum_unread{.user_id = me.id, .cut_off = db::ids_of(cut_off)},
                [&](const db::Row& row) {
                    total = {row.integer(0), row.integer(1)};
                });
        return total;
    });
}

}  // namespace grover::messages
