// Taking any typed text apart ends, stays bounded, and gives only folded words and stored tags.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "platform/search/query.hpp"
#include "platform/text/utf8.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace grover;
    const std::string_view typed(reinterpret_cast<const char*>(data), size);
    if (!text::is_valid_utf8(typed)) return 0;
    const auto query = search::parse_query(typed);
    if (query.words.size() > search::kMostWords || query.excluded.size() > search::kMostWords) std::abort();
    for (const auto* list : {&query.words, &query.excluded, &query.tags, &query.mentions, &query.authors}) {
        for (const auto& word : *list) {
            if (word.empty() || !text::is_valid_utf8(word)) std::abort();
        }
    }
    if (search::corrected(typed, {}) != typed) std::abort();
    return 0;
}
