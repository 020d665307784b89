#include <doctest/doctest.h>

#include "domains/media/formats.hpp"
#include "domains/media/samples_test.hpp"
#include "domains/media/sniff.hpp"

using namespace grover;
using namespace grover::media;
using namespace grover::media::samples;

namespace {

std::optional<Sniffed> sniff_bytes(std::string_view content) { return sniff(File::of(content).fd()); }
std::optional<Sniffed> sniff_path(const std::string& path) { return sniff(File(path).fd()); }

// What the client would read.
std::string refusal(std::string_view content) {
    try {
        return sniff_bytes(content) ? "accepted" : "unknown";
    } catch (const Error& error) {
        CHECK(error.kind == ErrorKind::file_upload_error);
        CHECK(error.status == 400);
        return error.detail;
    }
}

constexpr auto kDamaged = "File is damaged or not supported";

const std::string kVideo = "-f lavfi -i testsrc2=s=320x240:r=10:d=2 ";
const std::string kSound = "-f lavfi -i sine=f=440:d=2 ";

std::string png_header(std::uint32_t width, std::uint32_t height) {
    return "\x89PNG\r\n\x1A\n" + be32(13) + "IHDR" + be32(width) + be32(height) +
           bytes({8, 6, 0, 0, 0, 0, 0, 0, 0});
}

// A GIF of `frames` single pixels.
std::string gif(int frames, std::uint32_t width = 1) {
    std::string out = "GIF89a" + le16(width) + le16(1) + bytes({0x80, 0, 0, 0, 0, 0, 255, 255, 255});
    for (int i = 0; i < frames; ++i) {
        out += bytes({0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0});
    }
    return out + ";";
}

}  // namespace

TEST_CASE("a picture is known by its bytes, with the size that its header says") {
    Directory dir;
    struct Case {
        std::string name;
        Format format;
    };
    for (const auto& [name, format] : {Case{"a.jpg", Format::jpeg},
                                       {"a.png", Format::png},
                                       {"a.webp", Format::webp},
                                       {"a.gif", Format::gif}}) {
        CAPTURE(name);
        ffmpeg("-f lavfi -i testsrc2=s=124x46 -frames:v 1", dir.path(name));
        const auto found = sniff_path(dir.path(name));
        REQUIRE(found);
        CHECK(found->format == format);
        CHECK(found->width == 124);
        CHECK(found->height == 46);
        CHECK(found->frames == 1);
        CHECK_FALSE(found->duration);
    }
}

TEST_CASE("animations are counted") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=2", dir.path("a.gif"));
    ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=2 -c:v libwebp_anim -loop 0", dir.path("a.webp"));
    CHECK(sniff_path(dir.path("a.gif"))->frames == 10);
    CHECK(sniff_path(dir.path("a.webp"))->frames == 10);
    CHECK(sniff_bytes(gif(1000))->frames == 1000);
    CHECK(refusal(gif(1001)) == kDamaged);
}

TEST_CASE("HEIC is known by every brand of its family, AVIF is not taken") {
    for (const auto* brand : {"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"}) {
        CAPTURE(brand);
        const auto found = sniff_bytes(box("ftyp", std::string(brand) + be32(0) + "mif1heic"));
        REQUIRE(found);
        CHECK(found->format == Format::heic);
    }
    CHECK(refusal(box("ftyp", "avif" + be32(0) + "avifmif1miaf")) == "unknown");
    CHECK(refusal(box("ftyp", "jp2 " + be32(0) + "jp2 ")) == "unknown");
}

