// Files that a request brings, written while it arrives. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "platform/http/multipart.hpp"

namespace grover::http {

// A new file in the directory, written piece by piece. Throws 503 when the disk is full.
class Spool {
public:
    explicit Spool(const std::string& directory);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    const std::string& path() const { return path_; }
    void write(std::string_view data);

private:
    [[noreturn]] void fail() const;

    std::string path_;
    int fd_ = -1;
};

// A long text that is to be a file.
class SpooledText {
public:
    SpooledText(std::string field_name, const std::string& directory);

    void write(std::string_view text);
    UploadedFile take() { return std::move(file_); }

private:
    Spool spool_;
    UploadedFile file_;  // deletes what was written, unless it is taken
};

}  // namespace grover::http
