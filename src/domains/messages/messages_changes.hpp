// Editing and deleting messages, and reacting to them. Private to domains/messages.
#pragma once

#include "domains/messages/changes_api.hpp"
#include "domains/messages/messages_views.hpp"

namespace grover::messages {

class Changes {
public:
    Changes(const Ground& ground, const Chats& chats, const MessageViews& views)
        : ground_(ground), chats_(chats), views_(views) {}

    Message edit(const Caller& me, const MessageEdit& in) const;
    std::vector<EarlierText> history(const Caller& me, const MessageId& message) const;
    DeleteAnswer remove(const Caller& me, const MessageDelete& in) const;

    ReactAnswer react(const Caller& me, const MessageReact& in) const;
    UnreactAnswer unreact(const Caller& me, const MessageUnreact& in) const;
    std::map<std::string, std::vector<ReactionOfUser>> reactions(const Caller& me,
                                                                 const MessageId& message) const;

private:
    // The message, with its chat held: what was read and what is changed follow each other.
    SeenMessage held(db::Write& tx, const UserId& me, const MessageId& message) const;
    DeleteAnswer hide(db::Write& tx, const UserId& me, const SeenMessage& seen) const;
    DeleteAnswer erase(db::Write& tx, const UserId& me, const SeenMessage& seen) const;
    SeenMessage require_reactable(db::Write& tx, const UserId& me, const MessageId& message) const;
    void tell_reaction(db::Write& tx, const UserId& me, const SeenMessage& seen, const std::string& emoji,
                       bool added) const;

    const Ground& ground_;
    const Chats& chats_;
    const MessageViews& views_;
};

// Without its variation selector, if it is one of the ten; else 400 "Invalid emoji".
std::string require_emoji(std::string_view given);

}  // namespace grover::messages
