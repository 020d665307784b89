#include "domains/messages/messages_typing.hpp"

#include <algorithm>
#include <optional>

#include "domains/messages/messages_socket_events.hpp"

namespace grover::messages {
namespace {

using namespace std::chrono_literals;
using events::room_of;

constexpr std::chrono::milliseconds kTypingEnds{5'000};  // TYPING_INDICATOR_TIMEOUT
// Behind the last "on" that came: a typist's node ends it first, and passes on only one "on" in a second.
constexpr auto kEndsUnheard = kTypingEnds + 2s;
// Of one user in one chat, however many sockets they have, on however many nodes: one a second.
constexpr auto kRelayEvery = 1s;
constexpr api::BucketSize kTypingRelays{.per_minute = 60, .burst = 1};
constexpr std::size_t kTypists = 1 << 14;

bool is_group(const ChatId& chat) { return chat.view().starts_with("group_"); }

// Whether this user has a request there that waits: who sent it cannot tell that somebody looks at it.
bool is_asked_in(db::Read& tx, const UserId& user, const ChatId& chat) {
    const auto standing = store::find_standing(tx, chat, user);
    return standing && standing->is_pending() && standing->requested_by != user;
}

// Members who are in a block with this one.
std::vector<UserId> members_cut_off(db::Read& tx, users::UsersService& users, const UserId& user,
                                    const ChatId& chat) {
    auto cut_off = users.cut_off(tx, user);
    if (cut_off.empty()) return cut_off;
    const auto members = store::members(tx, chat);
    std::erase_if(cut_off, [&](const UserId& one) {
        return std::ranges::find(members, one, &MemberRow::user_id) == members.end();
    });
    return cut_off;
}

}  // namespace

// ---- what a node shows

void TypingBoard::hear(const TypingSignal& signal) {
    const Key key{signal.conversation_id, signal.user_id};
    bool is_first = false;
    {
        // Held while it is said, so that what is shown last is what is remembered.
        const std::lock_guard lock(mutex_);
        const auto known = shown_.size();
        if (signal.is_typing) {
            if (begin(signal, key)) say(signal);
        } else if (const auto found = shown_.find(key); found != shown_.end() && found->second.is_on) {
            end(found->second);
        }
        is_first = shown_.size() > known;
    }
    if (is_first) look_after(kEndsUnheard, key);
}

// Whether it is to be said. What is not remembered is not shown either: nothing would end it.
bool TypingBoard::begin(const TypingSignal& signal, const Key& key) {
    const auto now = hub_.clock().now();
    auto found = shown_.find(key);
    if (found == shown_.end()) {
        if (shown_.size() >= kTypists || !hub_.has_members(room_of(signal.conversation_id))) return false;
        found = shown_.try_emplace(key).first;
    }
    auto& shown = found->second;
    const bool is_due = now >= shown.quiet_until;
    if (!is_due && !shown.is_on) return false;
    shown.last = signal;
    shown.ends_at = now + kEndsUnheard;
    if (!is_due) return false;
    shown.is_on = true;
    shown.quiet_until = now + kRelayEvery;
    return true;
}

// Told to those to whom the begin was: who blocked the typist meanwhile would see them typing for ever.
void TypingBoard::end(Shown& shown) {
    shown.is_on = false;
    shown.last.is_typing = false;
    say(shown.last);
}

void TypingBoard::say(const TypingSignal& signal) {
    const auto& chat = signal.conversation_id;
    const auto& user = signal.user_id;
    const sockets::Delivery others{
        .except_user = user, .except_users = signal.except_users, .may_be_lost = true};
    const auto room = room_of(chat);
    hub_.emit(room, events::TypingUpdate{chat, user, signal.is_typing}, others);
    if (signal.is_typing) {
        hub_.emit(room, events::UserTyping{user, signal.user_name, chat}, others);
    } else {
        hub_.emit(room, events::UserStoppedTyping{user, signal.user_name, chat}, others);
    }
}

void TypingBoard::look_after(std::chrono::milliseconds delay, const Key& key) {
    hub_.after(delay, [self = shared_from_this(), key] { self->look(key); });
}

void TypingBoard::look(const Key& key) {
    std::chrono::milliseconds again{0};
    {
        const std::lock_guard lock(mutex_);
        const auto found = shown_.find(key);
        if (found == shown_.end()) return;
        auto& shown = found->second;
        const auto now = hub_.clock().now();
        const auto until = shown.is_on ? shown.ends_at : shown.quiet_until;
        if (until <= now) {
            if (shown.is_on) end(shown);
            shown_.erase(found);
            return;
        }
        again = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    }
    look_after(again, key);
}

// ---- what a typist's sockets say

Typists::Typists(sockets::Hub& hub, MessagesService::Parts& parts)
    : hub_(hub), parts_(parts), relays_(hub.clock(), 60, kTypists) {
    hub_.on_told<TypingSignal>(
        [board = std::make_shared<TypingBoard>(hub)](const TypingSignal& signal) { board->hear(signal); });
}

void Typists::on(const Caller& me, sockets::Socket& socket, const ChatId& chat) {
    require(me, socket, chat);
    const auto key = events::typing_key(chat);
    // Boards would drop what comes too soon; this spares the store and the bus.
    const bool is_due = relays_.take(me.id.str() + ' ' + key, kTypingRelays);
    socket.later(key, kTypingEnds, [this, user = me.id, chat] { tell(user, chat, false); });
    if (is_due) tell(me.id, chat, true);
}

void Typists::off(const Caller& me, sockets::Socket& socket, const ChatId& chat) {
    require(me, socket, chat);
    const auto key = events::typing_key(chat);
    if (socket.waits(key)) {
        socket.finish(key);
    } else {
        tell(me.id, chat, false);
    }
}

void Typists::require(const Caller& me, const sockets::Socket& socket, const ChatId& chat) {
    if (socket.is_in(room_of(chat))) return;
    parts_.ground.db.read([&](db::Read& tx) { parts_.chats.get_visible(tx, me.id, chat); });
}

void Typists::tell(const UserId& user, const ChatId& chat, bool is_typing) {
    const auto signal = parts_.ground.db.read([&](db::Read& tx) -> std::optional<TypingSignal> {
        TypingSignal out{.conversation_id = chat,
                         .user_id = user,
                         .user_name = {},
                         .is_typing = is_typing,
                         .except_users = {}};
        if (is_group(chat)) {
            out.except_users = members_cut_off(tx, parts_.ground.users, user, chat);
        } else if (is_asked_in(tx, user, chat)) {
            return std::nullopt;
        }
        out.user_name = parts_.ground.users.card(tx, user, {})->summary.name;
        return out;
    });
    if (signal) hub_.tell_nodes(*signal);
}

}  // namespace grover::messages
