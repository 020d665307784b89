#include "domains/media/strip.hpp"

#include <doctest/doctest.h>

#include "domains/media/samples_test.hpp"
#include "domains/media/sniff.hpp"

using namespace grover;
using namespace grover::media;
using namespace grover::media::samples;

namespace {

const std::string kVideo = "-f lavfi -i testsrc2=s=320x240:r=10:d=2 ";
const std::string kSound = "-f lavfi -i sine=f=440:d=2 ";
// In every place where ffmpeg writes tags: of the file, of each stream, and as Apple's location.
const std::string kTags = std::string("-movflags use_metadata_tags -metadata title=") + kSecret.data() +
                          " -metadata comment=" + kSecret.data() + " -metadata location=" + kSecret.data() +
                          " -metadata com.apple.quicktime.location.ISO6709=" + kSecret.data() +
                          " -metadata artist=" + kSecret.data() + " -metadata:s:0 title=" + kSecret.data() +
                          " -metadata:s:0 handler_name=" + kSecret.data() + " ";

std::string checksum_of_streams(const std::string& path) {
    return run("ffmpeg -nostdin -v error -i " + path + " -map 0:v? -map 0:a? -c copy -f md5 - </dev/null");
}

void strip(const std::string& path) {
    const File file(path);
    const auto sniffed = sniff(file.fd());
    REQUIRE(sniffed);
    remove_metadata(file.fd(), sniffed->format);
    const auto again = sniff(file.fd());
    REQUIRE(again);
    CHECK(again->format == sniffed->format);
    CHECK(again->duration.has_value() == sniffed->duration.has_value());
}

bool mentions(const std::string& path, std::string_view secret) {
    return read_file(path).find(secret) != std::string::npos;
}

}  // namespace

TEST_CASE("a recording loses its metadata and plays as before") {
    Directory dir;
    for (const auto& options :
         {kVideo + kSound + kTags + "-c:v libx264 -pix_fmt yuv420p -c:a aac -f mp4",
          kVideo + kSound + kTags + "-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart -f mp4",
          kVideo + kSound + kTags +
              "-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +frag_keyframe+empty_moov -f mp4",
          kVideo + kSound + kTags + "-c:v libx264 -pix_fmt yuv420p -c:a aac -f mov",
          kVideo + kSound + kTags + "-c:v libvpx -b:v 200k -c:a libopus -f webm",
          kVideo + kSound + kTags + "-c:v libvpx -b:v 200k -c:a libopus -f webm -live 1",
          kSound + kTags + "-c:a aac -f ipod", kSound + kTags + "-c:a libmp3lame -write_id3v1 1 -f mp3",
          kSound + kTags + "-c:a libmp3lame -write_apetag 1 -f mp3", kSound + kTags + "-c:a pcm_s16le -f wav",
          kSound + kTags + "-c:a pcm_s16le -write_bext 1 -metadata description=" + std::string(kSecret) +
              " -f wav",
          kSound + kTags + "-c:a libvorbis -f ogg", kSound + kTags + "-c:a libopus -f ogg",
          kSound + kTags + "-c:a flac -f ogg", kSound + kTags + "-c:a libopus -f webm"}) {
        CAPTURE(options);
        const auto path = dir.path("recording");
        ffmpeg(options, path);
        REQUIRE(mentions(path, kSecret));
        const auto before = checksum_of_streams(path);
        const auto duration = probe(path, "format=duration");
        strip(path);
        CHECK_FALSE(mentions(path, kSecret));
        CHECK(checksum_of_streams(path) == before);
        CHECK(decodes(path));
        // A live recording never said.
        const auto duration_now = probe(path, "format=duration");
        CHECK((duration_now == "N/A") == (duration == "N/A"));
        if (duration != "N/A")
            CHECK(std::stod(duration_now) == doctest::Approx(std::stod(duration)).epsilon(0.03));
        CHECK(probe(path, "format_tags=title:stream_tags=title").empty());
    }
}

