#include "platform/text/utf8.hpp"

#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace grover::text {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

bool is_ascii(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    }
    return true;
}

char lower_ascii_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Length of the sequence at the start of `bytes`, or 0 when it is not well-formed (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view bytes) {
    const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || bytes.size() < length) return 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (lead == 0xE0) low = 0xA0;   // overlong
    if (lead == 0xED) high = 0x9F;  // surrogates
    if (lead == 0xF0) low = 0x90;   // overlong
    if (lead == 0xF4) high = 0x8F;  // above U+10FFFF
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (!is_continuation(bytes[i])) return 0;
    }
    return length;
}

// Bytes of the white space character that `text` starts with, else 0.
std::size_t leading_space(std::string_view text) {
    const auto starts = [&](std::string_view bytes) { return text.starts_with(bytes) ? bytes.size() : 0; };
    if (text.empty()) return 0;
    const unsigned char first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return first == ' ' || (first >= '\t' && first <= '\r') ? 1 : 0;
    if (first == 0xC2) return starts("\xC2\x85") + starts("\xC2\xA0");
    if (first == 0xE1) return starts("\xE1\x9A\x80");
    if (first == 0xE3) return starts("\xE3\x80\x80");
    if (first != 0xE2 || text.size() < 3) return 0;
    if (text[1] == '\x81') return text[2] == '\x9F' ? 3 : 0;
    if (text[1] != '\x80') return 0;
    const unsigned char third = static_cast<unsigned char>(text[2]);
    return (third >= 0x80 && third <= 0x8A) || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0;
}

std::size_t trailing_space(std::string_view text) {
    std::size_t start = text.size();
    while (start > 0 && text.size() - start < 4) {
        --start;
        if (!is_continuation(text[start])) break;
    }
    return leading_space(text.substr(start));
}

bool is_variation_selector(char32_t c) {
    return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x180B && c <= 0x180F) || (c >= 0xE0100 && c <= 0xE01EF);
}

// `text` in the given normal form. utf8proc fails only on broken UTF-8 and on lack of memory.
std::string normalized(std::string_view text, int options) {
    utf8proc_uint8_t* result = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &result,
                                   static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(result, std::free);
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    if (size < 0) return std::string(text);
    return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        // Most text is ASCII: eight bytes at a time while no high bit is set.
        while (at + 8 <= bytes.size()) {
            std::uint64_t chunk = 0;
            std::memcpy(&chunk, bytes.data() + at, 8);
            if ((chunk & 0x8080808080808080u) != 0) break;
            at += 8;
        }
        if (at == bytes.size()) break;
        const std::size_t length = sequence_length(bytes.substr(at));
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += is_continuation(c) ? 0 : 1;
    return count;
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    while (at < text.size() && count-- > 0) next_code_point(text, at);
    return text.substr(0, at);
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) {
        ++at;
        return kReplacement;
    }
    constexpr unsigned kLeadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t code_point = static_cast<unsigned char>(text[at]) & kLeadMask[length];
    for (std::size_t i = 1; i < length; ++i) {
        code_point = (code_point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
    }
    at += length;
    return code_point;
}

void append_code_point(std::string& out, char32_t code_point) {
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::string_view trim(std::string_view text) {
    while (const std::size_t size = leading_space(text)) text.remove_prefix(size);
    while (!text.empty()) {
        const std::size_t size = trailing_space(text);
        if (size == 0) break;
        text.remove_suffix(size);
    }
    return text;
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower_ascii_char(c);
    return out;
}

bool equal_ignoring_ascii_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower_ascii_char(a[i]) != lower_ascii_char(b[i])) return false;
    }
    return true;
}

std::string lower(std::string_view text) {
    if (is_ascii(text)) return lower_ascii(text);
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t code_point = next_code_point(text, at);
        append_code_point(out,
                          static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point))));
    }
    return out;
}

std::string fold(std::string_view text) {
    if (is_ascii(text)) return lower_ascii(text);
    const std::string compatible = normalized(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    return normalized(lower(compatible), UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string fold_without_marks(std::string_view text) {
    if (is_ascii(text)) return lower_ascii(text);
    const std::string bare =
        normalized(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK);
    return normalized(lower(bare), UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

bool is_word_code_point(char32_t code_point) {
    if (starts_word(code_point)) return true;
    if (code_point < 0x300 || is_variation_selector(code_point)) return false;
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

bool starts_word(char32_t code_point) {
    if (code_point < 0x80) {
        return (code_point >= 'a' && code_point <= 'z') || (code_point >= 'A' && code_point <= 'Z') ||
               (code_point >= '0' && code_point <= '9') || code_point == '_';
    }
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_ND:
            return true;
        default:
            return false;
    }
}

}  // namespace grover::text
