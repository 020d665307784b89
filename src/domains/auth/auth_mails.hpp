// Mails of this domain and the tokens in their links. Every mail is a job of the transaction that causes it. Private to
// domains/auth.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domains/auth/account_store.hpp"
#include "domains/auth/auth_core.hpp"

namespace grover::auth {

class Mails {
public:
    explicit Mails(const Core& core) : core_(core) {}

    struct Link {
        TokenKind kind{};
        std::string to;     // where the mail goes
        std::string email;  // the address that the token speaks of
        bool was_asked_for = false;
        std::string detail;
    };
    // Voids older links of the kind, except those that undo a change: a thief who changes the address twice must not void the
    // owner's.
    void queue_link(db::Write& tx, const users::AccountState& account, const Link& link) const;
    void queue(db::Write& tx, MailKind kind, const users::AccountState& account, std::string to,
               std::string detail = {}) const;

    // Tells the owner, by mail and (above) by a notification.
    void alert(db::Write& tx, const users::AccountState& account, SecurityMatter matter, const Caller& me,
               const std::optional<std::string>& device) const;

    // Until when one more mail of the kind must wait: at most one in a minute and five in a day.
    std::optional<std::chrono::seconds> must_wait(db::Write& tx, const UserId& user, TokenKind kind) const;

    // Throws std::runtime_error to be tried again.
    void send(const SendMail& job) const;

private:
    const Core& core_;
};

// The words. `link` is empty for kinds without one.
integrations::Mail compose(const SendMail& job, const std::string& link);

}  // namespace grover::auth
