#include "domains/auth/account_store.hpp"

#include "sql/auth_accounts.hpp"

namespace grover::auth::account_store {
namespace {

namespace sql = grover::sql::auth_accounts;

template <class Statement>
std::optional<MailTokenRow> find_token(db::Read& tx, const Statement& statement) {
    std::optional<MailTokenRow> found;
    tx.each(statement, [&](const db::Row& row) {
        if (const auto kind = wire::enum_of<TokenKind>(row.text(1))) {
            found = MailTokenRow{row.get<UserId>(0), *kind, row.get<std::string>(2), row.get<Time>(3)};
        }
    });
    return found;
}

}  // namespace

std::optional<std::string> find_password(db::Read& tx, const UserId& user) {
    return tx.find<std::string>(sql::password_of{.user_id = user});
}

void set_password(db::Write& tx, const UserId& user, std::string_view hash, Time now) {
    tx.exec(sql::set_password{.user_id = user, .password_hash = hash, .now = now});
}

void rehash_password(db::Write& tx, const UserId& user, std::string_view old_hash,
                     std::string_view new_hash) {
    tx.exec(sql::rehash_password{.new_hash = new_hash, .user_id = user, .old_hash = old_hash});
}

void remove_password(db::Write& tx, const UserId& user) { tx.exec(sql::delete_password{.user_id = user}); }

std::optional<UserId> find_user_of_identity(db::Read& tx, std::string_view provider,
                                            std::string_view subject) {
    return tx.find<UserId>(sql::user_of_identity{.provider = provider, .subject = subject});
}

std::vector<IdentityRow> list_identities(db::Read& tx, const UserId& user) {
    return tx.list<IdentityRow>(sql::identities_of{.user_id = user});
}

bool insert_identity(db::Write& tx, std::string_view provider, std::string_view subject, const UserId& user,
                     std::string_view email, Time now) {
    return tx.exists(sql::insert_identity{
        .provider = provider, .subject = subject, .user_id = user, .email = email, .now = now});
}

std::int64_t remove_identities(db::Write& tx, const UserId& user, std::string_view provider) {
    return tx.exec(sql::delete_identities{.user_id = user, .provider = provider});
}

void remove_identities(db::Write& tx, const UserId& user) {
    tx.exec(sql::delete_all_identities{.user_id = user});
}

void insert_mail_token(db::Write& tx, const MailTokenInsertion& token) {
    tx.exec(sql::insert_mail_token{.token_hash = token.token_hash,
                                   .user_id = token.user_id,
                                   .kind = wire::name_of(token.kind),
                                   .email = token.email,
                                   .was_asked_for = token.was_asked_for,
                                   .now = token.now,
                                   .expires_at = token.expires_at});
}

void void_mail_tokens(db::Write& tx, const UserId& user, TokenKind kind) {
    tx.exec(sql::void_mail_tokens{.user_id = user, .kind = wire::name_of(kind)});
}

void void_mail_tokens_but_undo(db::Write& tx, const UserId& user) {
    tx.exec(sql::void_mail_tokens_but_undo{.user_id = user});
}

void void_undo_tokens_since(db::Write& tx, const UserId& user, Time since) {
    tx.exec(sql::void_undo_tokens_since{.user_id = user, .since = since});
}

std::optional<MailTokenRow> find_mail_token(db::Read& tx, std::string_view token_hash, Time now) {
    return find_token(tx, sql::mail_token{.token_hash = token_hash, .now = now});
}

std::optional<MailTokenRow> use_mail_token(db::Write& tx, std::string_view token_hash, Time now) {
    return find_token(tx, sql::use_mail_token{.token_hash = token_hash, .now = now});
}

std::vector<Time> asked_for(db::Read& tx, const UserId& user, TokenKind kind, Time since) {
    return tx.list<Time>(sql::asked_for{.user_id = user, .kind = wire::name_of(kind), .since = since});
}

std::int64_t remove_old_mail_tokens(db::Write& tx, Time before, int batch) {
    return tx.exec(sql::delete_old_mail_tokens{.before = before, .batch = batch});
}

void insert_state(db::Write& tx, std::string_view state_hash, std::string_view browser_hash,
                  const OauthStateRow& state, Time expires_at) {
    tx.exec(sql::insert_state{.state_hash = state_hash,
                              .browser_hash = browser_hash,
                              .verifier = state.verifier,
                              .nonce = state.nonce,
                              .redirect = state.redirect,
                              .expires_at = expires_at});
}

std::optional<OauthStateRow> take_state(db::Write& tx, std::string_view state_hash,
                                        std::string_view browser_hash, Time now) {
    return tx.find<OauthStateRow>(
        sql::take_state{.state_hash = state_hash, .browser_hash = browser_hash, .now = now});
}

std::int64_t remove_expired_states(db::Write& tx, Time now, int batch) {
    return tx.exec(sql::delete_expired_states{.now = now, .batch = batch});
}

void insert_sign_in_id(db::Write& tx, std::string_view id_hash, const UserId& user, std::string_view method,
                       bool is_new_user, Time expires_at) {
    tx.exec(sql::insert_sign_in_id{.id_hash = id_hash,
                                   .user_id = user,
                                   .method = method,
                                   .is_new_user = is_new_user,
                                   .expires_at = expires_at});
}

std::optional<SignInIdRow> find_sign_in_id(db::Read& tx, std::string_view id_hash) {
    return tx.find<SignInIdRow>(sql::sign_in_id{.id_hash = id_hash});
}

bool redeem_sign_in_id(db::Write& tx, std::string_view id_hash, Time now, std::string_view ip,
                       const SessionId& session) {
    return tx.exec(sql::redeem_sign_in_id{.now = now, .ip = ip, .session_id = session, .id_hash = id_hash}) ==
           1;
}

void remove_sign_in_ids(db::Write& tx, const UserId& user) {
    tx.exec(sql::delete_sign_in_ids_of{.user_id = user});
}

std::int64_t remove_expired_sign_in_ids(db::Write& tx, Time before, int batch) {
    return tx.exec(sql::delete_expired_sign_in_ids{.before = before, .batch = batch});
}

}  // namespace grover::auth::account_store
