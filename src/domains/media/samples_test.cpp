#include "domains/media/samples_test.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace grover::media::samples {

Directory::Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "grover-media-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
}

Directory::~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

File::File(const std::string& path) : fd_(open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0) throw std::runtime_error("cannot open " + path);
}

File::~File() { close(fd_); }

File File::of(std::string_view bytes) {
    const int fd = memfd_create("sample", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("memfd");
    }
    return File(fd);
}

std::string File::bytes() const {
    std::string out(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    const auto got = pread(fd_, out.data(), out.size(), 0);
    REQUIRE(got == static_cast<ssize_t>(out.size()));
    return out;
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE_MESSAGE(in.good(), path);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, std::string_view bytes) {
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    REQUIRE(out.good());
}

std::string run(const std::string& command) {
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string out;
    std::array<char, 4096> part{};
    while (const auto got = fread(part.data(), 1, part.size(), pipe)) out.append(part.data(), got);
    const int status = pclose(pipe);
    REQUIRE_MESSAGE(status == 0, command);
    return out;
}

void ffmpeg(const std::string& arguments, const std::string& output) {
    run("ffmpeg -nostdin -v error -y " + arguments + " " + output + " </dev/null");
}

std::string probe(const std::string& path, const std::string& entry) {
    auto out =
        run("ffprobe -v error -show_entries " + entry + " -of default=noprint_wrappers=1:nokey=1 " + path);
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

bool decodes(const std::string& path) {
    return run("ffmpeg -nostdin -v error -i " + path + " -f null - 2>&1 </dev/null || echo failed").empty();
}

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const int value : values) out.push_back(static_cast<char>(value));
    return out;
}

std::string be16(std::uint32_t value) {
    return bytes({static_cast<int>(value >> 8 & 255), static_cast<int>(value & 255)});
}
std::string be32(std::uint32_t value) { return be16(value >> 16) + be16(value & 0xFFFF); }
std::string le16(std::uint32_t value) {
    return bytes({static_cast<int>(value & 255), static_cast<int>(value >> 8 & 255)});
}
std::string le32(std::uint32_t value) { return le16(value & 0xFFFF) + le16(value >> 16); }

std::string box(std::string_view type, std::string_view body) {
    return be32(static_cast<std::uint32_t>(body.size() + 8)) + std::string(type) + std::string(body);
}

std::string exif_segment(int orientation) {
    // One directory: orientation, maker's name, and a pointer to a GPS directory with a latitude reference.
    const std::string tiff =
        "MM" + be16(42) + be32(8) + be16(3) +                                                         //
        be16(0x0112) + be16(3) + be32(1) + be16(static_cast<std::uint32_t>(orientation)) + be16(0) +  //
        be16(0x010F) + be16(2) + be32(kSecret.size()) + be32(68) +                                    //
        be16(0x8825) + be16(4) + be32(1) + be32(50) +                                                 //
        be32(0) +                                                                                     //
        be16(1) + be16(0x0001) + be16(2) + be32(2) + bytes({'N', 0, 0, 0}) + be32(0) +                //
        std::string(kSecret);
    const std::string body = bytes({'E', 'x', 'i', 'f', 0, 0}) + tiff;
    return bytes({0xFF, 0xE1}) + be16(static_cast<std::uint32_t>(body.size() + 2)) + body;
}

}  // namespace grover::media::samples
