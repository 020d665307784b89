#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "domains/media/image_samples_test.hpp"
#include "domains/media/sniff.hpp"

using namespace grover;
using namespace grover::media;
using namespace grover::media::samples;

namespace {

ImageWorkers& workers() {
    static ImageWorkers pool(1, image_worker_command());
    return pool;
}

std::string refusal(const std::string& path) {
    try {
        const Made made(workers(), path);
        return "accepted";
    } catch (const Error& error) {
        CHECK(error.status == 400);
        return error.detail;
    }
}

// A JPEG with EXIF (position, maker, orientation), an XMP-like segment and a comment.
void make_photo(const std::string& path, const std::string& size, int orientation,
                const std::string& quality = "4") {
    ffmpeg(
        "-f lavfi -i mandelbrot=s=" + size + ":end_scale=0.1 -frames:v 1 -pix_fmt yuvj420p -q:v " + quality,
        path);
    const auto jpeg = read_file(path);
    const auto segment = [](int marker, const std::string& body) {
        return bytes({0xFF, marker}) + be16(static_cast<std::uint32_t>(body.size() + 2)) + body;
    };
    const std::string secret(kSecret);
    write_file(path, jpeg.substr(0, 2) + exif_segment(orientation) +
                         segment(0xE1, bytes({'h', 't', 't', 'p', 0}) + secret) + segment(0xED, secret) +
                         segment(0xFE, secret) + jpeg.substr(2) + "trailer " + secret);
}

// Red, green and blue of one pixel.
std::array<int, 3> pixel(const std::string& path, int x, int y) {
    const auto raw = run("ffmpeg -nostdin -v error -i " + path +
                         " -frames:v 1 -vf format=rgb24,crop=1:1:" + std::to_string(x) + ":" +
                         std::to_string(y) + " -f rawvideo -pix_fmt rgb24 - </dev/null");
    REQUIRE(raw.size() == 3);
    return {static_cast<unsigned char>(raw[0]), static_cast<unsigned char>(raw[1]),
            static_cast<unsigned char>(raw[2])};
}

std::string checksum_of_pixels(const std::string& path) {
    return run("ffmpeg -nostdin -v error -i " + path + " -f md5 - </dev/null");
}

bool is_progressive(const std::string& jpeg) { return jpeg.find("\xFF\xC2") != std::string::npos; }

int idle_worker() {
    const auto children = run("cat /proc/" + std::to_string(getpid()) + "/task/*/children");
    REQUIRE_FALSE(children.empty());
    // Ours, not the shell that asks.
    for (std::size_t at = 0; at < children.size();) {
        const auto end = children.find(' ', at);
        const auto pid = children.substr(at, end - at);
        if (read_file("/proc/" + pid + "/cmdline").find("image worker") != std::string::npos)
            return std::stoi(pid);
        at = end + 1;
    }
    return 0;
}

}  // namespace

TEST_CASE(
    "a phone's photograph becomes upright renditions of every size, without a trace of where it was taken") {
    Directory dir;
    make_photo(dir.path("photo.jpg"), "4032x3024", 6);
    const Made made(workers(), dir.path("photo.jpg"));

    CHECK(made.all().size() == 5);
    CHECK(made.size("full") == "1536x2048");
    CHECK(made.size("large") == "1200x1600");
    CHECK(made.size("medium") == "800x1067");
    CHECK(made.size("small") == "400x533");
    CHECK(made.size("thumb") == "100x100");
    CHECK(made.bytes("full").size() <= 1'048'576);
    CHECK(made.bytes("thumb").size() <= 10'240);
    CHECK(is_progressive(made.bytes("full")));
    for (const auto& [name, rendition] : made.all()) {
        CAPTURE(name);
        CHECK(rendition.format == Format::jpeg);
        CHECK(made.bytes(name).find(kSecret) == std::string::npos);
        CHECK(made.bytes(name).find("Exif") == std::string::npos);
        CHECK(decodes(made.path(name)));
    }
}

TEST_CASE("every orientation that a camera notes comes out upright") {
    Directory dir;
    // Left half red, right half blue, lying; turned by 90 degrees clockwise red is on top.
    ffmpeg(
        "-f lavfi -i color=red:s=200x200 -f lavfi -i color=blue:s=200x200 -filter_complex hstack -frames:v 1 "
        "-q:v 2",
        dir.path("plain.jpg"));
    const auto jpeg = read_file(dir.path("plain.jpg"));
    struct Case {
        int orientation;
        std::string size;
        int red_x, red_y;
    };
    for (const auto& [orientation, size, x, y] : {Case{1, "400x200", 20, 100},
                                                  {2, "400x200", 380, 100},
                                                  {3, "400x200", 380, 100},
                                                  {4, "400x200", 20, 100},
                                                  {5, "200x400", 100, 20},
                                                  {6, "200x400", 100, 20},
                                                  {7, "200x400", 100, 380},
                                                  {8, "200x400", 100, 380}}) {
        CAPTURE(orientation);
        write_file(dir.path("turned.jpg"), jpeg.substr(0, 2) + exif_segment(orientation) + jpeg.substr(2));
        const Made made(workers(), dir.path("turned.jpg"));
        CHECK(made.size("full") == size);
        const auto [red, green, blue] = pixel(made.path("full"), x, y);
        CHECK(red > 230);
        CHECK(blue < 25);
    }
}

TEST_CASE("transparency is laid on white") {
    Directory dir;
    ffmpeg("-f lavfi -i color=black@0.0:s=64x64,format=rgba -frames:v 1", dir.path("clear.png"));
    const Made made(workers(), dir.path("clear.png"));
    CHECK(made.at("full").format == Format::jpeg);
    CHECK(pixel(made.path("full"), 30, 30) == std::array{255, 255, 255});
    CHECK(pixel(made.path("thumb"), 50, 50) == std::array{255, 255, 255});
}

TEST_CASE("a small picture is never enlarged, except for the thumbnail") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=60x40 -frames:v 1", dir.path("tiny.png"));
    const Made made(workers(), dir.path("tiny.png"));
    CHECK(made.size("full") == "60x40");
    CHECK(made.size("small") == "60x40");
    CHECK(made.size("thumb") == "100x100");
    CHECK_FALSE(made.has("medium"));
    CHECK_FALSE(made.has("large"));
}

