#include <unistd.h>

#include <utility>

#include "platform/http/multipart.hpp"

namespace grover::http {

UploadedFile::~UploadedFile() { discard(); }

UploadedFile::UploadedFile(UploadedFile&& other) noexcept
    : part_name(std::move(other.part_name)),
      file_name(std::move(other.file_name)),
      declared_type(std::move(other.declared_type)),
      path(std::exchange(other.path, {})),
      size(other.size),
      too_large(other.too_large),
      is_text(other.is_text) {}

UploadedFile& UploadedFile::operator=(UploadedFile&& other) noexcept {
    if (this == &other) return *this;
    discard();
    part_name = std::move(other.part_name);
    file_name = std::move(other.file_name);
    declared_type = std::move(other.declared_type);
    path = std::exchange(other.path, {});
    size = other.size;
    too_large = other.too_large;
    is_text = other.is_text;
    return *this;
}

void UploadedFile::discard() {
    if (!path.empty()) ::unlink(path.c_str());
    path.clear();
}

}  // namespace grover::http
