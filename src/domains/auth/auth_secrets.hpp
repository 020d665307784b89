// The texts that open things: made, hashed, derived. Private to domains/auth. Any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace grover::auth {

inline constexpr std::string_view kSessionPrefix = "gst_";
inline constexpr std::string_view kRefreshPrefix = "grt_";
inline constexpr std::string_view kTicketPrefix = "gtk_";
inline constexpr std::string_view kSignInIdPrefix = "sid_";

// SHA-256 of a secret in base64url: what the store keeps instead of it.
class SecretHash {
public:
    explicit SecretHash(std::string_view secret);
    std::string_view view() const { return {text_.data(), text_.size()}; }

private:
    std::array<char, 43> text_;
};

// The prefix and 256 random bits.
std::string new_secret(std::string_view prefix);

// What could pass for a token at all: 1..2,048 visible ASCII characters, and none of the words that clients without one send
// (auth.md §1).
bool could_be_token(std::string_view text);

// Secrets that must be known again without being stored: a keyed digest of something that is. Whoever reads the store
// alone cannot make them.
class Deriver {
public:
    explicit Deriver(std::string_view signing_secret);

    // 43 characters. One purpose never yields another's.
    std::string derive(std::string_view purpose, std::string_view of) const;

private:
    std::string key_;
};

}  // namespace grover::auth