TEST_CASE("a width exists unless it is wider than the source") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=800x600 -frames:v 1", dir.path("a.png"));
    ffmpeg("-f lavfi -i testsrc2=s=1080x6000 -frames:v 1", dir.path("tall.png"));
    const Made made(workers(), dir.path("a.png"));
    CHECK(made.size("medium") == "800x600");
    CHECK_FALSE(made.has("large"));
    const Made tall(workers(), dir.path("tall.png"));
    CHECK(tall.size("full") == "369x2048");
    CHECK(tall.size("medium") == "800x4444");
    CHECK_FALSE(tall.has("large"));
}

TEST_CASE("what does not fit into a megabyte loses quality, then size") {
    Directory dir;
    ffmpeg(
        "-f lavfi -i \"nullsrc=s=1500x1500,geq=lum='random(1)*255':cb='random(2)*255':cr='random(3)*255'\" "
        "-frames:v 1",
        dir.path("noise.png"));
    const Made made(workers(), dir.path("noise.png"));
    CHECK(made.bytes("full").size() <= 1'048'576);
    CHECK(made.at("full").width < 1500);
    CHECK(made.bytes("thumb").size() <= 10'240);
}

TEST_CASE("a JPEG that conforms keeps its pixels and only loses its metadata") {
    Directory dir;
    make_photo(dir.path("photo.jpg"), "1000x700", 1, "20");
    const Made made(workers(), dir.path("photo.jpg"));
    CHECK(made.size("full") == "1000x700");
    CHECK(made.bytes("full").size() < read_file(dir.path("photo.jpg")).size());
    CHECK(made.bytes("full").find(kSecret) == std::string::npos);
    CHECK(checksum_of_pixels(made.path("full")) == checksum_of_pixels(dir.path("photo.jpg")));
}

TEST_CASE("an animation stays one, without its comments, and its other sizes are still") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=320x240:r=5:d=2", dir.path("a.gif"));
    ffmpeg("-f lavfi -i testsrc2=s=320x240:r=5:d=2 -c:v libwebp_anim -loop 0", dir.path("a.webp"));
    // A comment after GIF's header, EXIF and XMP chunks at the end of WebP.
    const std::string secret(kSecret);
    const auto gif = read_file(dir.path("a.gif"));
    const auto header = 13 + (3U << ((static_cast<unsigned char>(gif[10]) & 7U) + 1));
    write_file(dir.path("a.gif"), gif.substr(0, header) +
                                      bytes({0x21, 0xFE, static_cast<int>(secret.size())}) + secret +
                                      bytes({0}) + gif.substr(header) + secret);
    auto webp = read_file(dir.path("a.webp"));
    for (const auto* chunk : {"EXIF", "XMP "}) webp += chunk + le32(20) + secret.substr(0, 20);
    webp.replace(4, 4, le32(static_cast<std::uint32_t>(webp.size() - 8)));
    webp[20] = static_cast<char>(webp[20] | 0x0C);
    write_file(dir.path("a.webp"), webp);

    for (const auto& [name, format] : {std::pair{"a.gif", Format::gif}, {"a.webp", Format::webp}}) {
        CAPTURE(format);
        const Made made(workers(), dir.path(name));
        CHECK(made.at("full").format == format);
        CHECK(made.size("full") == "320x240");
        CHECK(sniff(File(made.path("full")).fd())->frames == 10);
        CHECK(made.bytes("full").find(secret.substr(0, 20)) == std::string::npos);
        CHECK(made.at("small").format == Format::jpeg);
        CHECK(made.at("thumb").format == Format::jpeg);
        CHECK(made.bytes("full").size() < read_file(dir.path(name)).size());
    }
    CHECK(checksum_of_pixels(dir.path("a.gif")).size() > 4);
}

