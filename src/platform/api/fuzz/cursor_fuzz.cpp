// Cursors: what a list handed out comes back, and nothing else is ever opened.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/api/cursor.hpp"
#include "platform/api/inputs.hpp"

using namespace grover;
using namespace grover::api;

namespace {

constexpr std::size_t kLongestPosition = 3'100;

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

// data: where and how to alter the cursor (3 bytes), then what stands for a cursor, a position and a query.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const CursorCodec codec("a signing secret"), other_node("another secret!!");
    if (size < 3) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 3, size - 3);
    // The fuzzer may read one of ours out of memory, but it opens in one spelling only.
    if (const auto opened = codec.open("/posts", text)) require(codec.seal("/posts", *opened) == text);

    const auto position = std::string_view(text).substr(0, kLongestPosition);
    const auto cursor = codec.seal("/posts", position);
    require(cursor.size() <= kMaxCursor && codec.open("/posts", cursor) == position);
    require(!codec.open("/post", cursor) && !codec.open("/postsx", cursor) &&
            !other_node.open("/posts", cursor));

    auto altered = cursor;
    auto& changed = altered[(data[0] * std::size_t{256} + data[1]) % altered.size()];
    changed = static_cast<char>(changed ^ data[2]);
    require(altered == cursor || !codec.open("/posts", altered));
    require(!codec.open("/posts", cursor + static_cast<char>(data[2])));
    require(!codec.open("/posts", std::string_view(cursor).substr(0, cursor.size() - 1)));

    Inputs inputs;
    try {
        inputs.query = http::parse_form(text);
    } catch (const Error&) {
        return 0;
    }
    PageRequest page;
    std::string sent;
    std::vector<FieldError> errors;
    require(convert_page(inputs, kDefaultPageSize, page, sent, errors) == errors.empty());
    require(page.limit >= 1 && page.limit <= kMaxPageSize && page.skip >= 0 && page.skip <= kMaxSkip);
    require(page.after.empty());  // only the dispatcher fills it in, with what it opened
    return 0;
}
