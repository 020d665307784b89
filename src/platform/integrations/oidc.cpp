#include "platform/integrations/oidc.hpp"

#include <algorithm>
#include <mutex>

#include "platform/base/error.hpp"
#include "platform/integrations/digest.hpp"
#include "platform/integrations/jwk.hpp"
#include "platform/integrations/jwt.hpp"
#include "platform/text/base64.hpp"

namespace grover::integrations {
namespace {

using namespace std::chrono_literals;

constexpr auto kKeptFor = 24h;
constexpr auto kRefetchAtMostEvery = 5min;
constexpr auto kSkew = 60s;
constexpr std::size_t kMaxDocument = 256 * 1024;
// Google signs with either name (its discovery document's is the one with the scheme).
constexpr std::string_view kOtherIssuer = "accounts.google.com";

struct Discovery {
    std::string issuer;
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string userinfo_endpoint;  // may be missing
    std::string jwks_uri;
    Time fetched_at;
};

struct Keys {
    std::vector<PublicKey> keys;
    Time fetched_at;

    bool has(std::string_view id) const {
        return std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.id() == id; });
    }
    bool signed_this(const Jws& token) const {
        const auto id = token.key_id();
        return std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
            return (id.empty() || key.id() == id) && key.signed_this(token);
        });
    }
};

bool is_true(wire::JsonView value) {
    if (!value.present()) return false;
    if (value.kind() == wire::JsonKind::boolean) return value.boolean();
    return value.kind() == wire::JsonKind::string && value.string() == "true";  // some providers write it so
}

// `aud` is a text or a list of texts; in a list of several the authorised party must be among ours too.
bool is_for(wire::JsonView claims, const std::vector<std::string>& audiences) {
    const auto ours = [&](std::string_view id) {
        return std::find(audiences.begin(), audiences.end(), id) != audiences.end();
    };
    const auto audience = claims.find("aud");
    if (!audience.present()) return false;
    if (audience.kind() == wire::JsonKind::string) return ours(audience.string());
    if (audience.kind() != wire::JsonKind::array) return false;
    bool any = false;
    for (std::size_t i = 0; i < audience.size(); ++i) {
        any = any || (audience.at(i).kind() == wire::JsonKind::string && ours(audience.at(i).string()));
    }
    return any && (audience.size() == 1 || ours(text_member(claims, "azp")));
}

OidcIdentity identity_of(wire::JsonView claims) {
    return {.subject = std::string(text_member(claims, "sub")),
            .email = std::string(text_member(claims, "email")),
            .name = std::string(text_member(claims, "name")),
            .picture = std::string(text_member(claims, "picture"))};
}

HttpRequest request_to(std::string url) {
    return {.service = "google", .one_provider = true, .url = std::move(url)};
}

HttpRequest document_at(std::string url) {
    auto request = request_to(std::move(url));
    request.max_response = kMaxDocument;
    return request;
}

}  // namespace

struct OidcProvider::Impl {
    Impl(HttpClient& the_http, const Clock& the_clock, OidcOptions given)
        : http(the_http), clock(the_clock), options(std::move(given)) {}

    [[noreturn]] void fail(std::string cause) const {
        throw upstream_error(options.service, std::move(cause));
    }
    wire::JsonDocument fetch_json(const HttpRequest& request, std::string_view what);
    std::shared_ptr<const Discovery> discovery();
    std::shared_ptr<const Keys> keys(bool refetch);
    std::optional<wire::JsonDocument> token_answer(const Discovery& known, std::string_view code,
                                                   std::string_view verifier);
    std::optional<wire::JsonDocument> checked_claims(std::string_view token, std::string_view nonce,
                                                     const std::vector<std::string>& audiences);

    HttpClient& http;
    const Clock& clock;
    OidcOptions options;

    // Guards the pointers for the moment of a copy; nothing is fetched under it.
    std::mutex mutex;
    std::shared_ptr<const Discovery> known_discovery;
    std::shared_ptr<const Keys> known_keys;
};