TEST_CASE("a video says its kind, size and length; the file's name says nothing") {
    Directory dir;
    struct Case {
        std::string options;
        std::string muxer;
        Format format;
    };
    for (const auto& [options, muxer, format] :
         {Case{"-c:v libx264 -pix_fmt yuv420p -c:a aac", "mp4", Format::mp4},
          {"-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags faststart", "mp4", Format::mp4},
          {"-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags frag_keyframe+empty_moov", "mp4", Format::mp4},
          {"-c:v libx264 -pix_fmt yuv420p -c:a aac -brand M4V", "mp4", Format::mp4},
          {"-c:v libx264 -pix_fmt yuv420p -c:a aac", "mov", Format::mov},
          {"-c:v libvpx -b:v 200k -c:a libopus", "webm", Format::webm_video},
          {"-c:v libvpx -b:v 200k -c:a libopus -live 1", "webm", Format::webm_video}}) {
        CAPTURE(options);
        CAPTURE(muxer);
        const auto path = dir.path("post.jpg");
        ffmpeg(kVideo + kSound + options + " -f " + muxer, path);
        const auto found = sniff_path(path);
        REQUIRE(found);
        CHECK(found->format == format);
        CHECK(found->kind() == Kind::video);
        CHECK(found->width == 320);
        CHECK(found->height == 240);
        CHECK(found->duration.value() == doctest::Approx(2.0).epsilon(0.11));
    }
}

TEST_CASE("a video filmed upright is as high as it is shown") {
    Directory dir;
    ffmpeg(kVideo + "-c:v libx264 -pix_fmt yuv420p", dir.path("flat.mp4"));
    ffmpeg("-i " + dir.path("flat.mp4") + " -c copy -metadata:s:v:0 rotate=90", dir.path("upright.mp4"));
    const auto found = sniff_path(dir.path("upright.mp4"));
    REQUIRE(found);
    CHECK(found->width == 240);
    CHECK(found->height == 320);
}

TEST_CASE("sound says its format and length") {
    Directory dir;
    struct Case {
        std::string options;
        Format format;
    };
    for (const auto& [options, format] :
         {Case{"-c:a libmp3lame -b:a 128k -f mp3", Format::mp3},
          {"-c:a libmp3lame -q:a 5 -id3v2_version 0 -write_xing 0 -f mp3", Format::mp3},
          {"-c:a libmp3lame -ar 22050 -f mp3", Format::mp3},
          {"-c:a mp2 -f mp2", Format::mp3},
          {"-c:a aac -f adts", Format::aac},
          {"-c:a aac -f ipod", Format::m4a},
          {"-c:a aac -f mp4", Format::m4a},
          {"-c:a pcm_s16le -f wav", Format::wav},
          {"-c:a libvorbis -f ogg", Format::ogg},
          {"-c:a libopus -f ogg", Format::ogg},
          {"-c:a flac -f ogg", Format::ogg},
          {"-c:a libopus -f webm", Format::webm_audio},
          {"-c:a libopus -f webm -live 1", Format::webm_audio}}) {
        CAPTURE(options);
        ffmpeg(kSound + options, dir.path("sound"));
        const auto found = sniff_path(dir.path("sound"));
        REQUIRE(found);
        CHECK(found->format == format);
        CHECK(found->kind() == Kind::audio);
        CHECK(found->duration.value() == doctest::Approx(2.0).epsilon(0.11));
    }
}

