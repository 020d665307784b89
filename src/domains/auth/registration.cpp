#include "domains/auth/registration.hpp"

#include "domains/auth/account_store.hpp"
#include "platform/text/validate.hpp"

namespace grover::auth {
namespace {

constexpr std::string_view kMethod = "password";

}  // namespace

void Registration::register_account(const Register& in, Then then) const {
    if (!core_.options.allow_registration) throw not_authorized("Registration is closed");
    users::NewAccount account{
        .email = text::validate_email(in.email), .name = text::validate_name(in.name), .has_password = true};
    if (in.username && !in.username->empty()) account.username = text::validate_username(*in.username);
    require_hard_to_guess(in.password, account.email, account.name);
    const auto taken = [] { return conflict("Email already registered"); };
    // Asked before hashing: the answer is the same, and costs nothing.
    if (core_.db.read([&](db::Read& tx) { return core_.users.find_by_email(tx, account.email); }))
        throw taken();

    const auto hash = check_.hash(in.password);
    try {
        core_.db.write([&](db::Write& tx) {
            const auto user = core_.users.create(tx, account);
            account_store::set_password(tx, user, hash, core_.clock.now());
            mails_.queue_link(
                tx, core_.users.account(tx, user),
                {.kind = TokenKind::verify_email, .to = account.email, .email = account.email, .detail = {}});
            then(tx, user, true);
        });
    } catch (const db::AlreadyExists& clash) {
        if (clash.constraint == "users.username") throw conflict("Username already taken");
        throw taken();
    }
}

SignedIn Registration::register_account(const Caller& me, const Register& in) const {
    SignedIn out;
    register_account(in, [&](db::Write& tx, const UserId& user, bool is_new) {
        out = sign_ins_.let_in(tx, user, me,
                               {.method = kMethod, .device = in.device, .token_type = in.token_type}, is_new);
    });
    core_.count_attempt(kMethod, true);
    return out;
}

void Registration::login(const Caller& me, const Login& in, Then then) const {
    // What is no address is nobody's: it is refused before anything is counted.
    const auto email = text::validate_email(in.email);
    const auto wrong = not_authenticated("Invalid email or password");
    try {
        const auto proven = check_.prove(me, email, in.password, "sign_in", wrong);
        core_.db.write([&](db::Write& tx) {
            check_.confirm(tx, proven, me, wrong);
            then(tx, proven.account.user_id, false);
        });
    } catch (const Error&) {
        core_.count_attempt(kMethod, false);
        throw;
    }
    core_.count_attempt(kMethod, true);
}

SignedIn Registration::login(const Caller& me, const Login& in) const {
    SignedIn out;
    login(me, in, [&](db::Write& tx, const UserId& user, bool is_new) {
        out = sign_ins_.let_in(tx, user, me,
                               {.method = kMethod, .device = in.device, .token_type = in.token_type}, is_new);
    });
    return out;
}

}  // namespace grover::auth
