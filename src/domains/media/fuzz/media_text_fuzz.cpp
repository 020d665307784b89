// Any text in place of a file, and any path or URL in place of ours.
#include <cstdlib>

#include "domains/media/base64.hpp"
#include "domains/media/media_store.hpp"
#include "domains/media/urls.hpp"

using namespace grover::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const auto what = classify_media_text(text);
    std::size_t decoded = 0;
    const auto count = [&](std::string_view bytes) { decoded += bytes.size(); };
    Base64Decoder decoder;
    if (decoder.feed(what.data, count) && decoder.finish(count) && decoded > what.data.size()) std::abort();

    if (const auto path = parse_media_path(text)) {
        // Whatever got through can lead nowhere but into the medium's own directory.
        if (path->file_name.find('/') != std::string_view::npos || path->file_name.starts_with('.'))
            std::abort();
        if (!grover::is_well_formed_id(path->medium.view())) std::abort();
    }
    static const MediaUrls urls({.cdn_base_url = "https://cdn.example/m"}, "secret");
    (void)urls.medium_in(text);
    try {
        (void)store::unpack(text);
    } catch (const std::invalid_argument&) {
    }
    return 0;
}
