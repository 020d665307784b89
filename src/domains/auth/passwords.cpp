#include "domains/auth/passwords.hpp"

#include "domains/auth/account_store.hpp"
#include "platform/text/validate.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr auto kOwnerProvedFor = 10min;

Error wrong_password() { return validation_error("Current password is incorrect"); }
// Not given at all: nobody's guess, and not counted as one.
Error missing_password() { return invalid_input({"body", "current_password"}, "Field required", "missing"); }
Error bad_token() { return validation_error("Invalid or expired token"); }

}  // namespace

users::AccountState Passwords::account_of(const Caller& me) const {
    return core_.db.read([&](db::Read& tx) { return core_.users.account(tx, me.id); });
}

Message Passwords::forgot(const PasswordForgot& in) const {
    // Whether there is such an account is looked up later, by the job: what happens here is the same for everybody.
    const auto email = text::validate_email(in.email);
    core_.db.write(
        [&](db::Write& tx) { tx.enqueue_once(SecretHash(email).view(), StartPasswordReset{email}); });
    return {"If the address is registered, a reset link was sent"};
}

void Passwords::start_reset(const StartPasswordReset& job) const {
    core_.db.write([&](db::Write& tx) {
        const auto user = core_.users.find_by_email(tx, job.email);
        if (!user || mails_.must_wait(tx, *user, TokenKind::reset_password)) return;
        const auto account = core_.users.account(tx, *user);
        if (account.suspended()) return;
        mails_.queue_link(tx, account,
                          {.kind = TokenKind::reset_password,
                           .to = account.email,
                           .email = account.email,
                           .was_asked_for = true,
                           .detail = {}});
    });
}

Message Passwords::reset(const Caller& me, const PasswordReset& in) const {
    const SecretHash token(in.token);
    core_.db.read([&](db::Read& tx) {
        const auto known = account_store::find_mail_token(tx, token.view(), core_.clock.now());
        if (!known || known->kind != TokenKind::reset_password) throw bad_token();
        const auto account = core_.users.account(tx, known->user_id);
        require_hard_to_guess(in.password, account.email, account.name);
    });
    const auto hash = check_.hash(in.password);
    core_.db.write([&](db::Write& tx) {
        const Time now = core_.clock.now();
        const auto used = account_store::use_mail_token(tx, token.view(), now);
        if (!used || used->kind != TokenKind::reset_password) throw bad_token();
        const auto account = core_.users.account(tx, used->user_id);
        // The link proved the mailbox it was sent to; when the account has moved on, it proves nothing any more.
        if (!account.exists || account.email != used->email) throw bad_token();

        sign_ins_.take_over_if_unverified(tx, account);
        account_store::set_password(tx, account.user_id, hash, now);
        core_.users.set_sign_in_methods(tx, account.user_id, true,
                                        account.email_verified && account.mfa_enabled);
        sessions_.end_all(tx, account.user_id, SessionEndReason::revoked);
        account_store::remove_sign_in_ids(tx, account.user_id);
        // Whoever asked for another address knew the old password.
        account_store::void_mail_tokens(tx, account.user_id, TokenKind::change_email);
        guard_.clear(tx, account.email);
        audit_.record(tx, account.user_id, me, "password_reset", Audit::Outcome::success);
        mails_.alert(tx, account, SecurityMatter::password_changed, me, std::nullopt);
    });
    return {"Password updated"};
}

Message Passwords::change(const Caller& me, const PasswordChange& in) const {
    const auto account = account_of(me);
    const bool has_password =
        core_.db.read([&](db::Read& tx) { return account_store::find_password(tx, me.id).has_value(); });
    std::optional<PasswordCheck::Proven> proven;
    if (has_password) {
        if (!in.current_password) throw missing_password();
        proven = check_.prove(me, account.email, *in.current_password, "password_changed", wrong_password());
    }
    require_hard_to_guess(in.new_password, account.email, account.name);
    const auto hash = check_.hash(in.new_password);
    core_.db.write([&](db::Write& tx) {
        if (proven) {
            check_.confirm(tx, *proven, me, wrong_password());
        } else if (account_store::find_password(tx, me.id)) {
            throw wrong_password();  // somebody set one meanwhile
        }
        account_store::set_password(tx, me.id, hash, core_.clock.now());
        core_.users.set_sign_in_methods(tx, me.id, true, account.mfa_enabled);
        sessions_.end_all(tx, me.id, SessionEndReason::revoked, me.session_id);
        account_store::remove_sign_in_ids(tx, me.id);
        account_store::void_mail_tokens(tx, me.id, TokenKind::reset_password);
        account_store::void_mail_tokens(tx, me.id, TokenKind::change_email);
        audit_.record(tx, me.id, me, "password_changed", Audit::Outcome::success, me.session_id);
        mails_.alert(tx, account, SecurityMatter::password_changed, me, std::nullopt);
    });
    return {"Password updated"};
}

void Passwords::require_owner(const Caller& me, const std::optional<std::string>& current_password,
                              std::string_view event) const {
    const auto account = account_of(me);
    if (current_password && !current_password->empty()) {
        const auto proven = check_.prove(me, account.email, *current_password, event, wrong_password());
        core_.db.write([&](db::Write& tx) { check_.confirm(tx, proven, me, wrong_password()); });
        return;
    }
    const Time now = core_.clock.now();
    const bool proved_lately = core_.db.read([&](db::Read& tx) {
        const auto session = sessions_.find_by_id(tx, me.session_id);
        if (!session) return false;
        if (session->row.reauthenticated_until && *session->row.reauthenticated_until > now) return true;
        return !account.has_password && session->row.created_at > now - kOwnerProvedFor;
    });
    if (!proved_lately) throw wrong_password();
}

void Passwords::require_password(const Caller& me, const std::optional<std::string>& current_password,
                                 std::string_view event) const {
    if (!current_password && account_of(me).has_password) throw missing_password();
    require_owner(me, current_password, event);
}

ReauthenticateAnswer Passwords::reauthenticate(const Caller& me, const Reauthenticate& in) const {
    const auto account = account_of(me);
    const auto proven =
        check_.prove(me, account.email, in.current_password, "reauthenticated", wrong_password());
    const Time until = core_.clock.now() + kOwnerProvedFor;
    core_.db.write([&](db::Write& tx) {
        check_.confirm(tx, proven, me, wrong_password());
        session_store::set_reauthenticated(tx, me.session_id, until);
        audit_.record(tx, me.id, me, "reauthenticated", Audit::Outcome::success, me.session_id);
    });
    return {until};
}

}  // namespace grover::auth
