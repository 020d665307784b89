// Cutting any text into words stays inside the text, ends, and finds only words that are words by themselves.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "platform/text/utf8.hpp"
#include "platform/text/words.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace grover::text;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (!is_valid_utf8(text)) return 0;
    const auto folded = fold_for_search(text);
    if (!is_valid_utf8(folded)) std::abort();
    each_word(folded, [](std::string_view word) {
        if (word.empty() || count_code_points(word) > kMaxWordLength + 2 || !is_valid_utf8(word))
            std::abort();
    });
    return 0;
}
