#include "domains/auth/password_check.hpp"

#include "domains/auth/account_store.hpp"
#include "platform/integrations/password.hpp"
#include "platform/text/utf8.hpp"

namespace grover::auth {
namespace {

// What an unknown address is compared with, so that it costs the same.
const std::string& nobodys_hash() {
    static const std::string hash = integrations::hash_password(new_secret(""));
    return hash;
}

}  // namespace

void require_hard_to_guess(std::string_view password, std::string_view email, std::string_view name) {
    const auto is = [&](std::string_view other) { return text::lower(password) == text::lower(other); };
    if (is(email) || is(email.substr(0, email.find('@'))) || is(name) ||
        integrations::is_common_password(password)) {
        throw validation_error("Password is too easy to guess");
    }
}

PasswordCheck::PasswordCheck(const Core& core, const SignInGuard& guard, const Audit& audit)
    : core_(core), guard_(guard), audit_(audit) {
    nobodys_hash();  // made now, not by the first who asks
}

std::string PasswordCheck::hash(std::string_view password) const {
    return core_.hashing.call([&] { return integrations::hash_password(password); });
}

PasswordCheck::Proven PasswordCheck::prove(const Caller& me, std::string_view email,
                                           std::string_view password, std::string_view event,
                                           const Error& wrong) const {
    std::optional<users::AccountState> account;
    std::optional<std::string> hash;
    core_.db.read([&](db::Read& tx) {
        guard_.require_open(tx, email, me.address);
        if (const auto user = core_.users.find_by_email(tx, email)) {
            account = core_.users.account(tx, *user);
            hash = account_store::find_password(tx, *user);
        }
    });
    const bool matches = core_.hashing.call([&] {
        return integrations::matches_password(hash ? std::string_view(*hash) : nobodys_hash(), password);
    });
    if (!matches || !account || !hash) {
        const auto wait = core_.db.write([&](db::Write& tx) {
            const auto user = account ? std::optional(account->user_id) : std::nullopt;
            audit_.record(tx, user, me, event, Audit::Outcome::failure, me.session_id);
            return guard_.record_failure(tx, email, me.address);
        });
        if (wait) throw rate_limited(*wait);
        throw Error(wrong);
    }
    Proven proven{std::move(*account), std::move(*hash), std::nullopt};
    if (integrations::needs_rehash(proven.hash)) proven.better_hash = this->hash(password);
    return proven;
}

void PasswordCheck::confirm(db::Write& tx, const Proven& proven, const Caller& me, const Error& wrong) const {
    guard_.require_open(tx, proven.account.email, me.address);
    if (account_store::find_password(tx, proven.account.user_id) != proven.hash) throw Error(wrong);
    guard_.clear(tx, proven.account.email);
    if (proven.better_hash)
        account_store::rehash_password(tx, proven.account.user_id, proven.hash, *proven.better_hash);
}

}  // namespace grover::auth