TEST_CASE("a still GIF or WebP becomes a JPEG like every other picture") {
    Directory dir;
    for (const auto* name : {"a.gif", "a.webp"}) {
        CAPTURE(name);
        ffmpeg("-f lavfi -i testsrc2=s=320x240 -frames:v 1", dir.path(name));
        CHECK(Made(workers(), dir.path(name)).at("full").format == Format::jpeg);
    }
}

TEST_CASE("HEIC from a phone becomes JPEG") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=640x480 -frames:v 1", dir.path("a.png"));
    run("heif-enc -q 50 -o " + dir.path("a.heic") + " " + dir.path("a.png") + " 2>&1");
    const Made made(workers(), dir.path("a.heic"));
    CHECK(made.at("full").format == Format::jpeg);
    CHECK(made.size("full") == "640x480");
    CHECK(made.size("small") == "400x300");
}

TEST_CASE("a profile picture is the middle square, 400 and 100 pixels") {
    Directory dir;
    make_photo(dir.path("me.jpg"), "900x600", 6);
    const Made made(workers(), dir.path("me.jpg"), Recipe::square);
    CHECK(made.all().size() == 2);
    CHECK(made.size("full") == "400x400");
    CHECK(made.size("thumb") == "100x100");
    CHECK(made.bytes("full").find(kSecret) == std::string::npos);
}

TEST_CASE("a picture that was cut off is damaged") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=640x480 -frames:v 1", dir.path("a.png"));
    ffmpeg("-f lavfi -i testsrc2=s=640x480 -frames:v 1", dir.path("a.webp"));
    ffmpeg("-f lavfi -i testsrc2=s=640x480 -frames:v 1 -q:v 3", dir.path("a.jpg"));
    run("heif-enc -q 50 -o " + dir.path("a.heic") + " " + dir.path("a.png") + " 2>&1");
    for (const std::string name : {"a.png", "a.jpg", "a.webp", "a.heic"}) {
        CAPTURE(name);
        CHECK(refusal(dir.path(name)) == "accepted");
        const auto whole = read_file(dir.path(name));
        write_file(dir.path(name), whole.substr(0, whole.size() / 2));
        CHECK(refusal(dir.path(name)) == "File is damaged or not supported");
    }
}

TEST_CASE("a few bytes that decode to a hundred megapixels cost neither the server nor the worker") {
    Directory dir;
    ffmpeg("-f lavfi -i color=black:s=16384x6000 -frames:v 1 -pix_fmt rgb24", dir.path("black.png"));
    const Made made(workers(), dir.path("black.png"));
    CHECK(made.size("full") == "2048x750");
}

TEST_CASE("a worker that died is replaced, and the next picture does not notice") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=64x64 -frames:v 1", dir.path("a.png"));
    CHECK(refusal(dir.path("a.png")) == "accepted");
    const int first = idle_worker();
    REQUIRE(first > 0);
    kill(first, SIGKILL);
    CHECK(refusal(dir.path("a.png")) == "accepted");
    CHECK(idle_worker() != first);
}

TEST_CASE("a worker has limits, no network, and none of the server's secrets") {
    setenv("JWT_SECRET", "very-secret-value", 1);
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=64x64 -frames:v 1", dir.path("a.png"));
    ImageWorkers fresh(1, image_worker_command());
    if (const int old = idle_worker()) kill(old, SIGKILL);
    CHECK(Made(fresh, dir.path("a.png")).has("full"));
    unsetenv("JWT_SECRET");

    const auto process = "/proc/" + std::to_string(idle_worker());
    CHECK(read_file(process + "/environ").find("very-secret-value") == std::string::npos);
    const auto status = read_file(process + "/status");
    CHECK(status.find("Seccomp:\t2") != std::string::npos);
    CHECK(status.find("NoNewPrivs:\t1") != std::string::npos);
    const auto limits = read_file(process + "/limits");
    CHECK(limits.find("Max open files            64") != std::string::npos);
    CHECK(limits.find("Max core file size        0") != std::string::npos);
    CHECK(limits.find("Max cpu time              unlimited") == std::string::npos);
}

TEST_CASE("when no worker can be started the picture is not blamed") {
    Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=64x64 -frames:v 1", dir.path("a.png"));
    ImageWorkers missing(1, {"/nonexistent/program"});
    ImageWorkers useless(1, {"/bin/true"});
    CHECK_THROWS_AS(Made(missing, dir.path("a.png")), std::runtime_error);
    CHECK_THROWS_AS(Made(useless, dir.path("a.png")), std::runtime_error);
}
