#include "domains/media/sniff.hpp"

#include <algorithm>
#include <array>

#include "domains/media/audio_frames.hpp"
#include "domains/media/boxes.hpp"
#include "domains/media/byte_source.hpp"
#include "domains/media/movie.hpp"
#include "domains/media/ogg.hpp"
#include "domains/media/pictures.hpp"
#include "domains/media/webm.hpp"

namespace grover::media {

namespace {

constexpr std::array kHeicBrands{box_type("heic"), box_type("heix"), box_type("hevc"), box_type("hevx"),
                                 box_type("heim"), box_type("heis"), box_type("mif1"), box_type("msf1")};
constexpr std::array kMovieBrands{box_type("isom"), box_type("iso2"), box_type("iso3"), box_type("iso4"),
                                  box_type("iso5"), box_type("iso6"), box_type("mp41"), box_type("mp42"),
                                  box_type("avc1"), box_type("M4V "), box_type("M4A "), box_type("qt  "),
                                  box_type("dash")};

template <std::size_t N>
bool is_one_of(std::uint32_t brand, const std::array<std::uint32_t, N>& brands) {
    return std::find(brands.begin(), brands.end(), brand) != brands.end();
}

// What a file claims to be by its beginning; it may still be damaged. Frames have no beginning of their own.
enum class Family : std::uint8_t { none, jpeg, png, gif, webp, heic, movie, webm, wav, ogg, frames };

Family family_by_brand(ByteSource& file) {
    const Box ftyp = box_at(file, 0, file.size());
    const auto major = file.u32be(ftyp.body);
    if (is_one_of(major, kHeicBrands)) return Family::heic;
    if (is_one_of(major, kMovieBrands)) return Family::movie;
    // AVIF names HEIF's brands beside its own; its pictures are none that we take.
    if (major == box_type("avif") || major == box_type("avis")) return Family::none;
    // Phones have brands of their own (3gp5, MSNV, XAVC) and name the common one that they fulfil beside it.
    for (auto offset = ftyp.body + 8; offset + 4 <= ftyp.end; offset += 4) {
        if (is_one_of(file.u32be(offset), kMovieBrands)) return Family::movie;
    }
    return Family::none;
}

Family family_of(ByteSource& file) {
    using namespace std::string_view_literals;
    if (file.matches(0, "\xFF\xD8\xFF")) return Family::jpeg;
    if (file.matches(0, "\x89PNG\r\n\x1A\n"sv)) return Family::png;
    if (file.matches(0, "GIF87a") || file.matches(0, "GIF89a")) return Family::gif;
    if (file.matches(0, "RIFF") && file.matches(8, "WEBP")) return Family::webp;
    if (file.matches(0, "RIFF") && file.matches(8, "WAVE")) return Family::wav;
    if (file.matches(4, "ftyp")) return family_by_brand(file);
    if (file.matches(4, "moov") || file.matches(4, "mdat") || file.matches(4, "wide")) return Family::movie;
    if (file.matches(0, "\x1A\x45\xDF\xA3")) return Family::webm;
    if (file.matches(0, "OggS")) return Family::ogg;
    return Family::frames;
}

KindSet kinds_of(Family family) {
    switch (family) {
        case Family::none:
            return {};
        case Family::jpeg:
        case Family::png:
        case Family::gif:
        case Family::webp:
        case Family::heic:
            return {Kind::image};
        case Family::movie:
        case Family::webm:
            return {Kind::video, Kind::audio};
        case Family::wav:
        case Family::ogg:
        case Family::frames:
            return {Kind::audio};
    }
    return {};
}

Sniffed with_length(Format format, double seconds) {
    if (seconds > kMaxDuration) throw damaged();
    Sniffed found{.format = format};
    if (seconds > 0) found.duration = seconds;
    return found;
}

Sniffed sniff_picture(ByteSource& file, Format format, Picture (*read)(ByteSource&)) {
    const Picture picture = read(file);
    check_limits(picture);
    return {.format = format,
            .width = static_cast<int>(picture.width),
            .height = static_cast<int>(picture.height),
            .duration = std::nullopt,
            .frames = picture.frames};
}

Sniffed sniff_movie(ByteSource& file) {
    const Movie movie = read_movie(file);
    const auto* video = movie.video();
    if (video == nullptr) return with_length(Format::m4a, movie.duration);
    const bool is_quicktime = movie.brand == 0 || movie.brand == box_type("qt  ");
    Sniffed found = with_length(is_quicktime ? Format::mov : Format::mp4, movie.duration);
    check_limits({.width = video->width, .height = video->height});
    found.width = video->width;
    found.height = video->height;
    return found;
}

std::optional<Sniffed> sniff_webm(ByteSource& file) {
    const auto webm = read_webm(file);
    if (!webm) return std::nullopt;
    const auto* video = webm->video();
    if (video == nullptr) return with_length(Format::webm_audio, webm->duration);
    Sniffed found = with_length(Format::webm_video, webm->duration);
    check_limits({.width = video->width, .height = video->height});
    found.width = video->width;
    found.height = video->height;
    return found;
}

Sniffed sniff_wav(ByteSource& file) {
    std::uint32_t bytes_per_second = 0;
    for (std::uint64_t offset = 12; file.has(offset, 8);) {
        const std::uint64_t length = file.u32le(offset + 4);
        const auto body = offset + 8;
        if (file.matches(offset, "fmt ")) {
            const auto channels = file.u16le(body + 2);
            bytes_per_second = file.u32le(body + 8);
            if (length < 16 || channels == 0 || bytes_per_second == 0) throw damaged();
        } else if (file.matches(offset, "data")) {
            if (bytes_per_second == 0) throw damaged();
            // A recorder that streams cannot know the length and writes 0 or all ones: the data then runs to
            // the end.
            const bool is_open = length == 0 || length == 0xFFFFFFFF;
            const auto data = is_open ? file.size() - body : length;
            if (data == 0 || !file.has(body, data)) throw damaged();
            return with_length(Format::wav, static_cast<double>(data) / bytes_per_second);
        }
        offset = body + length + (length & 1);
    }
    throw damaged();
}

std::optional<Sniffed> sniff_ogg(ByteSource& file) {
    const auto duration = read_ogg_duration(file);
    return duration ? std::optional(with_length(Format::ogg, *duration)) : std::nullopt;
}

std::optional<Sniffed> sniff_frames(ByteSource& file) {
    if (const auto frames = read_mpeg_audio(file)) return with_length(Format::mp3, frames->duration);
    if (const auto frames = read_adts(file)) return with_length(Format::aac, frames->duration);
    // A tag promises audio; there is none.
    if (file.matches(0, "ID3")) throw damaged();
    return std::nullopt;
}

}  // namespace

std::optional<Sniffed> sniff(int fd, KindSet kinds) {
    ByteSource file(fd);
    const auto family = family_of(file);
    if (!kinds_of(family).overlaps(kinds)) return std::nullopt;
    switch (family) {
        case Family::none:
            break;
        case Family::jpeg:
            return sniff_picture(file, Format::jpeg, read_jpeg);
        case Family::png:
            return sniff_picture(file, Format::png, read_png);
        case Family::gif:
            return sniff_picture(file, Format::gif, read_gif);
        case Family::webp:
            return sniff_picture(file, Format::webp, read_webp);
        case Family::heic:
            return Sniffed{.format = Format::heic};
        case Family::movie:
            return sniff_movie(file);
        case Family::webm:
            return sniff_webm(file);
        case Family::wav:
            return sniff_wav(file);
        case Family::ogg:
            return sniff_ogg(file);
        case Family::frames:
            return sniff_frames(file);
    }
    return std::nullopt;
}

}  // namespace grover::media
