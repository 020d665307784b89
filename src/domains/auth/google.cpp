#include "domains/auth/google.hpp"

#include "domains/auth/account_store.hpp"
#include "domains/auth/redirects.hpp"
#include "platform/integrations/digest.hpp"
#include "platform/observability/reports.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kProvider = "google";
constexpr auto kStateLifetime = 10min;

// One cookie for each state, so that two tabs can be on their way at once.
std::string cookie_name(const SecretHash& state_hash) {
    return "grover_oauth_" + std::string(state_hash.view().substr(0, 8));
}

std::string cookie_line(const std::string& name, std::string_view value, std::chrono::seconds max_age) {
    return name + "=" + std::string(value) +
           "; Path=/api/auth/google; Max-Age=" + std::to_string(max_age.count()) +
           "; HttpOnly; Secure; SameSite=Lax";
}

std::string_view cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        auto pair = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
            return pair.substr(name.size() + 1);
    }
    return {};
}

Error bad_token() { return not_authenticated("Invalid Google token"); }

}  // namespace

Google::Departure Google::start(const GoogleStart& in) const {
    require_allowed_redirect(core_.options, in.redirect);
    const auto state = integrations::random_text_256();
    const auto browser = integrations::random_text_256();
    const OauthStateRow row{.verifier = integrations::random_text_256(),
                            .nonce = integrations::random_text_256(),
                            .redirect = in.redirect};
    const auto location = core_.google->authorization_url({.state = state,
                                                           .nonce = row.nonce,
                                                           .verifier = row.verifier,
                                                           .choose_account = in.mode == PageMode::signup});
    const SecretHash hash(state);
    core_.db.write([&](db::Write& tx) {
        account_store::insert_state(tx, hash.view(), SecretHash(browser).view(), row,
                                    core_.clock.now() + kStateLifetime);
    });
    return {location, cookie_line(cookie_name(hash), browser, kStateLifetime)};
}

Google::Return Google::finish(const Caller& me, const GoogleCallback& in) const {
    const SecretHash hash(in.state);
    const auto name = cookie_name(hash);
    const auto browser = cookie_value(me.cookies, name);
    const auto state = core_.db.write([&](db::Write& tx) {
        return account_store::take_state(tx, hash.view(), SecretHash(browser).view(), core_.clock.now());
    });
    if (!state) return {};
    return {come_back(in, state->redirect, state->verifier, state->nonce), cookie_line(name, "", 0s)};
}

std::string Google::come_back(const GoogleCallback& in, const std::string& redirect,
                              const std::string& verifier, const std::string& nonce) const {
    const auto failed = [&](std::string_view why) {
        core_.count_attempt(kProvider, false);
        return with_fragment(redirect, "error", why);
    };
    if (!in.error.empty() || in.code.empty()) return failed("access_denied");
    try {
        const auto identity = core_.google->redeem(in.code, verifier, nonce);
        const auto email = identity ? normal_email(identity->email) : std::nullopt;
        if (!email) return failed("access_denied");
        const auto id = write_again_when_overtaken(core_.db, [&](db::Write& tx) {
            const auto adopted = adopt(tx, *identity, *email);
            return exchange_.make_id(tx, adopted.user, kProvider, adopted.is_new);
        });
        core_.count_attempt(kProvider, true);
        return with_fragment(redirect, "session_id", id);
    } catch (const db::AlreadyExists&) {
        return failed("access_denied");  // the address is kept for a deleted account
    } catch (const Error& error) {
        reports::report_exception("auth", kProvider, error);
        return failed(error.status < 500 ? "access_denied" : "server_error");
    }
}

Adopted Google::adopt(db::Write& tx, const integrations::OidcIdentity& identity,
                      const std::string& email) const {
    if (const auto user = account_store::find_user_of_identity(tx, kProvider, identity.subject)) {
        if (core_.users.account(tx, *user).suspended()) throw not_authorized("Account suspended");
        return {*user, false};
    }
    Vouched vouched{.email = email, .name = identity.name, .picture = std::nullopt};
    if (!identity.picture.empty()) vouched.picture = identity.picture;
    const auto adopted = sign_ins_.adopt(tx, vouched);
    account_store::insert_identity(tx, kProvider, identity.subject, adopted.user, email, core_.clock.now());
    return adopted;
}

SignedIn Google::sign_in(const Caller& me, const GoogleSignIn& in) const {
    try {
        const auto identity = core_.google->verify(in.id_token, in.nonce.value_or(std::string()));
        const auto email = identity ? normal_email(identity->email) : std::nullopt;
        if (!email) throw bad_token();
        auto signed_in = write_again_when_overtaken(core_.db, [&](db::Write& tx) {
            const auto adopted = adopt(tx, *identity, *email);
            return sign_ins_.let_in(tx, adopted.user, me,
                                    {.method = kProvider, .device = in.device, .token_type = in.token_type},
                                    adopted.is_new);
        });
        core_.count_attempt(kProvider, true);
        return signed_in;
    } catch (const db::AlreadyExists&) {
        core_.count_attempt(kProvider, false);
        throw bad_token();
    } catch (const Error&) {
        core_.count_attempt(kProvider, false);
        throw;
    }
}

IdentitiesAnswer Google::listed(db::Read& tx, const UserId& user) const {
    IdentitiesAnswer answer;
    for (auto& row : account_store::list_identities(tx, user)) {
        answer.identities.push_back({std::move(row.provider), std::move(row.email), row.linked_at});
    }
    return answer;
}

IdentitiesAnswer Google::identities(const Caller& me) const {
    return core_.db.read([&](db::Read& tx) { return listed(tx, me.id); });
}

IdentitiesAnswer Google::link(const Caller& me, const IdentityLinkGoogle& in) const {
    const auto identity = core_.google->verify(in.id_token, "");
    const auto email = identity ? normal_email(identity->email) : std::nullopt;
    if (!email) throw bad_token();
    return core_.db.write([&](db::Write& tx) {
        const auto owner = account_store::find_user_of_identity(tx, kProvider, identity->subject);
        if (owner && *owner != me.id) throw conflict("Google account already linked to another user");
        if (!owner) {
            account_store::insert_identity(tx, kProvider, identity->subject, me.id, *email,
                                           core_.clock.now());
            audit_.record(tx, me.id, me, "identity_linked", Audit::Outcome::success, me.session_id);
        }
        return listed(tx, me.id);
    });
}

IdentitiesAnswer Google::unlink(const Caller& me) const {
    return core_.db.write([&](db::Write& tx) {
        const auto rows = account_store::list_identities(tx, me.id);
        const bool another_way =
            account_store::find_password(tx, me.id) ||
            std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.provider != kProvider; });
        if (!rows.empty() && !another_way)
            throw validation_error("Google is the only way to sign in to this account");
        if (account_store::remove_identities(tx, me.id, kProvider) > 0) {
            audit_.record(tx, me.id, me, "identity_unlinked", Audit::Outcome::success, me.session_id);
        }
        return listed(tx, me.id);
    });
}

}  // namespace grover::auth
