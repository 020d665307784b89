#include "domains/auth/jwt_tokens.hpp"

#include <algorithm>

#include "platform/integrations/digest.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;

constexpr auto kRefreshLifetime = std::chrono::days{30};
constexpr auto kRetryWindow = 10s;
constexpr auto kSkew = 30s;
constexpr int kMaxChains = 20;  // refresh tokens of one session that were never used

struct AccessClaims {
    std::string iss = "grover";
    std::string typ = "access";
    UserId sub;
    UserId user_id;
    SessionId sid;
    std::int64_t iat = 0;
    std::int64_t exp = 0;
    std::string jti;
    static constexpr auto fields = Pack{
        field("iss", &AccessClaims::iss), field("typ", &AccessClaims::typ),
        field("sub", &AccessClaims::sub), field("user_id", &AccessClaims::user_id),
        field("sid", &AccessClaims::sid), field("iat", &AccessClaims::iat),
        field("exp", &AccessClaims::exp), field("jti", &AccessClaims::jti),
    };
};

std::int64_t seconds(Time at) { return at.us / 1'000'000; }

std::string_view text_of(const wire::JsonDocument& claims, std::string_view name) {
    const auto found = claims.root().find(name);
    return found.present() && found.kind() == wire::JsonKind::string ? found.string() : std::string_view{};
}

}  // namespace

std::shared_ptr<const LiveSession> JwtTokens::find_session(db::Read& tx,
                                                           std::string_view access_token) const {
    if (!core_.jwt_enabled()) return nullptr;
    const auto claims =
        integrations::verify_jwt(core_.options.jwt_algorithm, core_.options.jwt_secret, access_token);
    if (!claims || !integrations::holds_at(*claims, core_.clock.now(), kSkew)) return nullptr;
    if (text_of(*claims, "iss") != "grover" || text_of(*claims, "typ") != "access" ||
        text_of(*claims, "jti").empty())
        return nullptr;
    const auto user = text_of(*claims, "sub");
    const auto session_id = text_of(*claims, "sid");
    if (!is_well_formed_id(user) || user != text_of(*claims, "user_id") || !is_well_formed_id(session_id))
        return nullptr;
    auto session = sessions_.find_by_id(tx, SessionId(session_id));
    if (!session || session->row.user_id.view() != user) return nullptr;
    return session;
}

TokenObject JwtTokens::write_pair(const SessionRow& session, std::string refresh_token, Time refresh_expires,
                                  Time now) const {
    const auto lifetime = std::chrono::seconds{core_.options.access_token_lifetime};
    const AccessClaims claims{.sub = session.user_id,
                              .user_id = session.user_id,
                              .sid = session.session_id,
                              .iat = seconds(now),
                              .exp = seconds(now + lifetime),
                              .jti = integrations::random_text_256()};
    return {.access_token = integrations::sign_jwt(core_.options.jwt_algorithm, core_.options.jwt_secret,
                                                   wire::to_json(claims)),
            .expires_in = lifetime.count(),
            .refresh_token = std::move(refresh_token),
            // Rounded up: the token is made some microseconds after the session whose limit it may not pass.
            .refresh_expires_in = std::chrono::ceil<std::chrono::seconds>(refresh_expires - now).count(),
            .session_id = session.session_id};
}

std::string JwtTokens::successor_of(std::string_view refresh_token) const {
    return std::string(kRefreshPrefix) + core_.deriver.derive("refresh token after", refresh_token);
}

TokenObject JwtTokens::issue(db::Write& tx, const SessionId& session_id) const {
    if (!core_.jwt_enabled()) throw not_found("Not Found");
    const Time now = core_.clock.now();
    const auto session = session_store::find_by_id(tx, session_id);
    if (!session) throw not_authenticated();
    const Time expires = std::min(now + kRefreshLifetime, session->ends_at);
    auto token = new_secret(kRefreshPrefix);
    session_store::insert_refresh_token(tx, SecretHash(token).view(), session_id, now, expires);
    session_store::drop_oldest_refresh_tokens(tx, session_id, kMaxChains);
    // What was promised to the token's holder must not end earlier because nothing was asked for a week.
    session_store::prolong(tx, *session, now, std::max(expires, session->expires_at));
    return write_pair(*session, std::move(token), expires, now);
}

TokenObject JwtTokens::create(const Caller& me) const {
    // A session token is asked for: an access token that could make its own successors would never end.
    const bool by_session_token =
        core_.db.read([&](db::Read& tx) { return sessions_.find_by_token(tx, me.credential) != nullptr; });
    if (!by_session_token) throw not_authenticated();
    return core_.db.write([&](db::Write& tx) { return issue(tx, me.session_id); });
}

TokenObject JwtTokens::refresh(const Caller& me, const TokenRefresh& in) const {
    const auto refused = [] { return not_authenticated("Invalid refresh token"); };
    if (!in.refresh_token.starts_with(kRefreshPrefix) || !could_be_token(in.refresh_token)) throw refused();

    const Time now = core_.clock.now();
    const SecretHash hash(in.refresh_token);
    auto next = successor_of(in.refresh_token);
    const SecretHash next_hash(next);
    // Theft ends the session, and that must be committed: so refusals are told by an empty answer, not thrown.
    const auto answer = core_.db.write([&](db::Write& tx) -> std::optional<TokenObject> {
        const auto row = session_store::find_refresh_token(tx, hash.view());
        if (!row || row->expires_at <= now) return std::nullopt;
        const auto session = session_store::find_by_id(tx, row->session_id);
        if (!session || session->expires_at <= now) return std::nullopt;
        const auto account = core_.users.account(tx, session->user_id);
        if (!account.exists || account.deactivated()) return std::nullopt;
        if (account.suspended()) throw not_authorized("Account suspended");

        if (row->replaced_at) {
            if (now > *row->replaced_at + kRetryWindow) {
                sessions_.end(tx, session->user_id, session->session_id, SessionEndReason::revoked);
                audit_.record(tx, session->user_id, me, "refresh_token_reused", Audit::Outcome::failure,
                              session->session_id);
                mails_.alert(tx, account, SecurityMatter::stolen_refresh_token, me, std::nullopt);
                return std::nullopt;
            }
            const auto successor = session_store::find_refresh_token(tx, next_hash.view());
            if (!successor) return std::nullopt;
            return write_pair(*session, next, successor->expires_at, now);
        }
        session_store::replace_refresh_token(tx, hash.view(), now);
        const Time expires = std::min(now + kRefreshLifetime, session->ends_at);
        session_store::insert_refresh_token(tx, next_hash.view(), session->session_id, now, expires);
        session_store::prolong(tx, *session, now, std::max(expires, session->expires_at));
        return write_pair(*session, next, expires, now);
    });
    if (!answer) throw refused();
    return *answer;
}

}  // namespace grover::auth
