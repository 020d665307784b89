// The head of an answer as bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"

namespace grover::http {

std::string_view reason_of(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t seconds_since_epoch);

// What the transport adds to what the application said.
struct AnswerFrame {
    std::uint64_t length = 0;           // of the body as sent
    std::string_view content_encoding;  // or empty
    bool varies_by_encoding = false;
    std::string_view date;
    std::string_view connection;  // "close", "keep-alive", "Upgrade", or empty
};

// Appends the whole head with its empty line.
void append_head(const Response& response, const AnswerFrame& frame, std::string& out);

// No body and no length: 1xx, 204, 304.
bool is_bodiless(int status);

}  // namespace grover::http
