#include "domains/media/formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace grover::media {

namespace {

constexpr std::array kFormats{
    FormatInfo{Format::jpeg, Kind::image, "jpeg", "image/jpeg", "jpg"},
    FormatInfo{Format::png, Kind::image, "png", "image/png", "png"},
    FormatInfo{Format::gif, Kind::image, "gif", "image/gif", "gif"},
    FormatInfo{Format::webp, Kind::image, "webp", "image/webp", "webp"},
    FormatInfo{Format::heic, Kind::image, "heic", "image/heic", "heic"},
    FormatInfo{Format::mp4, Kind::video, "mp4", "video/mp4", "mp4"},
    FormatInfo{Format::mov, Kind::video, "mov", "video/quicktime", "mov"},
    FormatInfo{Format::webm_video, Kind::video, "webm", "video/webm", "webm"},
    FormatInfo{Format::mp3, Kind::audio, "mp3", "audio/mpeg", "mp3"},
    FormatInfo{Format::aac, Kind::audio, "aac", "audio/aac", "aac"},
    FormatInfo{Format::m4a, Kind::audio, "m4a", "audio/mp4", "m4a"},
    FormatInfo{Format::wav, Kind::audio, "wav", "audio/wav", "wav"},
    FormatInfo{Format::ogg, Kind::audio, "ogg", "audio/ogg", "ogg"},
    FormatInfo{Format::webm_audio, Kind::audio, "weba", "audio/webm", "webm"},
};

constexpr std::array<std::string_view, 3> kKinds{"image", "video", "audio"};
constexpr std::array<std::string_view, 8> kFolders{"posts",    "stories", "products",    "profiles",
                                                   "messages", "groups",  "communities", "uploads"};

constexpr std::array<std::string_view, 13> kAllowedTypes{
    "image/jpeg",      "image/png",  "image/gif",  "image/webp", "image/heic", "image/heif", "video/mp4",
    "video/quicktime", "video/webm", "audio/mpeg", "audio/wav",  "audio/ogg",  "audio/webm"};

constexpr std::string_view kTokenMarks = "!#$&-^_.+*";

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               kTokenMarks.find(c) != std::string_view::npos;
    });
}

}  // namespace

const FormatInfo& info_of(Format format) { return kFormats.at(static_cast<std::size_t>(format)); }

const FormatInfo& format_named(std::string_view name) {
    const auto found =
        std::find_if(kFormats.begin(), kFormats.end(), [&](const auto& info) { return info.name == name; });
    if (found == kFormats.end())
        throw std::invalid_argument("no media format is called " + std::string(name));
    return *found;
}

std::string_view to_string(Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

Kind kind_named(std::string_view name) {
    const auto found = std::find(kKinds.begin(), kKinds.end(), name);
    if (found == kKinds.end()) throw std::invalid_argument("no media kind is called " + std::string(name));
    return static_cast<Kind>(found - kKinds.begin());
}

std::string_view to_string(Folder folder) { return kFolders.at(static_cast<std::size_t>(folder)); }

bool parse_folder(std::string_view name, Folder& folder) {
    const auto found = std::find(kFolders.begin(), kFolders.end(), name);
    if (found == kFolders.end()) return false;
    folder = static_cast<Folder>(found - kFolders.begin());
    return true;
}

std::vector<std::string_view> allowed_types(KindSet kinds) {
    std::vector<std::string_view> types;
    for (const auto type : kAllowedTypes) {
        if (kinds.contains(kind_named(type.substr(0, type.find('/'))))) types.push_back(type);
    }
    return types;
}

bool is_declared_type_acceptable(std::string_view declared) {
    std::string type(declared.substr(0, declared.find(';')));
    std::transform(type.begin(), type.end(), type.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    type.erase(0, std::min(type.find_first_not_of(" \t"), type.size()));
    type.erase(type.find_last_not_of(" \t") + 1);

    const auto slash = type.find('/');
    // The apps send the bare words image, video and audio; whatever else is no MIME type says nothing either.
    if (slash == std::string::npos) return true;
    const auto family = std::string_view(type).substr(0, slash);
    const auto member = std::string_view(type).substr(slash + 1);
    if (!is_token(family) || !is_token(member)) return true;
    return family == "image" || family == "video" || family == "audio" ||
           type == "application/octet-stream" || type == "application/ogg";
}

Error type_not_allowed(KindSet kinds) {
    return file_upload_error(
        fmt::format("File type not allowed. Allowed types: {}", fmt::join(allowed_types(kinds), ", ")));
}

Error file_too_large(std::uint64_t limit) {
    return file_upload_error(fmt::format("File too large. Maximum size: {}MB", limit / kMegabyte));
}

Error empty_file() { return file_upload_error("Empty file"); }
Error damaged() { return file_upload_error("File is damaged or not supported"); }
Error heic_not_supported() { return file_upload_error("HEIC images cannot be processed here"); }

}  // namespace grover::media
