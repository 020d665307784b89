#include "platform/db/json_texts.hpp"

namespace grover::db {

std::string json_texts(std::span<const std::string_view> texts) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string json = "[";
    std::size_t size = 2;
    for (const std::string_view text : texts) size += text.size() + 3;
    json.reserve(size);
    for (const std::string_view text : texts) {
        if (json.size() > 1) json += ',';
        json += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') {
                json += '\\';
                json += c;
            } else if (static_cast<unsigned char>(c) < 0x20) {
                json += "\\u00";
                json += kHex[c >> 4];
                json += kHex[c & 15];
            } else {
                json += c;
            }
        }
        json += '"';
    }
    return json += ']';
}

}  // namespace grover::db
