// What becomes of chats when an account ends, and what an export holds of them (users.md §5). Private to domains/messages.
#pragma once

#include "domains/messages/messages_gate.hpp"

namespace grover::messages {

// The own side of every direct chat goes; what was written stays for the others, by nobody. Groups were left before.
class MessagesEraser final : public users::AccountEraser {
public:
    explicit MessagesEraser(const Ground& ground) : ground_(ground) {}
    std::string_view name() const override { return "messages"; }
    bool erase_some(db::Write& tx, const UserId& user, int batch) override;

private:
    const Ground& ground_;
};

// Every message that the user sent or received and still sees.
class MessagesExport final : public users::ExportContributor {
public:
    explicit MessagesExport(const Ground& ground) : ground_(ground) {}
    void contribute(const UserId& user, users::ExportWriter& out) override;

private:
    const Ground& ground_;
};

}  // namespace grover::messages
