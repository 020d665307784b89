// Which file a media URL means, and who may have it (contract/media.md §6). Private to this folder.
#pragma once

#include "domains/media/media_parts.hpp"
#include "platform/http/message.hpp"

namespace grover::media {

// The query of a media URL.
struct UrlQuery {
    std::string_view exp;
    std::string_view sig;
    bool is_download = false;
};

// Answers GET and HEAD with 200, 206, 304 or 416 (then without a body). `path` is what follows /api/media/, as sent.
// Throws 403, 404, 410 and 503.
void serve_file(MediaService::Parts& parts, const http::RequestHead& request, std::string_view path,
                const UrlQuery& query, http::Response& response);

}  // namespace grover::media
