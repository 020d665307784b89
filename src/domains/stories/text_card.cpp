#include "domains/stories/text_card.hpp"

#include <zlib.h>

#include <array>
#include <stdexcept>

#include "platform/text/base64.hpp"

namespace grover::stories {
namespace {

constexpr std::uint32_t kWidth = 1'080, kHeight = 1'920;
// Dark enough for white text.
constexpr std::array<std::uint32_t, 6> kColours{0x1d3557, 0x5a189a, 0x0b6e4f, 0x9d0208, 0x343a40, 0x7b2d26};

void append_number(std::string& out, std::uint32_t number) {
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(number >> shift);
}

// PNG (ISO/IEC 15948) §5.3.
void append_chunk(std::string& out, std::string_view type, std::string_view data) {
    append_number(out, static_cast<std::uint32_t>(data.size()));
    const auto start = out.size();
    out += type;
    out += data;
    append_number(out, static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(&out[start]),
                                                        static_cast<uInt>(out.size() - start))));
}

std::string compressed(const std::string& data) {
    std::string out(compressBound(data.size()), '\0');
    auto size = static_cast<uLongf>(out.size());
    if (compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
                 data.size()) != Z_OK)
        throw std::runtime_error("a card cannot be compressed");
    out.resize(size);
    return out;
}

}  // namespace

std::string text_card(std::uint64_t seed) {
    std::string header;
    append_number(header, kWidth);
    append_number(header, kHeight);
    header += std::string_view("\x01\x03\0\0\0", 5);  // one bit a pixel, of a palette
    std::string palette;
    for (const int shift : {16, 8, 0})
        palette += static_cast<char>(kColours[seed % kColours.size()] >> shift);
    // Each row begins with its filter: none.
    const std::string rows((kWidth / 8 + 1) * kHeight, '\0');
    std::string png = "\x89PNG\r\n\x1a\n";
    append_chunk(png, "IHDR", header);
    append_chunk(png, "PLTE", palette);
    append_chunk(png, "IDAT", compressed(rows));
    append_chunk(png, "IEND", {});

    std::string text = "data:image/png;base64,";
    text::append_base64(text, png);
    return text;
}

}  // namespace grover::stories