OidcProvider::OidcProvider(HttpClient& http, const Clock& clock, OidcOptions options)
    : impl_(std::make_unique<Impl>(http, clock, std::move(options))) {}
OidcProvider::~OidcProvider() = default;

wire::JsonDocument OidcProvider::Impl::fetch_json(const HttpRequest& request, std::string_view what) {
    const auto answer = http.send(request);
    const std::string name(what);
    if (answer.status == 0) fail(name + ": " + answer.cause);
    if (!answer.ok()) fail(name + ": status " + std::to_string(answer.status));
    auto document = wire::JsonDocument::parse(answer.body);
    if (!document || document->root().kind() != wire::JsonKind::object) fail(name + ": no JSON object");
    return std::move(*document);
}

std::shared_ptr<const Discovery> OidcProvider::Impl::discovery() {
    const auto now = clock.now();
    {
        const std::scoped_lock lock(mutex);
        if (known_discovery && now < known_discovery->fetched_at + kKeptFor) return known_discovery;
    }
    const auto document = fetch_json(document_at(options.discovery_url), "discovery document");
    const auto text = [&](std::string_view name) { return std::string(text_member(document.root(), name)); };
    auto fresh =
        std::make_shared<const Discovery>(Discovery{.issuer = text("issuer"),
                                                    .authorization_endpoint = text("authorization_endpoint"),
                                                    .token_endpoint = text("token_endpoint"),
                                                    .userinfo_endpoint = text("userinfo_endpoint"),
                                                    .jwks_uri = text("jwks_uri"),
                                                    .fetched_at = now});
    if (fresh->issuer.empty() || fresh->authorization_endpoint.empty() || fresh->token_endpoint.empty() ||
        fresh->jwks_uri.empty()) {
        fail("discovery document: an endpoint is missing");
    }
    const std::scoped_lock lock(mutex);
    known_discovery = fresh;
    return fresh;
}

std::shared_ptr<const Keys> OidcProvider::Impl::keys(bool refetch) {
    const auto now = clock.now();
    {
        const std::scoped_lock lock(mutex);
        if (known_keys) {
            const bool fresh = now < known_keys->fetched_at + kKeptFor;
            const bool too_soon = now < known_keys->fetched_at + kRefetchAtMostEvery;
            if (refetch ? too_soon : fresh) return known_keys;
        }
    }
    const auto document = fetch_json(document_at(discovery()->jwks_uri), "keys");
    auto fresh = std::make_shared<const Keys>(Keys{keys_of(document), now});
    const std::scoped_lock lock(mutex);
    known_keys = fresh;
    return fresh;
}

std::optional<wire::JsonDocument> OidcProvider::Impl::checked_claims(
    std::string_view token, std::string_view nonce, const std::vector<std::string>& audiences) {
    auto parsed = parse_jws(token);
    if (!parsed || (parsed->algorithm() != "RS256" && parsed->algorithm() != "ES256")) return std::nullopt;
    auto known = keys(false);
    if (!parsed->key_id().empty() && !known->has(parsed->key_id())) known = keys(true);
    if (!known->signed_this(*parsed)) return std::nullopt;

    const auto claims = parsed->payload.root();
    const auto issuer = text_member(claims, "iss");
    if (issuer.empty() || (issuer != discovery()->issuer && issuer != kOtherIssuer)) return std::nullopt;
    if (!is_for(claims, audiences) || !holds_at(parsed->payload, clock.now(), kSkew)) return std::nullopt;
    if (!nonce.empty() && !equal_in_constant_time(text_member(claims, "nonce"), nonce)) return std::nullopt;
    if (text_member(claims, "sub").empty()) return std::nullopt;
    return std::move(parsed->payload);
}

