#include "platform/text/emoji.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "platform/text/utf8.hpp"

namespace grover::text {
namespace {

constexpr std::size_t kMaxCodePoints = 10;
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kEmojiStyle = 0xFE0F;
constexpr char32_t kKeycap = 0x20E3;
constexpr char32_t kTagEnd = 0xE007F;

struct Range {
    char32_t first;
    char32_t last;
};

// Property Emoji of Unicode 15 (emoji-data.txt), without ASCII and regional indicators, which only count in
// sequences; and the whole of U+1FA70..1FAFF, which is kept for the emojis of later versions.
constexpr std::array<Range, 141> kEmoji{
    {{0xA9, 0xA9},       {0xAE, 0xAE},       {0x203C, 0x203C},   {0x2049, 0x2049},   {0x2122, 0x2122},
     {0x2139, 0x2139},   {0x2194, 0x2199},   {0x21A9, 0x21AA},   {0x231A, 0x231B},   {0x2328, 0x2328},
     {0x23CF, 0x23CF},   {0x23E9, 0x23F3},   {0x23F8, 0x23FA},   {0x24C2, 0x24C2},   {0x25AA, 0x25AB},
     {0x25B6, 0x25B6},   {0x25C0, 0x25C0},   {0x25FB, 0x25FE},   {0x2600, 0x2604},   {0x260E, 0x260E},
     {0x2611, 0x2611},   {0x2614, 0x2615},   {0x2618, 0x2618},   {0x261D, 0x261D},   {0x2620, 0x2620},
     {0x2622, 0x2623},   {0x2626, 0x2626},   {0x262A, 0x262A},   {0x262E, 0x262F},   {0x2638, 0x263A},
     {0x2640, 0x2640},   {0x2642, 0x2642},   {0x2648, 0x2653},   {0x265F, 0x2660},   {0x2663, 0x2663},
     {0x2665, 0x2666},   {0x2668, 0x2668},   {0x267B, 0x267B},   {0x267E, 0x267F},   {0x2692, 0x2697},
     {0x2699, 0x2699},   {0x269B, 0x269C},   {0x26A0, 0x26A1},   {0x26A7, 0x26A7},   {0x26AA, 0x26AB},
     {0x26B0, 0x26B1},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26C8, 0x26C8},   {0x26CE, 0x26CF},
     {0x26D1, 0x26D1},   {0x26D3, 0x26D4},   {0x26E9, 0x26EA},   {0x26F0, 0x26F5},   {0x26F7, 0x26FA},
     {0x26FD, 0x26FD},   {0x2702, 0x2702},   {0x2705, 0x2705},   {0x2708, 0x270D},   {0x270F, 0x270F},
     {0x2712, 0x2712},   {0x2714, 0x2714},   {0x2716, 0x2716},   {0x271D, 0x271D},   {0x2721, 0x2721},
     {0x2728, 0x2728},   {0x2733, 0x2734},   {0x2744, 0x2744},   {0x2747, 0x2747},   {0x274C, 0x274C},
     {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2763, 0x2764},   {0x2795, 0x2797},
     {0x27A1, 0x27A1},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2934, 0x2935},   {0x2B05, 0x2B07},
     {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x3030, 0x3030},   {0x303D, 0x303D},
     {0x3297, 0x3297},   {0x3299, 0x3299},   {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F170, 0x1F171},
     {0x1F17E, 0x1F17F}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F201, 0x1F202}, {0x1F21A, 0x1F21A},
     {0x1F22F, 0x1F22F}, {0x1F232, 0x1F23A}, {0x1F250, 0x1F251}, {0x1F300, 0x1F321}, {0x1F324, 0x1F393},
     {0x1F396, 0x1F397}, {0x1F399, 0x1F39B}, {0x1F39E, 0x1F3F0}, {0x1F3F3, 0x1F3F5}, {0x1F3F7, 0x1F4FD},
     {0x1F4FF, 0x1F53D}, {0x1F549, 0x1F54E}, {0x1F550, 0x1F567}, {0x1F56F, 0x1F570}, {0x1F573, 0x1F57A},
     {0x1F587, 0x1F587}, {0x1F58A, 0x1F58D}, {0x1F590, 0x1F590}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A5},
     {0x1F5A8, 0x1F5A8}, {0x1F5B1, 0x1F5B2}, {0x1F5BC, 0x1F5BC}, {0x1F5C2, 0x1F5C4}, {0x1F5D1, 0x1F5D3},
     {0x1F5DC, 0x1F5DE}, {0x1F5E1, 0x1F5E1}, {0x1F5E3, 0x1F5E3}, {0x1F5E8, 0x1F5E8}, {0x1F5EF, 0x1F5EF},
     {0x1F5F3, 0x1F5F3}, {0x1F5FA, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CB, 0x1F6D2}, {0x1F6D5, 0x1F6D7},
     {0x1F6DC, 0x1F6E5}, {0x1F6E9, 0x1F6E9}, {0x1F6EB, 0x1F6EC}, {0x1F6F0, 0x1F6F0}, {0x1F6F3, 0x1F6FC},
     {0x1F7E0, 0x1F7EB}, {0x1F7F0, 0x1F7F0}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF},
     {0x1FA70, 0x1FAFF}}};

