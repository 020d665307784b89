#include "platform/observability/scrub.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "platform/base/ip_network.hpp"
#include "platform/text/utf8.hpp"

namespace grover::log {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || is_upper(c); }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
bool is_token_character(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_address_local(char c) { return is_alphanumeric(c) || std::string_view("._%+-").find(c) != kNone; }
bool is_path_character(char c) {
    return is_alphanumeric(c) || std::string_view("/._-~%{}:@").find(c) != kNone;
}

// Hidden wherever they occur in a key …
constexpr std::array<std::string_view, 12> kSecretParts{"password",      "passwd",  "secret",  "token",
                                                        "authorization", "cookie",  "api_key", "apikey",
                                                        "certificate",   "private", "email",   "api-key"};
// … and these only as a whole word of it, since "discard" and "encoded" hold them too.
constexpr std::array<std::string_view, 5> kSecretWords{"session", "ticket", "code", "card", "dsn"};
constexpr std::array<std::string_view, 8> kHarmlessKeys{"session_id",   "status_code",    "http.status_code",
                                                        "error_code",   "exit_code",      "close_code",
                                                        "country_code", "private_account"};

bool contains_any(std::string_view key, const auto& parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return key.find(part) != kNone; });
}

// Calls `each` with the words of "sessionTicket", "session_ticket", "session-ticket", in lower case.
template <class Each>
bool any_word(std::string_view key, Each each) {
    std::string word;
    for (std::size_t i = 0; i <= key.size(); ++i) {
        const bool ends = i == key.size() || !is_alphanumeric(key[i]) ||
                          (is_upper(key[i]) && i > 0 && !is_upper(key[i - 1]));
        if (ends && !word.empty()) {
            if (each(std::string_view(word))) return true;
            word.clear();
        }
        if (i < key.size() && is_alphanumeric(key[i]))
            word += is_upper(key[i]) ? static_cast<char>(key[i] + 32) : key[i];
    }
    return false;
}

// Ends of what starts at `at`, or kNone.
std::size_t own_token_end(std::string_view text, std::size_t at) {
    constexpr std::size_t kShortest = 4;
    if (at > 0 && is_token_character(text[at - 1]) && text[at - 1] != '-') return kNone;
    for (const std::string_view prefix : {"gst_", "grt_", "gtk_", "sid_", "lk_"}) {
        if (!text.substr(at).starts_with(prefix)) continue;
        std::size_t end = at + prefix.size();
        while (end < text.size() && is_token_character(text[end])) ++end;
        if (end - at - prefix.size() >= kShortest) return end;
    }
    return kNone;
}

std::size_t jwt_end(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("eyJ")) return kNone;
    std::size_t end = at;
    for (int part = 0; part < 3; ++part) {
        const std::size_t start = end;
        while (end < text.size() && is_token_character(text[end])) ++end;
        if (end - start < 4) return part == 2 ? end : kNone;  // an unsigned one has an empty third part
        if (part < 2 && (end == text.size() || text[end++] != '.')) return kNone;
    }
    return end;
}

// Whether "_" behind this text may start a token of ours.
bool ends_like_a_token_prefix(std::string_view text) {
    for (const std::string_view prefix : {"gst", "grt", "gtk", "sid", "lk"}) {
        if (text.ends_with(prefix)) return true;
    }
    return false;
}

// "a.b.c.d" as nearly every request has it; anything else is for the general way.
std::string_view network_of_plain_v4(std::string_view address) {
    constexpr std::size_t kLongest = 15;
    if (address.size() > kLongest || address.find_first_not_of("0123456789.") != kNone) return {};
    if (std::count(address.begin(), address.end(), '.') != 3) return {};
    return address.substr(0, address.rfind('.') + 1);
}

struct Span {
    std::size_t start = kNone;
    std::size_t end = kNone;
};

// The e-mail address around the "@" (or "%40") at `at`.
Span email_around(std::string_view text, std::size_t at, std::size_t length) {
    constexpr std::size_t kLongestLocal = 64;
    constexpr std::size_t kLongestDomain = 255;
    std::size_t start = at;
    while (start > 0 && at - start < kLongestLocal && is_address_local(text[start - 1])) --start;
    std::size_t end = at + length;
    std::size_t dot = kNone;
    while (end < text.size() && end - at < kLongestDomain &&
           (is_alphanumeric(text[end]) || text[end] == '.' || text[end] == '-')) {
        if (text[end] == '.' && end + 1 < text.size() && is_letter(text[end + 1])) dot = end;
        ++end;
    }
    return start == at || dot == kNone ? Span{} : Span{start, end};
}

// Whether the query that starts at `question` belongs to a path whose parameters are capabilities.
bool has_secret_query(std::string_view text, std::size_t question) {
    constexpr std::size_t kLongestPath = 512;
    std::size_t start = question;
    while (start > 0 && question - start < kLongestPath && is_path_character(text[start - 1])) --start;
    const std::string_view path = text.substr(start, question - start);
    for (const std::string_view part :
         {"/socket.io", "/engine.io", "/live", "/media/", "/payment", "/paypal"}) {
        if (path.find(part) != kNone) return true;
    }
    return false;
}

