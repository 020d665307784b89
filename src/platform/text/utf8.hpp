// UTF-8 text, counted and compared as people see it. Lengths in the contract are Unicode code points.
// Linear unless said otherwise; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grover::text {

// The limits of contract/system.md §5 that the helpers of this folder enforce.
inline constexpr std::size_t kMaxInputLength = 10'000;
inline constexpr std::size_t kMaxNameLength = 100;
inline constexpr std::size_t kMaxBioLength = 500;

// False for overlong forms, surrogates, code points above U+10FFFF and truncated sequences.
bool is_valid_utf8(std::string_view bytes);

// Requires valid UTF-8, as do all functions below; broken input gives a wrong answer but stays in bounds.
std::size_t count_code_points(std::string_view text);
std::string_view first_code_points(std::string_view text, std::size_t count);

// The code point that starts at `at`, which moves behind it. Requires at < text.size(). Broken bytes give
// U+FFFD.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& out, char32_t code_point);

// Without white space (Unicode's White_Space) at both ends.
std::string_view trim(std::string_view text);

// Letters A-Z only. For what must compare byte by byte: e-mail addresses, header names, user names.
std::string lower_ascii(std::string_view text);
bool equal_ignoring_ascii_case(std::string_view a, std::string_view b);

// Letters of any script, one code point to one code point.
std::string lower(std::string_view text);

// NFKC, then lower case, then composed again: the form in which two spellings of one word are the same bytes.
// For single words: a run of n combining marks takes n² steps to put in order.
std::string fold(std::string_view text);

// As fold(), without accents and other marks: the form in which a text is searched for parts of words. Of any length:
// linear but for runs of marks.
std::string fold_without_marks(std::string_view text);

// A letter, a digit or "_". Combining marks count as letters, since scripts such as Devanagari need them to
// write a word, but emoji variation selectors do not.
bool is_word_code_point(char32_t code_point);
// The same without combining marks: what a word can start with.
bool starts_word(char32_t code_point);

}  // namespace grover::text
