#include "platform/text/words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "platform/text/utf8.hpp"

namespace grover::text {
namespace {

// Marks on one letter beyond this are dropped: putting a run of n into order takes n² steps.
constexpr int kMaxMarks = 8;

struct Range {
    char32_t low, high;
};

// Marks that readers leave out when they type a word: accents, Hebrew points, Arabic vowel signs. The marks of Indic and
// Thai writing are letters and stay.
constexpr std::array<Range, 14> kDiacritics{{{0x300, 0x36F},
                                             {0x483, 0x487},
                                             {0x591, 0x5BD},
                                             {0x5BF, 0x5BF},
                                             {0x5C1, 0x5C2},
                                             {0x5C4, 0x5C5},
                                             {0x5C7, 0x5C7},
                                             {0x64B, 0x65F},
                                             {0x670, 0x670},
                                             {0x6D6, 0x6ED},
                                             {0x1AB0, 0x1AFF},
                                             {0x1DC0, 0x1DFF},
                                             {0x20D0, 0x20FF},
                                             {0xFE20, 0xFE2F}}};

constexpr std::array<Range, 13> kScriptsWithoutSpaces{{{0xE00, 0xEFF},      // Thai, Lao
                                                       {0x1000, 0x109F},    // Myanmar
                                                       {0x1780, 0x17FF},    // Khmer
                                                       {0x3005, 0x3007},    // 々〆〇
                                                       {0x3040, 0x30FF},    // Hiragana, Katakana
                                                       {0x31F0, 0x31FF},    // Katakana extensions
                                                       {0x3400, 0x4DBF},    // Han
                                                       {0x4E00, 0x9FFF},    //
                                                       {0xA9E0, 0xA9FF},    // Myanmar extended
                                                       {0xAA60, 0xAA7F},    //
                                                       {0xF900, 0xFAFF},    // Han compatibility
                                                       {0x1B000, 0x1B16F},  // Kana supplements
                                                       {0x20000, 0x323AF}}};

template <std::size_t n>
bool is_in(const std::array<Range, n>& ranges, char32_t c) {
    const auto after = std::ranges::upper_bound(ranges, c, {}, &Range::low);
    return after != ranges.begin() && c <= std::prev(after)->high;
}

bool is_without_spaces(char32_t c) { return c >= 0xE00 && is_in(kScriptsWithoutSpaces, c); }

// Letters with a stroke, which Unicode does not take apart.
char32_t without_stroke(char32_t c) {
    switch (c) {
        case U'đ':
            return U'd';
        case U'ħ':
            return U'h';
        case U'ı':
            return U'i';
        case U'ł':
            return U'l';
        case U'ø':
            return U'o';
        case U'ŧ':
            return U't';
        default:
            return c;
    }
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string normalized(std::string_view text, int options) {
    utf8proc_uint8_t* result = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &result,
                                   static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(result, std::free);
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    if (size < 0) return {};
    return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

// Only the first marks of each letter.
std::string with_few_marks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    int marks = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        const char32_t c = next_code_point(text, at);
        const auto* property = c < 0x300 ? nullptr : utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
        marks = property != nullptr && property->combining_class != 0 ? marks + 1 : 0;
        if (marks <= kMaxMarks) out.append(text.substr(start, at - start));
    }
    return out;
}

// Where the special words of each_word() end, or `at`: a "#" or "++" right behind "c", and ".net".
std::size_t end_of_language_name(std::string_view text, std::size_t start, std::size_t end) {
    const auto rest = text.substr(end);
    const auto stands_alone = [&](std::size_t size) {
        std::size_t next = end + size;
        return next >= text.size() || !is_word_code_point(next_code_point(text, next));
    };
    if (text.substr(start, end - start) != "c") return end;
    if (rest.starts_with("++") && !rest.starts_with("+++") && stands_alone(2)) return end + 2;
    if (rest.starts_with('#') && !rest.starts_with("##") && stands_alone(1)) return end + 1;
    return end;
}

}  // namespace

std::string fold_for_search(std::string_view text) {
    if (is_ascii(text)) return lower_ascii(text);
    const auto taken_apart = normalized(
        with_few_marks(text), UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
    std::string bare;
    bare.reserve(taken_apart.size());
    for (std::size_t at = 0; at < taken_apart.size();) {
        const char32_t c = next_code_point(taken_apart, at);
        if (c < 0x80) {
            bare += static_cast<char>(c);
        } else if (!is_in(kDiacritics, c)) {
            append_code_point(bare, without_stroke(c));
        }
    }
    return is_ascii(bare) ? bare : normalized(bare, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

void each_word(std::string_view text, FunctionRef<void(std::string_view)> f) {
    bool after_word = false;  // whether a word ends right here
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        char32_t c = next_code_point(text, at);
        if (c == '.' && !after_word && text.substr(at).starts_with("net")) {
            std::size_t next = at + 3;
            if (next >= text.size() || !is_word_code_point(next_code_point(text, next))) {
                f(text.substr(start, 4));
                at += 3;
                after_word = true;
                continue;
            }
        }
        after_word = false;
        if (!starts_word(c)) continue;
        after_word = true;
        if (is_without_spaces(c)) {
            // Pairs: from the start of one character to the end of the next.
            auto first = start;
            auto end = at;
            bool paired = false;
            while (at < text.size()) {
                std::size_t next = at;
                c = next_code_point(text, next);
                if (!is_without_spaces(c) || !is_word_code_point(c)) break;
                f(text.substr(first, next - first));
                paired = true;
                first = end;
                at = end = next;
            }
            if (!paired) f(text.substr(start, end - start));
            continue;
        }
        std::size_t length = 1;
        auto end = at;  // of what counts
        while (at < text.size()) {
            std::size_t next = at;
            c = next_code_point(text, next);
            if (!is_word_code_point(c) || is_without_spaces(c)) break;
            at = next;
            if (++length <= kMaxWordLength) end = at;
        }
        at = std::max(at, end_of_language_name(text, start, at));
        f(text.substr(start, (length <= kMaxWordLength ? at : end) - start));
    }
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    each_word(fold_for_search(text), [&](std::string_view word) { words.emplace_back(word); });
    return words;
}

bool is_of_script_without_spaces(std::string_view word) {
    std::size_t at = 0;
    return !word.empty() && is_without_spaces(next_code_point(word, at));
}

}  // namespace grover::text
