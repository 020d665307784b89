// The message as it travels: headers that nothing can break out of, a body in an encoding that every server
// passes on.
#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "platform/integrations/mail.hpp"
#include "platform/text/base64.hpp"

namespace grover::integrations {
namespace {

constexpr std::size_t kMaxPlainLine = 200;     // longer ones are folded by some servers
constexpr std::size_t kMaxQuotedLine = 76;     // RFC 2045 §6.7
constexpr std::size_t kEncodedWordBytes = 42;  // 75 characters with "=?UTF-8?B?" and "?=" (RFC 2047 §2)

bool is_printable_ascii(std::string_view text) {
    for (const char c : text) {
        if (c < ' ' || c > '~') return false;
    }
    return true;
}

bool has_control(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == 127) return true;
    }
    return false;
}

void require_address(std::string_view address) {
    const bool plain =
        is_printable_ascii(address) && address.find_first_of(" <>,;:\"()[]\\") == std::string_view::npos;
    const auto at = address.find('@');
    if (!plain || at == 0 || at == std::string_view::npos || at + 1 == address.size() ||
        address.find('@', at + 1) != std::string_view::npos) {
        throw std::invalid_argument("no mail address");
    }
}

// As encoded words of whole characters (RFC 2047), one for each line.
std::string encode_header(std::string_view text) {
    if (is_printable_ascii(text) && text.size() <= kMaxPlainLine && text.find("=?") == std::string_view::npos)
        return std::string(text);
    std::string out;
    while (!text.empty()) {
        std::size_t size = std::min(text.size(), kEncodedWordBytes);
        while (size > 1 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
            --size;
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + text::to_base64(text.substr(0, size)) + "?=";
        text.remove_prefix(size);
    }
    return out;
}

bool needs_no_encoding(std::string_view text) {
    std::size_t line = 0;
    for (const char c : text) {
        if (c == '\n') {
            line = 0;
        } else if (c < ' ' || c > '~' || ++line > kMaxPlainLine) {
            return false;
        }
    }
    return true;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

std::string quoted_printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    std::size_t line = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') {
            out += "\r\n";
            line = 0;
            continue;
        }
        const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n';
        const bool plain = c >= ' ' && c <= '~' && c != '=' && !(c == ' ' && ends_line);
        const std::size_t size = plain ? 1 : 3;
        if (line + size > kMaxQuotedLine - 1) {
            out += "=\r\n";
            line = 0;
        }
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '=';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
        line += size;
    }
    return out;
}

std::string date_header(Time date) {
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = date.us / 1'000'000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char out[64];
    std::snprintf(out, sizeof out, "%s, %d %s %d %02d:%02d:%02d +0000",
                  days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                  months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                  utc.tm_sec);
    return out;
}

}  // namespace

std::string format_mail(const Mail& mail, std::string_view from, Time date, std::string_view message_id) {
    require_address(mail.to);
    require_address(from);
    require_address(message_id);
    if (has_control(mail.subject)) throw std::invalid_argument("a control character in the subject");
    const bool plain = needs_no_encoding(mail.text);
    std::string out;
    const auto header = [&](std::string_view name, std::string_view value) {
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    };
    header("From", "Grover <" + std::string(from) + ">");
    header("To", "<" + mail.to + ">");
    header("Subject", encode_header(mail.subject));
    header("Date", date_header(date));
    header("Message-ID", "<" + std::string(message_id) + ">");
    header("MIME-Version", "1.0");
    header("Content-Type", "text/plain; charset=utf-8");
    header("Content-Transfer-Encoding", plain ? "7bit" : "quoted-printable");
    header("Auto-Submitted", "auto-generated");  // no out-of-office answers (RFC 3834)
    out += "\r\n";
    out += plain ? with_crlf(mail.text) : quoted_printable(mail.text);
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

}  // namespace grover::integrations