TEST_CASE("what is no format of ours is unknown, whatever it is called") {
    Directory dir;
    ffmpeg(kVideo + "-c:v libx264 -f matroska", dir.path("a.mkv"));
    ffmpeg(kVideo + "-c:v mpeg4 -f avi", dir.path("a.avi"));
    ffmpeg(kSound + "-c:a flac -f flac", dir.path("a.flac"));
    ffmpeg(kSound + "-c:a libspeex -f ogg", dir.path("a.spx"));
    CHECK_FALSE(sniff_path(dir.path("a.mkv")));
    CHECK_FALSE(sniff_path(dir.path("a.avi")));
    CHECK_FALSE(sniff_path(dir.path("a.flac")));
    CHECK_FALSE(sniff_path(dir.path("a.spx")));
    CHECK(refusal("") == "unknown");
    CHECK(refusal("GIF") == "unknown");
    CHECK(refusal("[object Object]") == "unknown");
    CHECK(refusal("<svg xmlns='http://www.w3.org/2000/svg'/>") == "unknown");
    CHECK(refusal("<!doctype html><script>alert(1)</script>") == "unknown");
    CHECK(refusal("%PDF-1.7\n") == "unknown");
    CHECK(refusal("PK\x03\x04" + std::string(100'000, 'x')) == "unknown");
    CHECK(refusal("MZ" + std::string(1000, '\0')) == "unknown");
    CHECK(refusal("\x7F"
                  "ELF" +
                  std::string(1000, '\0')) == "unknown");
}

TEST_CASE("an archive that contains two audio frames is no audio") {
    const std::string frame = bytes({0xFF, 0xFB, 0x90, 0x00}) + std::string(413, '\0');
    CHECK(refusal("PK\x03\x04" + std::string(500, 'x') + frame + frame + std::string(200'000, 'x')) ==
          "unknown");
    CHECK(refusal(frame + frame + frame) == "accepted");
    CHECK(refusal(frame) == "unknown");
}

TEST_CASE("a picture beyond the limits is refused by its header") {
    CHECK(refusal(png_header(16'384, 6'000)) == "accepted");
    CHECK(refusal(png_header(16'385, 1)) == kDamaged);
    CHECK(refusal(png_header(10'001, 10'000)) == kDamaged);
    CHECK(refusal(png_header(0, 10)) == kDamaged);
    CHECK(refusal(png_header(0xFFFFFFFF, 0xFFFFFFFF)) == kDamaged);
    CHECK(refusal(gif(1, 20'000)) == kDamaged);
    CHECK(refusal(bytes({0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0, 0, 0, 10})) == kDamaged);
}

TEST_CASE("a file that was cut off is damaged, wherever the cut is") {
    Directory dir;
    ffmpeg(kVideo + kSound + "-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags faststart", dir.path("a.mp4"));
    ffmpeg(kVideo + kSound + "-c:v libvpx -c:a libopus", dir.path("a.webm"));
    ffmpeg(kSound + "-c:a pcm_s16le", dir.path("a.wav"));
    ffmpeg(kSound + "-c:a libvorbis", dir.path("a.ogg"));
    ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=2", dir.path("a.gif"));
    for (const auto* name : {"a.mp4", "a.webm", "a.wav", "a.ogg", "a.gif"}) {
        CAPTURE(name);
        const auto whole = read_file(dir.path(name));
        CHECK(refusal(whole) == "accepted");
        for (const auto percent : {10U, 50U, 99U})
            CHECK(refusal(whole.substr(0, whole.size() * percent / 100)) == kDamaged);
    }
}

TEST_CASE("a file that can be of no kind that is asked for is unknown, whether it is damaged or not") {
    const auto refused = [](std::string_view content, KindSet kinds) -> std::string {
        try {
            return sniff(File::of(content).fd(), kinds) ? "accepted" : "unknown";
        } catch (const Error& error) {
            return error.detail;
        }
    };
    Directory dir;
    ffmpeg(kSound + "-c:a libmp3lame", dir.path("a.mp3"));
    ffmpeg(kSound + "-c:a pcm_s16le", dir.path("a.wav"));
    ffmpeg(kVideo + kSound + "-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags faststart", dir.path("a.mp4"));
    ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=2", dir.path("a.gif"));
    for (const auto* name : {"a.mp3", "a.wav", "a.mp4"}) {
        CAPTURE(name);
        const auto whole = read_file(dir.path(name));
        for (const auto bytes : {whole.size(), whole.size() / 2, std::size_t{100}})
            CHECK(refused(whole.substr(0, bytes), {Kind::image}) == "unknown");
        CHECK(refused(whole.substr(0, 100), kAnyKind) == kDamaged);
    }
    const auto picture = read_file(dir.path("a.gif"));
    CHECK(refused(picture.substr(0, picture.size() / 2), {Kind::audio, Kind::video}) == "unknown");
    CHECK(refused(picture.substr(0, picture.size() / 2), {Kind::image}) == kDamaged);
    // Which of its kinds it would be, nobody can say of a movie that was cut off.
    CHECK(refused(read_file(dir.path("a.mp4")).substr(0, 100), {Kind::audio}) == kDamaged);
}

TEST_CASE("a movie without a track, or with a track without samples, is damaged") {
    const auto ftyp = box("ftyp", "isom" + be32(0) + "isom");
    CHECK(refusal(ftyp) == kDamaged);
    CHECK(refusal(ftyp + box("moov", box("mvhd", std::string(100, '\0')))) == kDamaged);
    CHECK(refusal(ftyp + box("mdat", "pictures")) == kDamaged);
    CHECK(refusal(box("moov", "")) == kDamaged);
    const auto hdlr = box("hdlr", be32(0) + be32(0) + "soun" + std::string(12, '\0'));
    const auto stbl = box("stbl", box("stsz", be32(0) + be32(0) + be32(0)));
    CHECK(refusal(ftyp + box("moov", box("trak", box("mdia", hdlr + box("minf", stbl))))) == kDamaged);
}

TEST_CASE("lengths that lie end in a refusal, never in a crash or a long wait") {
    CHECK(refusal(be32(0xFFFFFFFF) + "ftypisom") == kDamaged);
    CHECK(refusal(be32(1) + "ftyp" + be32(0xFFFFFFFF) + be32(0xFFFFFFFF) + "isom") == kDamaged);
    CHECK(refusal(be32(4) + "moov" + std::string(100, '\0')) == kDamaged);
    CHECK(refusal(bytes({0x1A, 0x45, 0xDF, 0xA3, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE})) ==
          kDamaged);
    CHECK(refusal("RIFF" + le32(0xFFFFFFFF) + "WEBPVP8X" + le32(0xFFFFFFFF)) == kDamaged);
    CHECK(refusal("RIFF" + le32(36) + "WAVEfmt " + le32(0xFFFFFFFF)) == kDamaged);
    CHECK(refusal("ID3" + bytes({4, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F})) == kDamaged);
    CHECK(refusal("OggS" + std::string(22, '\0') + "\xFF") == kDamaged);
}

TEST_CASE("more than four hours are too long") {
    const auto wav = [](std::uint32_t bytes_per_second, std::uint32_t seconds) {
        return "RIFF" + le32(0) + "WAVEfmt " + le32(16) + le16(1) + le16(1) + le32(8) +
               le32(bytes_per_second) + le16(1) + le16(8) + "data" + le32(bytes_per_second * seconds) +
               std::string(bytes_per_second * seconds, '\0');
    };
    CHECK(refusal(wav(1, 4 * 3600)) == "accepted");
    CHECK(refusal(wav(1, 4 * 3600 + 1)) == kDamaged);
}

TEST_CASE("the declared type refuses only complete foreign types") {
    for (const auto* type :
         {"", "image", "video", "audio", "image/jpeg", "video/x-m4v", "audio/*", "image/jpg", "IMAGE/PNG",
          "audio/webm;codecs=opus", "application/octet-stream", "application/ogg", "image/svg+xml", "x/"}) {
        CAPTURE(type);
        CHECK(is_declared_type_acceptable(type));
    }
    for (const auto* type :
         {"text/html", "application/pdf", "application/zip; a=b", " text/plain ", "application/javascript"}) {
        CAPTURE(type);
        CHECK_FALSE(is_declared_type_acceptable(type));
    }
}

TEST_CASE("a refusal lists the types of its use in the contract's order") {
    CHECK(type_not_allowed().detail ==
          "File type not allowed. Allowed types: image/jpeg, image/png, image/gif, image/webp, image/heic, "
          "image/heif, video/mp4, "
          "video/quicktime, video/webm, audio/mpeg, audio/wav, audio/ogg, audio/webm");
    CHECK(type_not_allowed({Kind::audio}).detail ==
          "File type not allowed. Allowed types: audio/mpeg, audio/wav, audio/ogg, audio/webm");
    CHECK(file_too_large().detail == "File too large. Maximum size: 50MB");
    CHECK(file_too_large(kMaxProfilePictureSize).detail == "File too large. Maximum size: 10MB");
}
