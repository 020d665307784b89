// Sending: what is decided and written in the transaction.
#include <algorithm>
#include <iterator>

#include "domains/messages/messages_sending.hpp"
#include "sql/chats.hpp"

namespace grover::messages {
namespace {

constexpr int kRequestMessages = 3;

}  // namespace

// A message on its way through the transaction.
struct Sending::Draft {
    const Order& order;
    Sent& sent;
    std::optional<users::Reach> other{};  // of a direct chat
    std::vector<UserId> cut_off{};        // of a group
    bool is_request = false;
    std::vector<Noted> noted{};

    const UserId& me() const { return order.me.id; }
    const Outgoing& out() const { return order.out; }
    bool is_group() const { return sent.chat.is_group; }
};

std::vector<Sent> Sending::send_all(db::Write& tx, std::span<const Order> orders) const {
    const Time now = ground_.clock.now();
    std::vector<Sent> all(orders.size());
    Drafts drafts;
    std::vector<UserId> senders;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (auto sent = first_answer(tx, orders[i], now)) {
            all[i] = std::move(*sent);
        } else {
            all[i].row = orders[i].out.row;
            drafts.push_back({.order = orders[i], .sent = all[i]});
            senders.push_back(orders[i].me.id);
        }
    }
    if (ground_.options.limit_rate) store::require_rate(tx, senders, now);
    for (const auto& draft : drafts) require_shown_post(tx, draft.order);
    open_chats(tx, drafts, now);
    // Of two that carry one client id at once, the second waits here for the first.
    drafts.remove_if([&](Draft& draft) {
        const auto& row = draft.sent.row;
        if (!row.client_message_id ||
            store::keep_sent(tx, draft.me(), *row.client_message_id, row.message_id, now))
            return false;
        auto other = first_answer(tx, draft.order, now);
        if (other) draft.sent = std::move(*other);
        return other.has_value();
    });
    for (const auto& draft : drafts) {
        if (const auto& quoted = draft.sent.row.reply_to_id)
            require_quotable(tx, draft.me(), *quoted, draft.sent.chat);
    }
    mark_delivered(tx, drafts);
    write_down(tx, drafts);
    for (auto& draft : drafts) {
        auto& row = draft.sent.row;
        if (row.reply_to_id) {
            // With what it quotes, for the answer.
            auto rows = store::named(tx, draft.me(), std::span(&row.message_id, 1));
            row = std::move(rows.front());
        }
        tell(tx, draft.sent, draft.noted, draft.out());
    }
    return all;
}

std::optional<Sent> Sending::first_answer(db::Read& tx, const Order& order, Time now) const {
    const auto& me = order.me.id;
    const auto& key = order.out.row.client_message_id;
    const auto known = key ? store::find_sent(tx, me, *key, now) : std::nullopt;
    if (!known) return std::nullopt;
    auto rows = store::named(tx, me, std::span(&*known, 1));
    if (rows.empty()) return std::nullopt;
    const auto standing = store::find_standing(tx, rows.front().chat_id, me);
    if (!standing) throw not_found("Conversation not found");
    return Sent{.row = std::move(rows.front()), .chat = *standing, .is_new = false};
}

void Sending::require_shown_post(db::Read& tx, const Order& order) const {
    const auto& out = order.out;
    if (!out.row.shared_post_id || out.forwards) return;
    try {
        ground_.gate.get_visible(tx, order.me, *out.row.shared_post_id);
    } catch (const Error& error) {
        if (error.kind != ErrorKind::not_authorized) throw;
        throw not_found("Post not found");
    }
}

// The chat that is meant; of a receiver without one it is made.
ChatId Sending::chat_of(db::Write& tx, Draft& draft, Time now) const {
    const auto& out = draft.out();
    if (out.group_id) return chat_id_of(*out.group_id);
    if (!out.receiver_id) return *out.conversation_id;
    draft.other = chats_.require_reachable(tx, draft.me(), *out.receiver_id);
    auto id = store::pair_of(tx, draft.me(), *out.receiver_id, now);
    if (out.conversation_id && *out.conversation_id != id)
        throw validation_error("receiver_id is not in that conversation");
    return id;
}

// From here on the chats are held, and each message has its place in its chat.
void Sending::open_chats(db::Write& tx, Drafts& drafts, Time now) const {
    std::vector<ChatId> ids;
    for (auto& draft : drafts) ids.push_back(chat_of(tx, draft, now));
    const auto chats = store::next_moments(tx, ids, now);
    auto id = ids.begin();
    for (auto& draft : drafts) {
        const auto chat = std::ranges::find(chats, *id++, &ChatRow::chat_id);
        const bool wants_group = draft.out().group_id.has_value();
        const bool is_known =
            chat != chats.end() && (chat->is_group || (!wants_group && chat->has(draft.me())));
        if (!is_known) throw not_found(wants_group ? "Group not found" : "Conversation not found");
        draft.sent.chat = *chat;
        auto& row = draft.sent.row;
        row.chat_id = chat->chat_id;
        row.sender_id = draft.me();
        row.created_at = chat->last_message_at;
        row.message_id = chat->is_group
                             ? MessageId(IdSource::next_at<Id<GroupMessageTag>>(row.created_at).view())
                             : IdSource::next_at<MessageId>(row.created_at);
    }
    require_rights(tx, drafts);
}

