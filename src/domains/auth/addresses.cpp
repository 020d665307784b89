#include "domains/auth/addresses.hpp"

#include "domains/auth/account_store.hpp"
#include "platform/text/validate.hpp"

namespace grover::auth {
namespace {

Error bad_token() { return validation_error("Invalid or expired token"); }
Error address_taken() { return conflict("Email already registered"); }

}  // namespace

VerifyEmailAnswer Addresses::verify(const Caller& me, std::string_view token) const {
    const SecretHash hash(token);
    try {
        return core_.db.write([&](db::Write& tx) -> VerifyEmailAnswer {
            const auto used = account_store::use_mail_token(tx, hash.view(), core_.clock.now());
            if (!used) throw bad_token();
            const auto account = core_.users.account(tx, used->user_id);
            if (!account.exists || account.suspended()) throw bad_token();
            if (used->kind == TokenKind::change_email) {
                confirm_change(tx, account, *used, me);
            } else {
                // A link to an address that the account has left proves nothing about the one it has.
                if (used->kind != TokenKind::verify_email || account.email != used->email) throw bad_token();
                core_.users.mark_email_verified(tx, account.user_id);
                audit_.record(tx, account.user_id, me, "email_verified", Audit::Outcome::success);
            }
            return {"Email verified", core_.users.me(tx, account.user_id, me.base_url)};
        });
    } catch (const db::AlreadyExists&) {
        throw address_taken();
    }
}

void Addresses::confirm_change(db::Write& tx, const users::AccountState& account, const MailTokenRow& token,
                               const Caller& me) const {
    core_.users.change_email(tx, account.user_id, token.email, true);
    account_store::void_mail_tokens(tx, account.user_id, TokenKind::verify_email);
    account_store::void_mail_tokens(tx, account.user_id, TokenKind::reset_password);
    audit_.record(tx, account.user_id, me, "email_changed", Audit::Outcome::success);
    auto told = account;
    told.email = token.email;
    mails_.alert(tx, told, SecurityMatter::email_changed, me, std::nullopt);
    mails_.queue(tx, MailKind::email_changed, account, account.email, token.email);
}

Message Addresses::resend(const Caller& me) const {
    core_.db.write([&](db::Write& tx) {
        const auto account = core_.users.account(tx, me.id);
        if (account.email_verified) throw validation_error("Email already verified");
        if (const auto wait = mails_.must_wait(tx, me.id, TokenKind::verify_email)) throw rate_limited(*wait);
        mails_.queue_link(tx, account,
                          {.kind = TokenKind::verify_email,
                           .to = account.email,
                           .email = account.email,
                           .was_asked_for = true,
                           .detail = {}});
    });
    return {"Verification email sent"};
}

Message Addresses::request_change(const Caller& me, const EmailChange& in) const {
    const auto email = text::validate_email(in.email);
    passwords_.require_password(me, in.current_password, "email_change_requested");
    core_.db.write([&](db::Write& tx) {
        const auto account = core_.users.account(tx, me.id);
        if (core_.users.find_by_email(tx, email)) throw address_taken();
        core_.users.take_turn(tx, me.id);  // of two requests at once the later one voids the other's link
        mails_.queue_link(tx, account,
                          {.kind = TokenKind::change_email, .to = email, .email = email, .detail = {}});
        mails_.queue_link(
            tx, account,
            {.kind = TokenKind::undo_email, .to = account.email, .email = account.email, .detail = email});
        audit_.record(tx, me.id, me, "email_change_requested", Audit::Outcome::success, me.session_id);
    });
    return {"Confirmation sent"};
}

Message Addresses::undo(const Caller& me, std::string_view token) const {
    const SecretHash hash(token);
    try {
        core_.db.write([&](db::Write& tx) {
            const auto used = account_store::use_mail_token(tx, hash.view(), core_.clock.now());
            if (!used || used->kind != TokenKind::undo_email) throw bad_token();
            const auto account = core_.users.account(tx, used->user_id);
            if (!account.exists) throw bad_token();
            // Whoever asked for the change was signed in and knew the password: all that they could use ends here.
            if (account.email != used->email)
                core_.users.change_email(tx, account.user_id, used->email, true);
            account_store::void_mail_tokens_but_undo(tx, account.user_id);
            // Older ones stay: a thief who changed the address twice holds the newer, the owner the older.
            account_store::void_undo_tokens_since(tx, account.user_id, used->created_at);
            account_store::remove_sign_in_ids(tx, account.user_id);
            sessions_.end_all(tx, account.user_id, SessionEndReason::revoked);
            audit_.record(tx, account.user_id, me, "email_restored", Audit::Outcome::success);
            auto told = account;
            told.email = used->email;
            mails_.alert(tx, told, SecurityMatter::email_restored, me, std::nullopt);
        });
    } catch (const db::AlreadyExists&) {
        throw address_taken();
    }
    return {"Email address restored"};
}

}  // namespace grover::auth
