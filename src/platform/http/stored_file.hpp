// A stored file as the answer to GET or HEAD: conditions and ranges of RFC 9110, contract/media.md §6.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"

namespace grover::http {

struct StoredFile {
    int fd = -1;  // becomes the response's, also when nothing of it is sent
    std::uint64_t size = 0;
    std::string etag;               // strong, in its quotes
    std::int64_t modified_at = 0;   // seconds since the epoch
    std::string_view content_type;  // static or living as long as the response
};

// Fills in status (200, 206, 304, 416), body and the headers that follow from the file: ETag, Last-Modified,
// Accept-Ranges, Content-Range. Never compressed, for ranges count stored bytes. A 416 has no body yet.
void answer_with_file(const RequestHead& request, StoredFile file, Response& response);

// What a Range header asks of a file of that size. Several ranges, other units and nonsense mean the whole file.
struct ByteRange {
    enum class Form : std::uint8_t { whole, part, unsatisfiable };
    Form form = Form::whole;
    std::uint64_t first = 0;
    std::uint64_t length = 0;
};
ByteRange parse_range(std::string_view header, std::uint64_t size);

// "Sun, 06 Nov 1994 08:49:37 GMT" in seconds since the epoch; nothing for another form.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace grover::http
