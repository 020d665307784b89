// multipart/form-data, read piece by piece: files go to disk as they arrive, and no more than a piece is held
// in memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/form.hpp"
#include "platform/http/message.hpp"

namespace grover::http {

// A file part, spooled to disk. Owns the file: deleted with this object unless released. Moves, does not
// copy.
class UploadedFile {
public:
    UploadedFile() = default;
    ~UploadedFile();
    UploadedFile(UploadedFile&& other) noexcept;
    UploadedFile& operator=(UploadedFile&& other) noexcept;

    // The caller has moved the file away, or deletes it.
    void release() { path.clear(); }
    // Deletes the file now.
    void discard();

    std::string part_name;
    std::string file_name;      // as sent, for display only: never a path. May be empty
    std::string declared_type;  // as sent, a hint at best; may be a bare word, or empty
    std::string path;           // empty when too_large
    std::uint64_t size = 0;
    bool too_large = false;  // over MultipartLimits::file: nothing of it is kept
    bool is_text = false;    // a text that stands where a file belongs, as sent: base64, if it is anything
};

// Names of the fields whose text may be a whole file in base64 (contract/media.md §4): long ones go to disk as they arrive.
class TextFileFields {
public:
    TextFileFields() = default;
    explicit TextFileFields(std::span<const std::string_view> names) : names_(names) {}
    bool contains(std::string_view name) const { return std::ranges::find(names_, name) != names_.end(); }

private:
    std::span<const std::string_view> names_;
};

// A text of more bytes than this is not held in memory when it may be a file.
inline constexpr std::size_t kMaxHeldText = 64 * 1024;

// media.md §3.
struct MultipartLimits {
    std::uint64_t file = 52'428'800;
    std::uint64_t request = 64 * 1024 * 1024;
    std::uint64_t request_of_several_files = 110 * 1024 * 1024;
    std::size_t text = 1024 * 1024;  // all text parts together, but those that are files
    std::size_t parts = 100;
    std::size_t part_headers = 8 * 1024;
    TextFileFields text_files{};
};

struct MultipartForm {
    std::vector<FormField> fields;  // text parts, in the order sent
    std::vector<UploadedFile> files;
    std::uint64_t bytes_read = 0;
    bool is_cut_short = false;  // the last file is too large: what followed it was not read
    std::string malformed;      // why it is no multipart body, or not to its end; empty: it is one
};

// Reads the body to its end. A part with a file name, or with a type that no text has, is a file; one with an empty file
// name and no content is what browsers send for "no file chosen", and is left out. Files lie in `directory`, which exists.
//
// A file over its limit is not kept, and nothing that follows it is read: the form is cut short.
//
// Throws too_large (413) over a limit of the request, 503 when the disk is full. Of a malformed body there is what came before
// that was seen.
// In a fiber: waits for the network; writes to the disk in pieces.
MultipartForm read_multipart(Exchange& exchange, std::string_view content_type, const std::string& directory,
                             const MultipartLimits& limits = {});

}  // namespace grover::http
