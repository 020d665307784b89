#include "domains/auth/exchange.hpp"

#include <algorithm>

#include "domains/auth/account_store.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdLifetime = 300s;
constexpr auto kRetryWindow = 60s;
constexpr std::size_t kMaxId = 500;
constexpr std::size_t kMaxGivenToken = 512;
constexpr std::string_view kMethod = "session_exchange";

Error invalid_id() { return validation_error("Invalid session ID"); }

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

std::string text_of(wire::JsonView object, std::string_view name) {
    const auto found = object.find(name);
    return found.present() && found.kind() == wire::JsonKind::string ? std::string(found.string())
                                                                     : std::string();
}

}  // namespace

// What an exchange says about an id.
struct Exchange::Granted {
    Vouched vouched;
    std::optional<std::string> token;
};

std::string Exchange::make_id(db::Write& tx, const UserId& user, std::string_view method,
                              bool is_new_user) const {
    auto id = new_secret(kSignInIdPrefix);
    account_store::insert_sign_in_id(tx, SecretHash(id).view(), user, method, is_new_user,
                                     core_.clock.now() + kIdLifetime);
    return id;
}

SignedIn Exchange::redeem(const Caller& me, std::string_view id) const {
    if (id.empty() || id.size() > kMaxId || !is_visible_ascii(id)) throw invalid_id();
    return id.starts_with(kSignInIdPrefix) ? redeem_own(me, id) : redeem_elsewhere(me, id);
}

SignedIn Exchange::redeem_own(const Caller& me, std::string_view id) const {
    const SecretHash hash(id);
    // Made of the id, so that a lost answer can be asked for again though the token is not stored.
    const auto token = std::string(kSessionPrefix) + core_.deriver.derive("session of", id);
    return core_.db.write([&](db::Write& tx) -> SignedIn {
        const Time now = core_.clock.now();
        const auto known = account_store::find_sign_in_id(tx, hash.view());
        if (!known) throw invalid_id();
        if (!known->redeemed_at) {
            if (known->expires_at <= now) throw invalid_id();
            auto in = sign_ins_.let_in(tx, known->user_id, me, {.method = known->method, .token = token},
                                       known->is_new_user);
            account_store::redeem_sign_in_id(tx, hash.view(), now, me.address, in.session_id);
            return in;
        }
        const bool is_retry = now <= *known->redeemed_at + kRetryWindow && known->redeemed_ip == me.address &&
                              known->session_id;
        const auto session = is_retry ? session_store::find_by_id(tx, *known->session_id) : std::nullopt;
        if (!session) throw invalid_id();
        return {sign_ins_.answer_for(tx, known->user_id, me.base_url, session->expires_at, token,
                                     known->is_new_user),
                session->session_id};
    });
}

Exchange::Granted Exchange::ask(std::string_view id) const {
    if (core_.options.session_exchange_url.empty()) throw invalid_id();
    const auto answer =
        core_.http.send({.service = "session_exchange",
                         .one_provider = true,
                         .url = core_.options.session_exchange_url,
                         .headers = {{"X-Session-ID", std::string(id)}, {"Accept", "application/json"}},
                         .connect_timeout = 5s,
                         .timeout = 10s,
                         .max_response = 64 * 1024});
    const auto unavailable = [](std::string cause) {
        return upstream_error("Sign-in service", std::move(cause));
    };
    if (answer.status == 0) throw unavailable(answer.cause);
    if (answer.status >= 500) throw unavailable("status " + std::to_string(answer.status));
    if (answer.status != 200) throw invalid_id();
    const auto document = wire::JsonDocument::parse(answer.body);
    if (!document || document->root().kind() != wire::JsonKind::object) throw unavailable("no JSON object");
    const auto email = normal_email(text_of(document->root(), "email"));
    if (!email) throw unavailable("no e-mail address");

    Granted granted{{.email = *email, .name = text_of(document->root(), "name"), .picture = std::nullopt},
                    std::nullopt};
    if (auto picture = text_of(document->root(), "picture"); !picture.empty())
        granted.vouched.picture = std::move(picture);
    auto token = text_of(document->root(), "session_token");
    if (token.size() <= kMaxGivenToken && could_be_token(token)) granted.token = std::move(token);
    return granted;
}

SignedIn Exchange::redeem_elsewhere(const Caller& me, std::string_view id) const {
    try {
        const auto granted = ask(id);
        auto in = write_again_when_overtaken(core_.db, [&](db::Write& tx) {
            const auto adopted = sign_ins_.adopt(tx, granted.vouched);
            if (granted.token) {
                const auto session = session_store::find_by_token(tx, SecretHash(*granted.token).view());
                if (session && session->user_id != adopted.user) throw invalid_id();
                if (session && session->ends_at > core_.clock.now())
                    return renew(tx, *session, adopted, me, *granted.token);
                if (session) sessions_.end(tx, adopted.user, session->session_id, SessionEndReason::expired);
            }
            return sign_ins_.let_in(tx, adopted.user, me, {.method = kMethod, .token = granted.token},
                                    adopted.is_new);
        });
        core_.count_attempt(kMethod, true);
        return in;
    } catch (const db::AlreadyExists&) {
        // The address is kept for a deleted account, or the token was taken at the same moment.
        core_.count_attempt(kMethod, false);
        throw invalid_id();
    } catch (const Error&) {
        core_.count_attempt(kMethod, false);
        throw;
    }
}

SignedIn Exchange::renew(db::Write& tx, const SessionRow& session, const Adopted& adopted, const Caller& me,
                         const std::string& token) const {
    const Time now = core_.clock.now();
    const Time expires = sessions_.expiry(session, now);
    session_store::prolong(tx, session, now, expires);
    core_.users.reactivate(tx, adopted.user);
    return {sign_ins_.answer_for(tx, adopted.user, me.base_url, expires, token, adopted.is_new),
            session.session_id};
}

}  // namespace grover::auth
