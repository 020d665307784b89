// Files for the tests: real ones made by ffmpeg and heif-enc when a test runs, broken ones built from bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace grover::media::samples {

// A directory of its own that disappears with the object.
class Directory {
public:
    Directory();
    ~Directory();
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::string path(std::string_view name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }
    bool is_empty() const { return std::filesystem::is_empty(path_); }

private:
    std::filesystem::path path_;
};

// An open file that closes itself.
class File {
public:
    explicit File(const std::string& path);  // an existing file, for reading and writing
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    // One in memory with these bytes.
    static File of(std::string_view bytes);

    int fd() const { return fd_; }
    std::string bytes() const;

private:
    explicit File(int fd) : fd_(fd) {}
    int fd_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view bytes);

// Runs a program and returns what it printed; fails the test when it fails.
std::string run(const std::string& command);
// ffmpeg [arguments] [output], quietly.
void ffmpeg(const std::string& arguments, const std::string& output);
// What ffprobe says of one entry, e.g. probe(path, "format=duration").
std::string probe(const std::string& path, const std::string& entry);
// True when ffmpeg decodes the whole file without a complaint.
bool decodes(const std::string& path);

// "\x01\x02" without the trouble of literals that end at a zero.
std::string bytes(std::initializer_list<int> values);
std::string be16(std::uint32_t value);
std::string be32(std::uint32_t value);
std::string le16(std::uint32_t value);
std::string le32(std::uint32_t value);
// An MP4 box around a body.
std::string box(std::string_view type, std::string_view body);
// A PNG or EXIF-free JPEG cannot carry GPS; this APP1 segment can. Orientation as in the TIFF tag, 1..8.
std::string exif_segment(int orientation);
// Stands in every metadata that the samples carry; must never come out again.
inline constexpr std::string_view kSecret = "GPS-48.8584N-2.2945E";

}  // namespace grover::media::samples
