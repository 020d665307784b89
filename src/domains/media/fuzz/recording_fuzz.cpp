// Any bytes: what they are, and if they are a recording or an animation of ours, the same without metadata.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "domains/media/byte_source.hpp"
#include "domains/media/picture_strip.hpp"
#include "domains/media/renditions.hpp"
#include "domains/media/sniff.hpp"
#include "domains/media/strip.hpp"

using namespace grover::media;

namespace {

int memory_file() {
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0) std::abort();
    return fd;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int source = memory_file();
    static const int target = memory_file();
    if (ftruncate(source, 0) != 0 || ftruncate(target, 0) != 0 || lseek(target, 0, SEEK_SET) != 0)
        std::abort();
    if (pwrite(source, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
    try {
        const auto found = sniff(source);
        if (!found) return -1;
        if (found->kind() != Kind::image) {
            remove_metadata(source, found->format);
        } else if (found->format != Format::png && found->format != Format::heic) {
            ByteSource bytes(source);
            copy_without_metadata(bytes, found->format, target);
        }
    } catch (const grover::Error&) {
    }
    return 0;
}
