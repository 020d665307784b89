// Public keys of an OpenID provider (RFC 7517) and signatures made with them. Private to this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/integrations/jws.hpp"
#include "platform/wire/json_in.hpp"

struct evp_pkey_st;

namespace grover::integrations {

// RSA of at least 2048 bits, or EC on P-256. Any thread.
class PublicKey {
public:
    // Nothing for other kinds, for keys meant for encryption, and for broken ones.
    static std::optional<PublicKey> from_jwk(wire::JsonView jwk);

    const std::string& id() const { return id_; }
    // Whether this key made the signature, with the one algorithm that fits its kind: RS256 or ES256.
    bool signed_this(const Jws& token) const;

private:
    PublicKey(std::shared_ptr<evp_pkey_st> key, std::string id, bool is_rsa)
        : key_(std::move(key)), id_(std::move(id)), is_rsa_(is_rsa) {}

    std::shared_ptr<evp_pkey_st> key_;
    std::string id_;
    bool is_rsa_;
};

std::vector<PublicKey> keys_of(const wire::JsonDocument& jwks);

}  // namespace grover::integrations