bool is_emoji(char32_t c) {
    const auto range =
        std::lower_bound(kEmoji.begin(), kEmoji.end(), c, [](Range r, char32_t at) { return r.last < at; });
    return range != kEmoji.end() && range->first <= c;
}

bool is_regional_indicator(char32_t c) { return c >= 0x1F1E6 && c <= 0x1F1FF; }
bool is_skin_tone(char32_t c) { return c >= 0x1F3FB && c <= 0x1F3FF; }
bool is_tag(char32_t c) { return c >= 0xE0020 && c <= 0xE007E; }
bool is_keycap_base(char32_t c) { return (c >= '0' && c <= '9') || c == '#' || c == '*'; }

struct CodePoints {
    std::array<char32_t, kMaxCodePoints> at;
    std::size_t size = 0;
};

// Up to the limit; one more is reported as size 0.
CodePoints read(std::string_view text) {
    CodePoints out{};
    for (std::size_t at = 0; at < text.size();) {
        if (out.size == kMaxCodePoints) return {};
        out.at[out.size++] = next_code_point(text, at);
    }
    return out;
}

// UTS 51: sequence := element (joiner element)*
//         element  := flag | keycap | emoji (skin tone | style keycap? | tag+ end)?
class Grammar {
public:
    explicit Grammar(const CodePoints& points) : points_(points) {}

    bool matches() {
        do {
            if (!element()) return false;
        } while (take([](char32_t c) { return c == kJoiner; }));
        return at_ == points_.size;
    }

private:
    template <class Predicate>
    bool take(Predicate predicate) {
        if (at_ == points_.size || !predicate(points_.at[at_])) return false;
        ++at_;
        return true;
    }
    bool take(char32_t c) {
        return take([c](char32_t next) { return next == c; });
    }

    bool element() {
        if (take(is_regional_indicator)) return take(is_regional_indicator);
        if (take(is_keycap_base)) {
            take(kEmojiStyle);
            return take(kKeycap);
        }
        if (!take(is_emoji)) return false;
        if (take(is_skin_tone)) return true;
        if (take(kEmojiStyle)) {
            take(kKeycap);
            return true;
        }
        if (!take(is_tag)) return true;
        while (take(is_tag)) {
        }
        return take(kTagEnd);
    }

    const CodePoints& points_;
    std::size_t at_ = 0;
};

bool is_one_grapheme_cluster(const CodePoints& points) {
    utf8proc_int32_t state = 0;
    for (std::size_t i = 1; i < points.size; ++i) {
        if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(points.at[i - 1]),
                                             static_cast<utf8proc_int32_t>(points.at[i]), &state)) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool is_single_emoji(std::string_view text) {
    if (text.size() > kMaxCodePoints * 4) return false;
    const CodePoints points = read(text);
    return points.size > 0 && Grammar(points).matches() && is_one_grapheme_cluster(points);
}

}  // namespace grover::text
