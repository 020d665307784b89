#include "domains/auth/auth_secrets.hpp"

#include <algorithm>

#include "platform/integrations/digest.hpp"
#include "platform/text/base64.hpp"
#include "platform/text/utf8.hpp"

namespace grover::auth {

SecretHash::SecretHash(std::string_view secret) {
    text::to_base64url(integrations::bytes_of(integrations::sha256(secret))).copy(text_.data(), text_.size());
}

std::string new_secret(std::string_view prefix) {
    return std::string(prefix) + integrations::random_text_256();
}

bool could_be_token(std::string_view text) {
    constexpr std::size_t kMax = 2'048;
    const bool is_no_token =
        text == "null" || text == "undefined" || text::equal_ignoring_ascii_case(text, "bearer");
    return !text.empty() && text.size() <= kMax && !is_no_token &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

Deriver::Deriver(std::string_view signing_secret)
    : key_(integrations::bytes_of(integrations::hmac_sha256(signing_secret, "grover auth"))) {}

std::string Deriver::derive(std::string_view purpose, std::string_view of) const {
    std::string text(purpose);
    text += '\0';
    text += of;
    return text::to_base64url(integrations::bytes_of(integrations::hmac_sha256(key_, text)));
}

}  // namespace grover::auth
