// Whatever people type: cleaning ends, leaves nothing that it promises to remove, and cleaning twice changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/text/emoji.hpp"
#include "platform/text/hashtags.hpp"
#include "platform/text/mentions.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/time_format.hpp"
#include "platform/text/utf8.hpp"
#include "platform/text/validate.hpp"

using namespace grover;
using namespace grover::text;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

template <class Check>
void refuse_or_accept(Check check) {
    try {
        (void)check();
    } catch (const Error&) {
        // A refusal is an answer; what is looked for is everything else.
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (!is_valid_utf8(input)) return 0;
    const std::string clean = sanitize_string(input, size);
    require(is_valid_utf8(clean));
    require(sanitize_string(clean, size) == clean);
    require(lower_ascii(clean).find("javascript:") == std::string::npos);
    const std::string chat = clean_chat(input, size);
    require(is_valid_utf8(chat) && clean_chat(chat, size) == chat);
    for (const std::string& tag : extract_hashtags(input))
        require(is_valid_utf8(tag) && sanitize_hashtag(tag) == tag.substr(1));
    for (const std::string& name : extract_mentions(input)) require(!name.empty() && name.size() <= 50);
    if (const auto time = parse_time(input)) require(parse_time(format_time(*time)).has_value());
    (void)is_single_emoji(input);
    refuse_or_accept([&] { return validate_email(input); });
    refuse_or_accept([&] { return validate_url(input); });
    refuse_or_accept([&] { return validate_phone(input); });
    refuse_or_accept([&] { return validate_id(input); });
    return 0;
}
