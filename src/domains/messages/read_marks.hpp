// Who received and read which message when, worked out from the marks of a chat. Private to domains/messages.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "domains/messages/chats_store.hpp"
#include "domains/messages/messages_store.hpp"

namespace grover::messages {

class ReadMarks {
public:
    // As store::marks() lists them: by user, kind and reach.
    explicit ReadMarks(std::vector<MarkRow> marks) : marks_(std::move(marks)) {}

    std::optional<Time> read_at(const UserId& user, Time message_at) const;
    std::optional<Time> delivered_at(const UserId& user, Time message_at) const;

    void fill_direct(Message& out, const MessageRow& row, const std::optional<UserId>& reader,
                     bool shows_receipts) const;
    // `members`: those whom the viewer sees. `read` when every other one of them who sees the message has read it.
    void fill_group(Message& out, std::span<const MemberRow> members) const;

private:
    std::optional<Time> covering(const UserId& user, MarkKind kind, Time message_at) const;

    std::vector<MarkRow> marks_;
};

}  // namespace grover::messages