// The provider's registration of this client decides how it wants the secret; the default is HTTP Basic
// (OpenID Connect Core §9). One that is refused so is asked once more the other way: a refused client has not
// used up the code.
std::optional<wire::JsonDocument> OidcProvider::Impl::token_answer(const Discovery& known,
                                                                   std::string_view code,
                                                                   std::string_view verifier) {
    for (const bool in_header : {true, false}) {
        std::vector<std::pair<std::string_view, std::string_view>> form{
            {"grant_type", "authorization_code"},
            {"code", code},
            {"redirect_uri", options.redirect_uri},
            {"code_verifier", verifier}};
        HttpRequest request = request_to(known.token_endpoint);
        request.method = "POST";
        request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                           {"Accept", "application/json"}};
        if (in_header) {
            const auto pair = percent_encode(options.client_id) + ":" + percent_encode(options.client_secret);
            request.headers.emplace_back("Authorization", "Basic " + text::to_base64(pair));
        } else {
            form.emplace_back("client_id", options.client_id);
            form.emplace_back("client_secret", options.client_secret);
        }
        request.body = to_form(form);
        const auto answer = http.send(request);
        if (answer.status == 0) fail("token endpoint: " + answer.cause);
        if (answer.status >= 500) fail("token endpoint: status " + std::to_string(answer.status));
        auto document = wire::JsonDocument::parse(answer.body);
        const bool is_object = document && document->root().kind() == wire::JsonKind::object;
        if (answer.ok()) {
            if (!is_object) fail("token endpoint: no JSON object");
            return document;
        }
        const bool wrong_client =
            answer.status == 401 || (is_object && text_member(document->root(), "error") == "invalid_client");
        if (!wrong_client) return std::nullopt;
    }
    return std::nullopt;
}

std::string OidcProvider::authorization_url(const Challenge& challenge) {
    const auto known = impl_->discovery();
    const auto code_challenge = text::to_base64url(bytes_of(sha256(challenge.verifier)));
    std::vector<std::pair<std::string_view, std::string_view>> query{
        {"response_type", "code"},
        {"client_id", impl_->options.client_id},
        {"redirect_uri", impl_->options.redirect_uri},
        {"scope", "openid email profile"},
        {"state", challenge.state},
        {"nonce", challenge.nonce},
        {"code_challenge", code_challenge},
        {"code_challenge_method", "S256"}};
    if (challenge.choose_account) query.emplace_back("prompt", "select_account");
    const auto& endpoint = known->authorization_endpoint;
    return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") + to_form(query);
}

std::optional<OidcIdentity> OidcProvider::redeem(std::string_view code, std::string_view verifier,
                                                 std::string_view nonce) {
    const auto known = impl_->discovery();
    const auto answer = impl_->token_answer(*known, code, verifier);
    if (!answer) return std::nullopt;
    const auto id_token = text_member(answer->root(), "id_token");
    const auto claims = impl_->checked_claims(id_token, nonce, {impl_->options.client_id});
    if (!claims) return std::nullopt;
    if (is_true(claims->root().find("email_verified")) && !text_member(claims->root(), "email").empty())
        return identity_of(claims->root());

    // Strict providers tell the address at the userinfo endpoint only (OpenID Connect Core §5.4).
    const auto access_token = text_member(answer->root(), "access_token");
    if (claims->root().find("email").present() || known->userinfo_endpoint.empty() || access_token.empty())
        return std::nullopt;
    HttpRequest request = request_to(known->userinfo_endpoint);
    request.headers = {{"Authorization", "Bearer " + std::string(access_token)},
                       {"Accept", "application/json"}};
    const auto info = impl_->fetch_json(request, "userinfo");
    if (text_member(info.root(), "sub") != text_member(claims->root(), "sub")) return std::nullopt;
    if (!is_true(info.root().find("email_verified")) || text_member(info.root(), "email").empty())
        return std::nullopt;
    return identity_of(info.root());
}

std::optional<OidcIdentity> OidcProvider::verify(std::string_view id_token, std::string_view nonce) {
    auto audiences = impl_->options.native_client_ids;
    audiences.push_back(impl_->options.client_id);
    const auto claims = impl_->checked_claims(id_token, nonce, audiences);
    if (!claims || !is_true(claims->root().find("email_verified")) ||
        text_member(claims->root(), "email").empty())
        return std::nullopt;
    return identity_of(claims->root());
}

}  // namespace grover::integrations
