// Rows of passwords, identities, mail tokens, provider round trips and one-time sign-in ids. Private to domains/auth;
// decides nothing.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"
#include "platform/wire/fields.hpp"

namespace grover::auth {

enum class TokenKind : std::uint8_t { verify_email, reset_password, change_email, undo_email };
constexpr std::array<std::string_view, 4> enum_names(TokenKind) {
    return {"verify_email", "reset_password", "change_email", "undo_email"};
}

struct MailTokenRow {
    UserId user_id;
    TokenKind kind{};
    std::string email;
    Time created_at;
};

struct IdentityRow {
    std::string provider;
    std::string email;
    Time linked_at;

    static constexpr auto columns = Pack{
        db::column("provider", &IdentityRow::provider),
        db::column("email", &IdentityRow::email),
        db::column("linked_at", &IdentityRow::linked_at),
    };
};

struct OauthStateRow {
    std::string verifier;
    std::string nonce;
    std::string redirect;

    static constexpr auto columns = Pack{
        db::column("verifier", &OauthStateRow::verifier),
        db::column("nonce", &OauthStateRow::nonce),
        db::column("redirect", &OauthStateRow::redirect),
    };
};

struct SignInIdRow {
    UserId user_id;
    std::string method;
    bool is_new_user = false;
    Time expires_at;
    std::optional<Time> redeemed_at;
    std::optional<std::string> redeemed_ip;
    std::optional<SessionId> session_id;

    static constexpr auto columns = Pack{
        db::column("user_id", &SignInIdRow::user_id),
        db::column("method", &SignInIdRow::method),
        db::column("is_new_user", &SignInIdRow::is_new_user),
        db::column("expires_at", &SignInIdRow::expires_at),
        db::column("redeemed_at", &SignInIdRow::redeemed_at),
        db::column("redeemed_ip", &SignInIdRow::redeemed_ip),
        db::column("session_id", &SignInIdRow::session_id),
    };
};

namespace account_store {

std::optional<std::string> find_password(db::Read& tx, const UserId& user);
void set_password(db::Write& tx, const UserId& user, std::string_view hash, Time now);
// Nothing if the password was changed meanwhile.
void rehash_password(db::Write& tx, const UserId& user, std::string_view old_hash, std::string_view new_hash);
void remove_password(db::Write& tx, const UserId& user);

std::optional<UserId> find_user_of_identity(db::Read& tx, std::string_view provider,
                                            std::string_view subject);
std::vector<IdentityRow> list_identities(db::Read& tx, const UserId& user);
// False if somebody has it.
bool insert_identity(db::Write& tx, std::string_view provider, std::string_view subject, const UserId& user,
                     std::string_view email, Time now);
std::int64_t remove_identities(db::Write& tx, const UserId& user, std::string_view provider);
void remove_identities(db::Write& tx, const UserId& user);

struct MailTokenInsertion {
    std::string_view token_hash;
    UserId user_id;
    TokenKind kind{};
    std::string_view email;
    bool was_asked_for = false;
    Time now;
    Time expires_at;
};
void insert_mail_token(db::Write& tx, const MailTokenInsertion& token);
void void_mail_tokens(db::Write& tx, const UserId& user, TokenKind kind);
void void_mail_tokens_but_undo(db::Write& tx, const UserId& user);
void void_undo_tokens_since(db::Write& tx, const UserId& user, Time since);
std::optional<MailTokenRow> find_mail_token(db::Read& tx, std::string_view token_hash, Time now);
// Nothing if it is used, voided or expired.
std::optional<MailTokenRow> use_mail_token(db::Write& tx, std::string_view token_hash, Time now);
// When such tokens were asked for since then, newest first.
std::vector<Time> asked_for(db::Read& tx, const UserId& user, TokenKind kind, Time since);
std::int64_t remove_old_mail_tokens(db::Write& tx, Time before, int batch);

void insert_state(db::Write& tx, std::string_view state_hash, std::string_view browser_hash,
                  const OauthStateRow& state, Time expires_at);
std::optional<OauthStateRow> take_state(db::Write& tx, std::string_view state_hash,
                                        std::string_view browser_hash, Time now);
std::int64_t remove_expired_states(db::Write& tx, Time now, int batch);

void insert_sign_in_id(db::Write& tx, std::string_view id_hash, const UserId& user, std::string_view method,
                       bool is_new_user, Time expires_at);
std::optional<SignInIdRow> find_sign_in_id(db::Read& tx, std::string_view id_hash);
// False if it was redeemed before.
bool redeem_sign_in_id(db::Write& tx, std::string_view id_hash, Time now, std::string_view ip,
                       const SessionId& session);
void remove_sign_in_ids(db::Write& tx, const UserId& user);
std::int64_t remove_expired_sign_in_ids(db::Write& tx, Time before, int batch);

}  // namespace account_store
}  // namespace grover::auth