void Sending::require_rights(db::Write& tx, Drafts& drafts) const {
    std::vector<users::Pair> pairs;
    for (auto& draft : drafts) {
        const auto& chat = draft.sent.chat;
        if (chat.is_group) {
            if (!store::find_standing(tx, chat.chat_id, draft.me())) {
                if (draft.out().group_id) throw not_authorized("Not a member");
                throw not_found("Conversation not found");
            }
            draft.cut_off = ground_.users.cut_off(tx, draft.me());
        } else if (!chat.other(draft.me())) {
            throw not_found("User not found");
        } else if (!draft.other) {
            pairs.push_back({draft.me(), *chat.other(draft.me())});
        }
    }
    const auto reached = chats_.require_reachable(tx, pairs);
    auto next = reached.begin();
    for (auto& draft : drafts) {
        if (draft.sent.chat.is_group) continue;
        if (!draft.other) draft.other = *next++;
        draft.is_request = settle_request(tx, draft.me(), *draft.other, draft.sent.chat);
    }
}

// A first message from outside the receiver's allow_messages is a request: at most three until it is answered. True: this
// is one of them.
bool Sending::settle_request(db::Write& tx, const UserId& me, const users::Reach& other,
                             const ChatRow& chat) const {
    if (chat.is_accepted) return false;
    const bool is_answer = chat.requested_by && *chat.requested_by != me;
    if (is_answer || other.is_open_to(other.allow_messages)) {
        tx.exec_soon(sql::chats::set_accepted{.chat_id = chat.chat_id});
        return false;
    }
    if (chat.requests_count >= kRequestMessages)
        throw not_authorized("You can send more once your request is accepted");
    tx.exec_soon(sql::chats::set_request{.user_id = me, .chat_id = chat.chat_id});
    return true;
}

void Sending::require_quotable(db::Read& tx, const UserId& me, const MessageId& quoted,
                               const ChatRow& chat) const {
    const auto facts = store::find_facts(tx, quoted, me);
    const auto standing =
        facts && facts->chat_id == chat.chat_id ? store::find_standing(tx, chat.chat_id, me) : std::nullopt;
    if (!standing || facts->is_hidden || facts->created_at < standing->seen_from)
        throw validation_error("The quoted message is not in this conversation");
}

// The rows, the files that hang on them, and the lists of all who see them.
void Sending::write_down(db::Write& tx, Drafts& drafts) const {
    std::vector<const MessageRow*> rows;
    for (const auto& draft : drafts) rows.push_back(&draft.sent.row);
    store::insert(tx, rows);
    for (const auto& draft : drafts) {
        const auto& row = draft.sent.row;
        const media::Reference here{"message", row.message_id.view()};
        if (draft.out().forwards && row.media_id) {
            if (!ground_.media.share(tx, {"message", draft.out().forwards->view()}, here,
                                     media::Access::signed_))
                throw media::media_not_found();
            continue;
        }
        for (const auto* file : {&row.media_id, &row.thumbnail_id}) {
            if (*file) ground_.media.attach(tx, draft.me(), **file, here, media::Access::signed_);
        }
    }
    std::vector<store::NewMessage> direct;
    for (auto& draft : drafts) {
        const auto& row = draft.sent.row;
        const store::NewMessage news{.chat = row.chat_id,
                                     .message = row.message_id,
                                     .sender = draft.me(),
                                     .at = row.created_at,
                                     .counts = true,
                                     .is_request = draft.is_request};
        if (draft.is_group()) {
            draft.noted = store::note_message(tx, news, db::ids_of(draft.cut_off));
        } else {
            direct.push_back(news);
        }
    }
    auto noted = store::note_direct(tx, direct);
    auto next = noted.begin();
    for (auto& draft : drafts) {
        if (!draft.is_group()) draft.noted = std::move(*next++);
    }
}

// Where the receiver has a live socket.
void Sending::mark_delivered(db::Read& tx, Drafts& drafts) const {
    const auto* online = ground_.plugs.online;
    if (online == nullptr) return;
    const auto may_arrive = [](const Draft& draft) { return !draft.is_group() && !draft.is_request; };
    std::vector<UserId> receivers;
    for (const auto& draft : drafts) {
        if (may_arrive(draft)) receivers.push_back(draft.other->user_id);
    }
    const auto connected = online->online(tx, receivers);
    for (auto& draft : drafts) {
        if (may_arrive(draft) && std::ranges::find(connected, draft.other->user_id) != connected.end())
            draft.sent.row.delivered_at = draft.sent.row.created_at;
    }
}

void Sending::tell(db::Write& tx, const Sent& sent, const std::vector<Noted>& noted,
                   const Outgoing& out) const {
    if (!tx.listened(MessageSent::name)) return;
    const bool is_forward = out.forwards.has_value();
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
                      .socket_id = out.socket_id,
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
    const auto* row = &sent.row;
    store::insert(tx, std::span(&row, 1));
    const auto noted = store::note_message(tx,
                                           {.chat = chat_id,
                                            .message = sent.row.message_id,
                                            .sender = actor,
                                            .at = sent.row.created_at,
                                            .counts = false,
                                            .is_request = false},
                                           {});
    tell(tx, sent, noted, {});
}

}  // namespace grover::messages
