#include "domains/auth/devices.hpp"

#include <array>

#include "domains/auth/auth_secrets.hpp"
#include "platform/text/utf8.hpp"

namespace grover::auth {
namespace {

constexpr std::size_t kMaxUserAgent = 512;

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& words) {
    for (const auto word : words) {
        if (text.find(word) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

std::string_view platform_of(std::string_view user_agent) {
    const auto lower = text::lower_ascii(user_agent.substr(0, kMaxUserAgent));
    // Browsers of phones name the phone too: what counts is where it runs. "CFNetwork" and "okhttp" are what the apps' HTTP
    // stacks say by themselves.
    if (contains_any(lower, std::array<std::string_view, 5>{"iphone", "ipad", "ios", "cfnetwork", "darwin"}))
        return "ios";
    if (contains_any(lower, std::array<std::string_view, 2>{"android", "okhttp"})) return "android";
    if (contains_any(lower, std::array<std::string_view, 1>{"mozilla"})) return "web";
    return "unknown";
}

std::string fingerprint_of(std::string_view user_agent, const std::optional<std::string>& device) {
    std::string steady;
    for (const char c : user_agent.substr(0, kMaxUserAgent)) {
        if ((c < '0' || c > '9') && c != '.') steady += c;
    }
    steady += '\n';
    if (device) steady += *device;
    return std::string(SecretHash(steady).view());
}

std::string storable_user_agent(std::string_view user_agent) {
    std::string out;
    for (const char c : user_agent.substr(0, kMaxUserAgent)) out += c < ' ' || c > '~' ? '?' : c;
    return out;
}

}  // namespace grover::auth