// Whether a version begins at `at`, as in "Chrome/120.0.0.0": behind a word and "/", and not somewhere in a path.
bool is_version_of_product(std::string_view text, std::size_t at) {
    if (at < 2 || text[at - 1] != '/' || !is_letter(text[at - 2])) return false;
    std::size_t word = at - 1;
    while (word > 0 && is_token_character(text[word - 1])) --word;
    return word == 0 || text[word - 1] == ' ' || text[word - 1] == '(';
}

std::size_t query_end(std::string_view text, std::size_t at) {
    const std::size_t end = text.find_first_of(" \t\r\n\"'<>", at);
    return end == kNone ? text.size() : end;
}

}  // namespace

bool is_secret_key(std::string_view key) {
    const std::string low = text::lower_ascii(key);
    if (std::find(kHarmlessKeys.begin(), kHarmlessKeys.end(), low) != kHarmlessKeys.end()) return false;
    if (contains_any(low, kSecretParts)) return true;
    return any_word(key, [](std::string_view word) {
        return std::find(kSecretWords.begin(), kSecretWords.end(), word) != kSecretWords.end();
    });
}

bool is_address_key(std::string_view key) {
    return any_word(key, [](std::string_view word) { return word == "ip"; });
}

bool may_need_scrubbing(std::string_view text) {
    // Every request asks this of its path and user agent, so most characters cost one look into a table.
    static constexpr auto kWorthALook = [] {
        std::array<bool, 256> look{};
        for (const unsigned char c : {'@', '?', '%', '_', 'J'}) look[c] = true;
        return look;
    }();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!kWorthALook[static_cast<unsigned char>(text[i])]) continue;
        const std::string_view before = text.substr(0, i);
        switch (text[i]) {
            case '%':
                if (text.substr(i).starts_with("%40")) return true;
                break;
            case '_':
                if (ends_like_a_token_prefix(before)) return true;
                break;
            case 'J':
                if (before.ends_with("ey")) return true;
                break;
            default:
                return true;
        }
    }
    return false;
}

std::string scrub(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t copied = 0;  // text before this is in `out`
    const auto hide = [&](std::size_t start, std::size_t end) {
        out.append(text.substr(copied, start - copied)).append(kFiltered);
        copied = end;
    };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = kNone;
        std::size_t start = i;
        const char c = text[i];
        if (c == 'g' || c == 's' || c == 'l') end = own_token_end(text, i);
        if (c == 'e') end = jwt_end(text, i);
        if (c == '@' || (c == '%' && text.substr(i).starts_with("%40"))) {
            const Span span = email_around(text, i, c == '@' ? 1 : 3);
            start = span.end == kNone ? i : std::max(span.start, copied);
            end = span.end;
        }
        if (c == '?' && has_secret_query(text, i)) {
            start = i + 1;
            end = query_end(text, start);
        }
        if (end == kNone || end <= start) {
            ++i;
            continue;
        }
        hide(start, end);
        i = end;
    }
    return out.append(text.substr(copied));
}

std::string without_addresses(std::string_view text) {
    constexpr auto is_part = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' || c == ':';
    };
    // "db::" is written with the letters of an address too: one has a digit, and no other letter beside it.
    const auto is_address = [](std::string_view part) {
        return std::any_of(part.begin(), part.end(), is_digit) && parse_ip(part).has_value();
    };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_part(text[end])) ++end;
        std::string_view part = text.substr(i, end - i);
        const bool is_in_word = (i > 0 && is_token_character(text[i - 1])) ||
                                is_version_of_product(text, i) ||
                                (end < text.size() && is_token_character(text[end]));
        while (!part.empty() && (part.back() == '.' || (part.back() == ':' && !part.ends_with("::"))))
            part.remove_suffix(1);
        const std::string_view without_port = part.substr(0, std::min(part.rfind(':'), part.size()));
        if (!is_in_word && is_address(part)) {
            out += kFiltered;
        } else if (!is_in_word && is_address(without_port)) {
            out += kFiltered;
            out += part.substr(without_port.size());
        } else {
            out += part;
        }
        out += text.substr(i + part.size(), end - i - part.size());
        i = end;
        while (i < text.size() && !is_part(text[i])) out += text[i++];
    }
    return out;
}

std::string anonymous_ip(std::string_view address) {
    if (const std::string_view network = network_of_plain_v4(address); !network.empty())
        return std::string(network) + "0";
    auto ip = parse_ip(address);
    if (!ip) return {};
    constexpr std::size_t kKeptBytesOfV6 = 6;
    if (ip->is_v4()) {
        ip->bytes.back() = 0;
    } else {
        std::fill(ip->bytes.begin() + kKeptBytesOfV6, ip->bytes.end(), std::uint8_t{0});
    }
    return to_string(*ip);
}

}  // namespace grover::log
