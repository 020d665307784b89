// Walking the elements of a WebM file (RFC 8794). Live recorders leave sizes open: such an element ends where
// an element of a higher level begins.
#pragma once

#include <bit>
#include <cstdint>

#include "domains/media/byte_source.hpp"
#include "domains/media/formats.hpp"

namespace grover::media {

namespace ebml {
inline constexpr std::uint32_t header = 0x1A45DFA3, doc_type = 0x4282, void_ = 0xEC, crc_32 = 0xBF;
inline constexpr std::uint32_t segment = 0x18538067, seek_head = 0x114D9B74, info = 0x1549A966,
                               tracks = 0x1654AE6B, cluster = 0x1F43B675, cues = 0x1C53BB6B,
                               tags = 0x1254C367, chapters = 0x1043A770, attachments = 0x1941A469;
inline constexpr std::uint32_t timestamp_scale = 0x2AD7B1, duration = 0x4489;
inline constexpr std::uint32_t track_entry = 0xAE, track_number = 0xD7, track_type = 0x83,
                               track_name = 0x536E, video = 0xE0, pixel_width = 0xB0, pixel_height = 0xBA;
inline constexpr std::uint32_t timestamp = 0xE7, simple_block = 0xA3, block_group = 0xA0, block = 0xA1;
}  // namespace ebml

struct Element {
    std::uint32_t id = 0;
    std::uint64_t start = 0;
    std::uint64_t body = 0;
    std::uint64_t end = 0;
    bool is_open = false;  // of unknown size; `end` is then the end of what surrounds it

    std::uint64_t body_size() const { return end - body; }
};

struct Vint {
    std::uint64_t value = 0;
    int length = 0;
    bool is_unknown = false;  // all bits set
};

// A variable-length number with its marker removed. Throws damaged().
inline Vint vint_at(ByteSource& file, std::uint64_t offset) {
    const auto first = file.u8(offset);
    if (first == 0) throw damaged();
    Vint number{.length = std::countl_zero(first) + 1};
    const auto bytes = file.at(offset, static_cast<std::size_t>(number.length));
    number.value = bytes[0] & (0xFFU >> number.length);
    for (std::size_t i = 1; i < bytes.size(); ++i) number.value = number.value << 8 | bytes[i];
    number.is_unknown = number.value == (std::uint64_t{1} << (7 * number.length)) - 1;
    return number;
}

// Ids keep their marker, as specifications write them.
inline std::uint32_t element_id_at(ByteSource& file, std::uint64_t offset, int& length) {
    const auto first = file.u8(offset);
    length = std::countl_zero(first) + 1;
    if (length > 4) throw damaged();
    std::uint32_t id = 0;
    for (const auto byte : file.at(offset, static_cast<std::size_t>(length))) id = id << 8 | byte;
    return id;
}

inline Element element_at(ByteSource& file, std::uint64_t offset, std::uint64_t limit) {
    int id_length = 0;
    Element element{.id = element_id_at(file, offset, id_length), .start = offset};
    const auto size = vint_at(file, offset + static_cast<std::uint64_t>(id_length));
    element.body = offset + static_cast<std::uint64_t>(id_length + size.length);
    if (element.body > limit) throw damaged();
    element.is_open = size.is_unknown;
    if (!element.is_open && size.value > limit - element.body) throw damaged();
    element.end = element.is_open ? limit : element.body + size.value;
    return element;
}

// Calls visit(const Element&) for each child in [begin, end); no child may be open.
template <class Visit>
void each_element(ByteSource& file, std::uint64_t begin, std::uint64_t end, Visit&& visit) {
    for (std::uint64_t offset = begin; offset < end;) {
        const Element element = element_at(file, offset, end);
        if (element.is_open) throw damaged();
        visit(element);
        offset = element.end;
    }
}

template <class Visit>
void each_element_in(ByteSource& file, const Element& parent, Visit&& visit) {
    each_element(file, parent.body, parent.end, visit);
}

inline std::uint64_t unsigned_in(ByteSource& file, const Element& element) {
    if (element.body_size() > 8) throw damaged();
    std::uint64_t value = 0;
    for (const auto byte : file.at(element.body, static_cast<std::size_t>(element.body_size())))
        value = value << 8 | byte;
    return value;
}

}  // namespace grover::media