TEST_CASE("long comments that run over many Ogg pages go, and the checksums fit again") {
    Directory dir;
    write_file(dir.path("tags.txt"),
               ";FFMETADATA1\ncomment=" + std::string(300'000, 'x') + std::string(kSecret) + "\n");
    for (const std::string codec : {"libvorbis", "libopus", "flac"}) {
        CAPTURE(codec);
        ffmpeg(kSound + "-i " + dir.path("tags.txt") + " -map_metadata 1 -c:a " + codec + " -f ogg",
               dir.path("a.ogg"));
        REQUIRE(mentions(dir.path("a.ogg"), kSecret));
        const auto before = checksum_of_streams(dir.path("a.ogg"));
        strip(dir.path("a.ogg"));
        CHECK_FALSE(mentions(dir.path("a.ogg"), kSecret));
        CHECK_FALSE(mentions(dir.path("a.ogg"), "xxxx"));
        CHECK(decodes(dir.path("a.ogg")));
        CHECK(checksum_of_streams(dir.path("a.ogg")) == before);
    }
}

TEST_CASE("boxes that nobody knows and bytes that hide behind a movie go as well") {
    Directory dir;
    const auto path = dir.path("a.mp4");
    ffmpeg(kVideo + "-c:v libx264 -pix_fmt yuv420p -f mp4", path);
    const std::string secret(kSecret);
    // Dash cameras keep positions in a `free` box, others in `uuid` or one of their own.
    write_file(path, read_file(path) + box("free", secret) + box("uuid", std::string(16, 'u') + secret) +
                         box("gps0", secret) + box("meta", secret) + "tail" + secret);
    const auto before = checksum_of_streams(path);
    strip(path);
    CHECK_FALSE(mentions(path, secret));
    CHECK(checksum_of_streams(path) == before);
    CHECK(decodes(path));
}

TEST_CASE("a track of positions goes with its samples") {
    Directory dir;
    // Subtitles stand in for the telemetry that drones and action cameras write as a track.
    std::string subtitles;
    for (int i = 0; i < 2; ++i) {
        subtitles += std::to_string(i + 1) + "\n00:00:0" + std::to_string(i) + ",000 --> 00:00:0" +
                     std::to_string(i + 1) + ",000\n" + std::string(kSecret) + std::to_string(i) + "\n\n";
    }
    write_file(dir.path("gps.srt"), subtitles);
    const auto path = dir.path("a.mp4");
    ffmpeg(kVideo + kSound + "-i " + dir.path("gps.srt") +
               " -c:v libx264 -pix_fmt yuv420p -c:a aac -c:s mov_text -f mp4",
           path);
    REQUIRE(mentions(path, kSecret));
    const auto before = checksum_of_streams(path);
    strip(path);
    CHECK_FALSE(mentions(path, kSecret));
    CHECK(checksum_of_streams(path) == before);
    CHECK(decodes(path));
    CHECK(probe(path, "stream=codec_type") == "video\naudio");
}

TEST_CASE("a WebM track that is neither picture nor sound goes with its blocks") {
    Directory dir;
    write_file(dir.path("gps.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\n" + std::string(kSecret) + "\n");
    const auto path = dir.path("a.webm");
    ffmpeg(kVideo + "-i " + dir.path("gps.vtt") + " -c:v libvpx -b:v 200k -c:s webvtt -f webm", path);
    REQUIRE(mentions(path, kSecret));
    const auto before = checksum_of_streams(path);
    strip(path);
    CHECK_FALSE(mentions(path, kSecret));
    CHECK(checksum_of_streams(path) == before);
    CHECK(decodes(path));
}

TEST_CASE("a page that poses as sound keeps nothing but the sound") {
    const std::string frame = bytes({0xFF, 0xFB, 0x90, 0x00}) + std::string(413, '\0');
    std::string frames;
    for (int i = 0; i < 50; ++i) frames += frame;
    const auto file = File::of("<html><script>alert(1)</script>" + frames + "TAG" + std::string(125, ' '));
    REQUIRE(sniff(file.fd())->format == Format::mp3);
    remove_metadata(file.fd(), Format::mp3);
    CHECK(file.bytes() == frames);
}

TEST_CASE("tables that lie neither write outside the file nor keep it busy") {
    const auto ftyp = box("ftyp", "isom" + be32(0) + "isom");
    const auto track = [](const std::string& handler, const std::string& sizes, const std::string& chunks) {
        const auto hdlr = box("hdlr", be32(0) + be32(0) + handler + std::string(12, '\0'));
        const auto stbl =
            box("stbl", box("stsz", sizes) + box("stsc", be32(0) + be32(1) + be32(1) + be32(1) + be32(1)) +
                            box("stco", chunks));
        return box("trak", box("mdia", hdlr + box("minf", stbl)));
    };
    const auto sound = track("soun", be32(0) + be32(1) + be32(1), be32(0) + be32(1) + be32(0));
    const auto strip_of = [&](const std::string& sizes, const std::string& chunks) {
        const auto file =
            File::of(ftyp + box("moov", sound + track("meta", sizes, chunks)) + box("mdat", "samples"));
        const auto size = file.bytes().size();
        remove_metadata(file.fd(), Format::m4a);
        CHECK(file.bytes().size() == size);
    };
    strip_of(be32(0) + be32(0xFFFFFFFF) + be32(0xFFFFFFFF), be32(0) + be32(1) + be32(0xFFFFFFF0));
    CHECK_THROWS_AS(strip_of(be32(0) + be32(0xFFFFFFFF) + be32(0xFFFFFFFF),
                             be32(0) + be32(3) + be32(0) + be32(0) + be32(0)),
                    Error);
    CHECK_THROWS_AS(strip_of(be32(0) + be32(0) + be32(0xFFFFFFFF), be32(0) + be32(1) + be32(0)), Error);
    CHECK_THROWS_AS(strip_of(be32(0) + be32(1) + be32(1), be32(0) + be32(0xFFFFFFFF)), Error);

    // Every chunk in every data box would be four hundred million looks.
    std::string chunks = be32(0) + be32(20'000), data;
    for (int i = 0; i < 20'000; ++i) {
        chunks += be32(0xFFFF);
        data += box("mdat", "");
    }
    const auto file =
        File::of(ftyp + box("moov", sound + track("meta", be32(0) + be32(1) + be32(20'000), chunks)) + data);
    remove_metadata(file.fd(), Format::m4a);
    CHECK(file.bytes().ends_with(data));
}
