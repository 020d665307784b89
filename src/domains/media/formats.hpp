// The formats that may come in, what each is called, and the sentences that refuse the rest
// (contract/media.md §1, §3).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/error.hpp"

namespace grover::media {

enum class Kind : std::uint8_t { image, video, audio };

class KindSet {
public:
    constexpr KindSet(std::initializer_list<Kind> kinds) {
        for (const auto kind : kinds) bits_ |= 1U << static_cast<unsigned>(kind);
    }
    constexpr bool contains(Kind kind) const { return (bits_ >> static_cast<unsigned>(kind) & 1U) != 0; }
    constexpr bool overlaps(KindSet other) const { return (bits_ & other.bits_) != 0; }

private:
    unsigned bits_ = 0;
};

inline constexpr KindSet kAnyKind{Kind::image, Kind::video, Kind::audio};

// What the bytes of a file are. WebM is two formats because its kind is part of its MIME type.
enum class Format : std::uint8_t {
    jpeg,
    png,
    gif,
    webp,
    heic,
    mp4,
    mov,
    webm_video,
    mp3,
    aac,
    m4a,
    wav,
    ogg,
    webm_audio,
};

struct FormatInfo {
    Format format;
    Kind kind;
    std::string_view name;       // `format` in MediaInfo
    std::string_view mime;       // Content-Type when served
    std::string_view extension;  // in keys and URLs, never taken from a client
};
const FormatInfo& info_of(Format format);
// By FormatInfo::name; throws std::invalid_argument for a name that no build ever wrote.
const FormatInfo& format_named(std::string_view name);

std::string_view to_string(Kind kind);
Kind kind_named(std::string_view name);

// Where a file belongs. The word is part of its key.
enum class Folder : std::uint8_t {
    posts,
    stories,
    products,
    profiles,
    messages,
    groups,
    communities,
    uploads
};
std::string_view to_string(Folder folder);
// False when no folder has that name.
bool parse_folder(std::string_view name, Folder& folder);

inline constexpr std::uint64_t kMegabyte = 1024 * 1024;
inline constexpr std::uint64_t kMaxFileSize = 50 * kMegabyte;
inline constexpr std::uint64_t kMaxProfilePictureSize = 10 * kMegabyte;
inline constexpr std::int64_t kMaxSide = 16'384;
inline constexpr std::int64_t kMaxPixels = 100'000'000;
inline constexpr int kMaxFrames = 1'000;
inline constexpr double kMaxDuration = 4 * 3600.0;  // seconds

// The allowed types of these kinds, in the contract's order; /media/status shows all of them.
std::vector<std::string_view> allowed_types(KindSet kinds = kAnyKind);

// A declared part type is a hint at best: only a complete MIME type of a foreign family refuses. Parameters
// are ignored.
bool is_declared_type_acceptable(std::string_view declared);

// All are file_upload_error, 400.
Error type_not_allowed(KindSet kinds = kAnyKind);
Error file_too_large(std::uint64_t limit = kMaxFileSize);
Error empty_file();
Error damaged();
Error heic_not_supported();

}  // namespace grover::media
