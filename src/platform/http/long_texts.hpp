// JSON and urlencoded bodies in which a text may be a whole file in base64 (contract/media.md §4).
//
// What is read is the body without those texts: in JSON `null` stands in their place, in a form the pair is missing. The
// texts themselves are on disk, as sent, and never in memory as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.hpp"
#include "platform/http/multipart.hpp"

namespace grover::http {

struct LongTextLimits {
    std::uint64_t body = 70'000'000;
    std::size_t held = 1024 * 1024;  // the body without its long texts
};

struct BodyWithFiles {
    std::string body;
    std::vector<UploadedFile> files;  // each is_text
    std::uint64_t bytes_read = 0;
};

// Members of the object at the top, by `fields`. Throws 413 over a limit, 422 for an escape that no base64 has, 503 when the
// disk is full. In a fiber. Whether the rest is JSON is for its reader to find out.
BodyWithFiles read_json_with_files(Exchange& exchange, const TextFileFields& fields,
                                   const std::string& directory, const LongTextLimits& limits = {});
BodyWithFiles read_form_with_files(Exchange& exchange, const TextFileFields& fields,
                                   const std::string& directory, const LongTextLimits& limits = {});

}  // namespace grover::http
