// How messages and chats look to one reader. Private to domains/messages.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "domains/messages/messages_gate.hpp"

namespace grover::messages {

// The text of lists and notifications (messages.md "Preview"), without the sender's name.
std::string preview_of(MessageType type, std::string_view content, bool is_forward, bool is_deleted);
// `emoji` as it is stored, answered with its variation selector.
std::string shown_emoji(std::string_view emoji);
Reactions reactions_of(std::span<const ReactionRow> rows);
ReactionTotals totals_of(const Reactions& reactions);

class MessageViews {
public:
    explicit MessageViews(const Ground& ground) : ground_(ground) {}

    // Of one chat, in ascending order; `cut_off`: whom the caller does not see in it (SeenChat). Statements: marks, cards, for
    // a group its members; reactions, media and shared posts only where there are any.
    std::vector<Message> of(db::Read& tx, const Caller& me, const ChatRow& chat,
                            std::span<const UserId> cut_off, std::span<const MessageRow> rows,
                            bool shows_receipts) const;
    // A message that was just sent: nobody has read it, nothing hangs on it yet.
    Message fresh(db::Read& tx, const Caller& me, const ChatRow& chat, const MessageRow& row) const;
    // Many of them, of text alone, each as its sender sees it. One statement.
    struct Plain {
        ChatRow chat;
        MessageRow row;
    };
    std::vector<Message> fresh_plain(db::Read& tx, const std::string& base_url,
                                     std::span<const Plain> sent) const;

    std::vector<Conversation> of_chats(db::Read& tx, const Caller& me,
                                       std::span<const ListedChat> rows) const;

private:
    struct Page;
    void fill(Message& out, const Caller& me, const ChatRow& chat, const MessageRow& row,
              const Page& page) const;
    static void fill_fresh(Message& out, const ChatRow& chat, const MessageRow& row);
    Page load(db::Read& tx, const Caller& me, std::span<const UserId> cut_off,
              std::span<const MessageRow> rows) const;
    void fill_media(Message& out, const Caller& me, const MessageRow& row, const Page& page) const;

    const Ground& ground_;
};

}  // namespace grover::messages
