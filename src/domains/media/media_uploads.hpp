// From a file that came in to a stored medium: contract/media.md §3, §5. Private to this folder.
#pragma once

#include "domains/media/media_parts.hpp"
#include "platform/http/multipart.hpp"

namespace grover::media {

// Validates, processes and stores the file under a new id; durable when it returns, but in no row yet. Takes the file over if
// it stores it as it is. Blocks: on a worker thread. Throws as MediaService::upload().
Medium store_upload(MediaService::Parts& parts, const UserId& owner, http::UploadedFile& file,
                    const Use& use);

// The base64 of a text, decoded into a file of the upload directory. Blocks. Throws 400 "File too large. …" and 422 at `loc`.
http::UploadedFile decode_upload(MediaService::Parts& parts, std::string_view declared_type,
                                 std::string_view base64, const Use& use,
                                 const std::vector<std::string>& loc);

// The same for a text that is a file itself (UploadedFile::is_text), piece by piece; `loc` is its field.
http::UploadedFile decode_upload(MediaService::Parts& parts, const http::UploadedFile& text, const Use& use);

// 422 at `loc`: "media is not a file".
Error no_file(const std::vector<std::string>& loc);

}  // namespace grover::media
