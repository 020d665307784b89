#include "domains/users/usernames.hpp"

#include "platform/base/id.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"

namespace grover::users {
namespace {

// The plain letter under the accents of Latin-1 and Latin Extended-A, by its code point after folding; others have none.
char plain_letter(char32_t c) {
    struct Range {
        char32_t first, last;
        char letter;
    };
    static constexpr Range kRanges[] = {
        {0xE0, 0xE6, 'a'},   {0xE7, 0xE7, 'c'},   {0xE8, 0xEB, 'e'},   {0xEC, 0xEF, 'i'},
        {0xF0, 0xF0, 'd'},   {0xF1, 0xF1, 'n'},   {0xF2, 0xF6, 'o'},   {0xF8, 0xF8, 'o'},
        {0xF9, 0xFC, 'u'},   {0xFD, 0xFD, 'y'},   {0xFF, 0xFF, 'y'},   {0xDF, 0xDF, 's'},
        {0x100, 0x105, 'a'}, {0x106, 0x10D, 'c'}, {0x10E, 0x111, 'd'}, {0x112, 0x11B, 'e'},
        {0x11C, 0x123, 'g'}, {0x124, 0x127, 'h'}, {0x128, 0x131, 'i'}, {0x134, 0x135, 'j'},
        {0x136, 0x138, 'k'}, {0x139, 0x142, 'l'}, {0x143, 0x14B, 'n'}, {0x14C, 0x153, 'o'},
        {0x154, 0x159, 'r'}, {0x15A, 0x161, 's'}, {0x162, 0x167, 't'}, {0x168, 0x173, 'u'},
        {0x174, 0x175, 'w'}, {0x176, 0x178, 'y'}, {0x179, 0x17E, 'z'},
    };
    for (const auto& range : kRanges) {
        if (c >= range.first && c <= range.last) return range.letter;
    }
    return 0;
}

std::string digits(int count) {
    unsigned char random[8];
    fill_random(random, sizeof(random));
    std::string out;
    for (int i = 0; i < count; ++i) out += static_cast<char>('0' + random[i] % 10);
    return out;
}

}  // namespace

std::string username_base(std::string_view text) {
    const std::string folded = text::fold(text);
    std::string out;
    for (std::size_t at = 0; at < folded.size();) {
        const char32_t c = text::next_code_point(folded, at);
        char letter = 0;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            letter = static_cast<char>(c);
        } else if (const char plain = plain_letter(c)) {
            letter = plain;
        } else if ((c == '_' || c == ' ' || c == '-' || c == '.') && !out.empty() && out.back() != '_') {
            letter = '_';
        }
        if (letter && out.size() < kMaxUsername) out += letter;
    }
    while (!out.empty() && out.back() == '_') out.pop_back();
    return out;
}

std::vector<std::string> username_candidates(std::string_view base, int count) {
    const std::string stem(base.empty() ? std::string_view("user") : base);
    std::vector<std::string> out;
    for (int length = 2; static_cast<int>(out.size()) < count; length += length < 8 ? 1 : 0) {
        std::string name = stem.substr(0, kMaxUsername - static_cast<std::size_t>(length)) + digits(length);
        if (!text::is_reserved_username(name)) out.push_back(std::move(name));
    }
    return out;
}

}  // namespace grover::users
