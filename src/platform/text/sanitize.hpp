// How text that people write is cleaned before it is stored (contract/system.md §6). Markup stays text and is
// never encoded: clients escape. Cleaning takes linear time on any input, and cleaning twice changes nothing
// more.
//
// Chat (direct and group messages, stream chat, super chats) takes clean_chat; all other text
// sanitize_string. Text that must not be empty is checked again after cleaning. Both require valid UTF-8. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"

namespace grover::text {

// Trimmed; control characters but tab and newline dropped; "<script …>…</script>", "javascript:" and, inside
// a tag, "on…=" attributes removed until none is left. A script tag that a removal put together goes too.
// Throws validation_error "<field> exceeds maximum length of <max>" when the trimmed text is longer.
std::string sanitize_string(std::string_view value, std::size_t max = kMaxInputLength,
                            std::string_view field = "Text");

// Trimmed; control characters but tab and newline dropped; otherwise as sent. Throws as sanitize_string.
std::string clean_chat(std::string_view value, std::size_t max, std::string_view field = "Message");

// Text that must not be empty, in the field `name` of a body: cleaned, or 422 when nothing is left. A request's misfit() asks
// the same before any id is judged (400).
enum class Cleaning : std::uint8_t { text, chat };
std::string required_text(std::string_view value, std::size_t max, std::string_view name,
                          Cleaning cleaning = Cleaning::text);
std::optional<FieldError> misfit_of_text(std::string_view value, std::string_view name,
                                         Cleaning cleaning = Cleaning::text);

}  // namespace grover::text
