// Sign-in at an OpenID provider: authorization code flow with PKCE, and ID tokens of native apps.
// contract/auth.md §5.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/integrations/http_client.hpp"

namespace grover::integrations {

struct OidcOptions {
    std::string discovery_url;
    std::string client_id;
    std::string client_secret;
    std::vector<std::string> native_client_ids;  // audiences of tokens that apps bring
    std::string redirect_uri;
    std::string service = "Google";  // in "<service> unavailable"
};

// What the provider vouches for.
struct OidcIdentity {
    std::string subject;
    std::string email;  // as the provider wrote it
    std::string name;
    std::string picture;
};

// Any thread; keeps the discovery document and the keys for 24 h.
//
// Whatever a provider refuses, or sends wrongly signed, is no identity. A provider that cannot be reached or
// does not make sense is upstream_error (502); its own words reach the log's cause only when they are no
// secret, the client never.
class OidcProvider {
public:
    // References outlive the provider.
    OidcProvider(HttpClient& http, const Clock& clock, OidcOptions options);
    ~OidcProvider();

    struct Challenge {
        std::string_view state;
        std::string_view nonce;
        std::string_view verifier;
        bool choose_account = false;
    };
    // Where to send the browser.
    std::string authorization_url(const Challenge& challenge);

    // Redeems the code of a callback. Nothing when the provider refuses it, or its ID token is not good for
    // `nonce`.
    std::optional<OidcIdentity> redeem(std::string_view code, std::string_view verifier,
                                       std::string_view nonce);

    // An ID token that an app obtained by itself. `nonce` empty: not asked for.
    std::optional<OidcIdentity> verify(std::string_view id_token, std::string_view nonce);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::integrations
