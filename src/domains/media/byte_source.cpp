#include "domains/media/byte_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "domains/media/formats.hpp"

namespace grover::media {

namespace {

std::uint64_t size_of(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0)
        throw std::system_error(errno, std::generic_category(), "fstat of an upload");
    return static_cast<std::uint64_t>(status.st_size);
}

template <class Integer>
Integer big_endian(std::span<const std::uint8_t> bytes) {
    Integer value = 0;
    for (const auto byte : bytes) value = static_cast<Integer>(value << 8 | byte);
    return value;
}

template <class Integer>
Integer little_endian(std::span<const std::uint8_t> bytes) {
    Integer value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = static_cast<Integer>(value << 8 | bytes[i]);
    return value;
}

}  // namespace

ByteSource::ByteSource(int fd) : fd_(fd), size_(size_of(fd)) {}

std::span<const std::uint8_t> ByteSource::at(std::uint64_t offset, std::size_t count) {
    if (count > kWindow || !has(offset, count)) throw damaged();
    if (offset < start_ || offset + count > start_ + held_) {
        start_ = offset;
        held_ = 0;
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, size_ - offset));
        while (held_ < wanted) {
            const auto got =
                pread(fd_, window_.data() + held_, wanted - held_, static_cast<off_t>(offset + held_));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw std::system_error(errno, std::generic_category(), "read of an upload");
            if (got == 0) break;
            held_ += static_cast<std::size_t>(got);
        }
        // Somebody truncated the file meanwhile.
        if (held_ < count) throw damaged();
    }
    return std::span(window_).subspan(static_cast<std::size_t>(offset - start_), count);
}

bool ByteSource::matches(std::uint64_t offset, std::string_view bytes) {
    return has(offset, bytes.size()) &&
           std::memcmp(at(offset, bytes.size()).data(), bytes.data(), bytes.size()) == 0;
}

std::uint16_t ByteSource::u16be(std::uint64_t offset) { return big_endian<std::uint16_t>(at(offset, 2)); }
std::uint32_t ByteSource::u24be(std::uint64_t offset) { return big_endian<std::uint32_t>(at(offset, 3)); }
std::uint32_t ByteSource::u32be(std::uint64_t offset) { return big_endian<std::uint32_t>(at(offset, 4)); }
std::uint64_t ByteSource::u64be(std::uint64_t offset) { return big_endian<std::uint64_t>(at(offset, 8)); }
std::uint16_t ByteSource::u16le(std::uint64_t offset) { return little_endian<std::uint16_t>(at(offset, 2)); }
std::uint32_t ByteSource::u24le(std::uint64_t offset) { return little_endian<std::uint32_t>(at(offset, 3)); }
std::uint32_t ByteSource::u32le(std::uint64_t offset) { return little_endian<std::uint32_t>(at(offset, 4)); }
std::uint64_t ByteSource::u64le(std::uint64_t offset) { return little_endian<std::uint64_t>(at(offset, 8)); }

}  // namespace grover::media
