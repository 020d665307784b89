// Media as text: base64 in data URIs or raw, decoded piece by piece (contract/media.md §4).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "platform/base/function_ref.hpp"

namespace grover::media {

// Standard and URL-safe alphabet, padding optional, whitespace ignored. Feed pieces in order, then ask finish().
class Base64Decoder {
public:
    using Sink = FunctionRef<void(std::string_view)>;

    // Passes decoded bytes on, at most a few KB at a time. False, now and for good, after a character that is no base64.
    bool feed(std::string_view piece, Sink sink);
    // Whether all of it was base64, complete and not empty. Passes on the rest.
    bool finish(Sink sink);

private:
    void flush(Sink sink);

    std::array<char, 3 * 1024> buffer_{};
    std::size_t held_ = 0;
    std::uint32_t bits_ = 0;
    int digits_ = 0;   // of the group that has begun, 0..3
    int padding_ = 0;  // '=' seen
    bool has_any_ = false;
    bool is_broken_ = false;
};

// What a text in place of a file is.
struct MediaText {
    enum class Form : std::uint8_t { url, base64, neither };
    Form form = Form::neither;
    std::string_view declared_type;  // of a data URI
    std::string_view data;           // base64, or the URL
};
MediaText classify_media_text(std::string_view text);

}  // namespace grover::media
