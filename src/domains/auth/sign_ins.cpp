#include "domains/auth/sign_ins.hpp"

#include "domains/auth/account_store.hpp"
#include "domains/auth/devices.hpp"
#include "domains/auth/trace_store.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/validate.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr auto kDeviceRememberedFor = std::chrono::days{90};

void refuse_if_suspended(const users::AccountState& account) {
    if (account.suspended()) throw not_authorized("Account suspended");
}

// A name that cannot be one gives way to the part of the address before "@".
std::string usable_name(const Vouched& vouched) {
    try {
        return text::validate_name(vouched.name);
    } catch (const Error&) {
        return vouched.email.substr(0, vouched.email.find('@'));
    }
}

}  // namespace

std::optional<std::string> normal_email(std::string_view text) {
    try {
        return text::validate_email(text);
    } catch (const Error&) {
        return std::nullopt;
    }
}

SessionStart start_of(const Caller& me, std::string_view method, const std::optional<std::string>& device) {
    SessionStart start{.method = std::string(method),
                       .device = std::nullopt,
                       .user_agent = std::string(me.user_agent),
                       .ip = std::string(me.address)};
    if (device) {
        if (auto clean = text::sanitize_string(*device, 100, "Device"); !clean.empty())
            start.device = std::move(clean);
    }
    return start;
}

SignedIn SignIns::let_in(db::Write& tx, const UserId& user, const Caller& me, const Way& way,
                         bool is_new_user) const {
    const auto account = core_.users.account(tx, user);
    refuse_if_suspended(account);
    core_.users.reactivate(tx, user);
    const auto session = sessions_.begin(tx, user, start_of(me, way.method, way.device), way.token);
    greet_device(tx, account, me, way, is_new_user);
    audit_.record(tx, user, me, is_new_user ? "register" : "sign_in", Audit::Outcome::success,
                  session.session_id);

    SignedIn out{answer_for(tx, user, me.base_url, session.expires_at, session.token, is_new_user),
                 session.session_id};
    if (way.token_type == TokenType::jwt) {
        const auto tokens = tokens_.issue(tx, session.session_id);
        auto& answer = out.answer;
        answer.session_token.reset();
        answer.access_token = tokens.access_token;
        answer.token_type = tokens.token_type;
        answer.expires_in = tokens.expires_in;
        answer.refresh_token = tokens.refresh_token;
        answer.refresh_expires_in = tokens.refresh_expires_in;
        answer.session_id = session.session_id;
        if (const auto row = session_store::find_by_id(tx, session.session_id))
            answer.expires_at = row->expires_at;
    }
    return out;
}

SignIn SignIns::answer_for(db::Read& tx, const UserId& user, std::string_view base_url, Time expires_at,
                           std::string token, bool is_new_user) const {
    SignIn answer;
    static_cast<users::Me&>(answer) = core_.users.me(tx, user, base_url);
    answer.session_token = std::move(token);
    answer.expires_at = expires_at;
    answer.is_new_user = is_new_user;
    return answer;
}

void SignIns::greet_device(db::Write& tx, const users::AccountState& account, const Caller& me,
                           const Way& way, bool is_new_user) const {
    const Time now = core_.clock.now();
    const auto fingerprint = fingerprint_of(me.user_agent, way.device);
    const auto last_seen = trace_store::device_last_seen(tx, account.user_id, fingerprint);
    trace_store::see_device(tx, account.user_id, fingerprint, now);
    if (is_new_user || (last_seen && *last_seen > now - kDeviceRememberedFor)) return;
    mails_.alert(tx, account, SecurityMatter::new_device, me, way.device);
}

Adopted SignIns::adopt(db::Write& tx, const Vouched& vouched) const {
    if (const auto user = core_.users.find_by_email(tx, vouched.email)) {
        const auto account = core_.users.account(tx, *user);
        refuse_if_suspended(account);
        take_over_if_unverified(tx, account);
        return {*user, false};
    }
    const auto user = core_.users.create(tx, {.email = vouched.email,
                                              .email_verified = true,
                                              .name = usable_name(vouched),
                                              .picture = vouched.picture});
    return {user, true};
}

void SignIns::take_over_if_unverified(db::Write& tx, const users::AccountState& account) const {
    if (account.email_verified) return;
    account_store::remove_password(tx, account.user_id);
    account_store::remove_identities(tx, account.user_id);
    account_store::void_mail_tokens_but_undo(tx, account.user_id);
    account_store::void_undo_tokens_since(tx, account.user_id, Time{0});
    account_store::remove_sign_in_ids(tx, account.user_id);
    sessions_.end_all(tx, account.user_id, SessionEndReason::revoked);
    core_.users.set_sign_in_methods(tx, account.user_id, false, false);
    core_.users.mark_email_verified(tx, account.user_id);
}

}  // namespace grover::auth
