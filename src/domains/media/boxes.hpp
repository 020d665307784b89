// Walking the boxes of MP4, MOV and HEIC files (ISO/IEC 14496-12). Sizes lie: every box is checked against
// the one around it.
#pragma once

#include <cstdint>

#include "domains/media/byte_source.hpp"
#include "domains/media/formats.hpp"

namespace grover::media {

constexpr std::uint32_t box_type(const char (&name)[5]) {
    std::uint32_t type = 0;
    for (int i = 0; i < 4; ++i) type = type << 8 | static_cast<std::uint8_t>(name[i]);
    return type;
}

struct Box {
    std::uint32_t type = 0;
    std::uint64_t start = 0;
    std::uint64_t body = 0;  // after the header
    std::uint64_t end = 0;

    std::uint64_t body_size() const { return end - body; }
};

inline constexpr std::uint64_t kBoxHeader = 8;

// The box at `offset`, which may not leave [offset, limit). Throws damaged().
inline Box box_at(ByteSource& file, std::uint64_t offset, std::uint64_t limit) {
    if (limit < offset || limit - offset < kBoxHeader) throw damaged();
    Box box{.type = file.u32be(offset + 4), .start = offset, .body = offset + kBoxHeader, .end = 0};
    std::uint64_t size = file.u32be(offset);
    if (size == 0) {  // to the end of what surrounds it
        size = limit - offset;
    } else if (size == 1) {
        if (limit - offset < 16) throw damaged();
        size = file.u64be(offset + 8);
        box.body = offset + 16;
    }
    if (size < box.body - offset || size > limit - offset) throw damaged();
    box.end = offset + size;
    return box;
}

// Calls visit(const Box&) for each child in [begin, end). Fewer than eight bytes at the end are padding
// (QuickTime ends some lists with four zero bytes).
template <class Visit>
void each_box(ByteSource& file, std::uint64_t begin, std::uint64_t end, Visit&& visit) {
    for (std::uint64_t offset = begin; end - offset >= kBoxHeader;) {
        const Box box = box_at(file, offset, end);
        visit(box);
        offset = box.end;
    }
}

template <class Visit>
void each_box_in(ByteSource& file, const Box& parent, Visit&& visit) {
    each_box(file, parent.body, parent.end, visit);
}

// The same for a whole file. Bytes after the last box that are no box are left out: cameras append such
// things. A movie or its samples that end beyond the file are damage. Returns where the boxes end.
template <class Visit>
std::uint64_t each_top_box(ByteSource& file, Visit&& visit) {
    std::uint64_t offset = 0;
    while (file.size() - offset >= kBoxHeader) {
        const auto type = file.u32be(offset + 4);
        const bool needed =
            offset == 0 || type == box_type("moov") || type == box_type("mdat") || type == box_type("moof");
        Box box;
        try {
            box = box_at(file, offset, file.size());
        } catch (const Error&) {
            if (needed) throw;
            break;
        }
        visit(box);
        offset = box.end;
    }
    return offset;
}

}  // namespace grover::media
