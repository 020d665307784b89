// Writing a ZIP file piece by piece: nothing is held in memory but one buffer, whatever the size.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace grover::archive {

// Not for several threads at once. Blocks on the disk: use it on a worker thread. Every function throws
// std::runtime_error when the disk or the archive fails; the file is then incomplete, and the caller removes it.
class ZipWriter {
public:
    // Creates or replaces the file at `path`.
    explicit ZipWriter(const std::string& path);
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;

    // Ends the entry before and starts one, compressed. Names are relative, with "/".
    void begin(std::string_view entry_name);
    // More of the entry that was begun last.
    void write(std::string_view piece);
    // The file at `source` as an entry of its own, not compressed again. False, and no entry, when it is not there.
    bool add_file(std::string_view entry_name, const std::string& source);
    // Writes the directory and flushes to disk. Without it the archive cannot be read. Its size in bytes.
    std::uint64_t finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::archive
