// Keys and URLs of media, both ways, and the signatures that open what is not public (contract/media.md §6). No I/O.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/media/media_objects.hpp"

namespace grover::media {

// "grover/posts/media_x/full-0123abcd.jpg"
std::string key_of(Folder folder, const MediaId& medium, const Rendition& rendition);

// The file of a rendition in storage: the last segment of its key.
std::string file_name_of(const Rendition& rendition);

// What the path of a media URL asks for.
struct MediaPath {
    Kind kind = Kind::image;
    Folder folder = Folder::uploads;
    MediaId medium;
    std::string_view file_name;  // of the path that was parsed
    bool wants_still = false;    // a picture of a video: so_… or f_jpg before the key
    int width = 0;               // w_<n> before the key; 0 without
};

// `path` as sent, from "image", "video" or "audio" on: "video/upload/so_0/f_jpg/w_400/grover/posts/…". Nothing for any
// other path: no segment of it is "..", and no character is encoded.
std::optional<MediaPath> parse_media_path(std::string_view path);

class UrlSigner {
public:
    explicit UrlSigner(std::string secret) : secret_(std::move(secret)) {}

    // Signed URLs live 12 to 24 h; their end is rounded so that equal reads give equal URLs.
    static Time expiry(Time now);
    // Those of paid posts about 10 minutes.
    static Time short_expiry(Time now);
    // When expiry() moves on.
    static Time expiry_changes_at(Time now);

    // "?exp=…&sig=…" for all renditions of the medium, or for one alone (what a locked viewer may see).
    std::string query(const MediaId& medium, Time expires) const;
    std::string query(const MediaId& medium, std::string_view rendition, Time expires) const;

    // Whether these values of a query open this rendition now. Constant time in the signature.
    bool opens(const MediaId& medium, std::string_view rendition, std::string_view exp, std::string_view sig,
               Time now) const;

private:
    std::string sign(const MediaId& medium, std::string_view rendition, std::string_view exp) const;

    std::string secret_;
};

// What the URLs of this server begin with.
struct OwnBases {
    std::string cdn_base_url{};
    std::string public_base_url{};
    std::vector<std::string> allowed_origins{};
};

class MediaUrls {
public:
    MediaUrls(OwnBases bases, std::string secret) : bases_(std::move(bases)), signer_(std::move(secret)) {}

    const UrlSigner& signer() const { return signer_; }

    // Everything up to the key: "https://host/api/media/image/upload/".
    std::string prefix(std::string_view base_url, Kind kind) const;

    // Absolute, without a signature.
    std::string plain(std::string_view base_url, Kind kind, std::string_view key) const;

    // The medium that a client names by a URL that this server may have given out: "https://host/api/media/image/upload/grover/…".
    // Which of its hosts does not matter, and nothing is fetched; whose medium it is decides the store.
    std::optional<MediaId> medium_in(std::string_view url) const;

private:
    OwnBases bases_;
    UrlSigner signer_;
};

}  // namespace grover::media
