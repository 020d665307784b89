// What every part of this domain works with, and who may see which chat and message. Private to domains/messages.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "domains/messages/chats_store.hpp"
#include "domains/messages/messages_store.hpp"
#include "platform/base/error.hpp"

namespace grover::messages {

struct Ground {
    db::Database& db;
    const Clock& clock;
    users::UsersService& users;
    media::MediaService& media;
    const posts::PostGate& gate;
    posts::PostReader& posts;
    Options options;
    Plugs plugs{};
};

// A chat with the people whose messages, reactions and reading its viewer does not see in it.
struct SeenChat {
    Standing chat;
    std::vector<UserId> cut_off;  // groups only: in a direct chat with a block nothing is seen at all

    std::vector<std::string_view> cut_off_ids() const { return db::ids_of(cut_off); }
    bool is_cut_off(const UserId& user) const { return std::ranges::find(cut_off, user) != cut_off.end(); }
};

struct SeenMessage {
    MessageFacts message;
    SeenChat in;
};

// The only place that decides what of this domain somebody sees.
class Chats {
public:
    explicit Chats(const Ground& ground) : ground_(ground) {}

    // Throws 404 `not_found_text` when the caller is no participant or member, or in a block with the other side.
    SeenChat get_visible(db::Read& tx, const UserId& me, const ChatId& chat,
                         std::string_view not_found_text = "Conversation not found") const;
    // Throws 404 "Message not found" for what the caller cannot see, or has hidden.
    SeenMessage get_visible_message(db::Read& tx, const UserId& me, const MessageId& message) const;

    // The reactions to it that its viewer sees.
    static std::vector<ReactionRow> visible_reactions(db::Read& tx, const SeenMessage& seen);

    // S2 for an account named as the other side: 400 "Cannot message yourself", 404 "User not found", 403 "You have blocked
    // this user".
    users::Reach require_reachable(db::Read& tx, const UserId& me, const UserId& other) const;
    // The same for each of several senders.
    std::vector<users::Reach> require_reachable(db::Read& tx, std::span<const users::Pair> pairs) const;
    // The same, and whether both sides show each other what they read.
    bool require_reachable_pair(db::Read& tx, const UserId& me, const UserId& other) const;
    // Whether either side of a direct chat keeps read receipts to themselves.
    bool shows_receipts(db::Read& tx, const ChatRow& chat, const UserId& me) const;

private:
    static const users::Reach& reachable(const users::Reach* found);

    const Ground& ground_;
};

}  // namespace grover::messages
