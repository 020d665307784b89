#include "domains/media/urls.hpp"

#include <doctest/doctest.h>

using namespace grover;
using namespace grover::media;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
const MediaId kMedium("media_abc");

Time at(std::int64_t seconds) { return {seconds * kSecond}; }

// exp and sig of a query made by the signer.
std::pair<std::string, std::string> parts(const std::string& query) {
    const auto amp = query.find("&sig=");
    return {query.substr(5, amp - 5), query.substr(amp + 5)};
}

}  // namespace

TEST_CASE("a key says where a rendition belongs, and its URL is absolute") {
    const Rendition rendition{.name = "full", .format = Format::jpeg, .hash = "0123abcd"};
    const auto key = key_of(Folder::posts, kMedium, rendition);
    CHECK(key == "grover/posts/media_abc/full-0123abcd.jpg");
    const MediaUrls own({}, "secret");
    CHECK(own.plain("https://grover.app", Kind::image, key) ==
          "https://grover.app/api/media/image/upload/grover/posts/media_abc/full-0123abcd.jpg");
    const MediaUrls cdn({.cdn_base_url = "https://cdn.example/m"}, "secret");
    CHECK(cdn.plain("https://grover.app", Kind::video, key) ==
          "https://cdn.example/m/video/upload/grover/posts/media_abc/full-0123abcd.jpg");
}

TEST_CASE("the path of a URL leads back to the medium") {
    const auto path = parse_media_path("image/upload/grover/posts/media_abc/full-0123abcd.jpg");
    REQUIRE(path);
    CHECK(path->kind == Kind::image);
    CHECK(path->folder == Folder::posts);
    CHECK(path->medium == kMedium);
    CHECK(path->file_name == "full-0123abcd.jpg");
    CHECK_FALSE(path->wants_still);
    CHECK(path->width == 0);
}

TEST_CASE("the clients' way to ask for a video's still is understood in any order") {
    for (const std::string transforms :
         {"so_0/f_jpg/q_auto/w_400/", "w_400/so_0/", "f_jpg,w_400/", "q_auto/w_400/f_jpg/so_1.5/"}) {
        CAPTURE(transforms);
        const auto text = "video/upload/" + transforms + "grover/posts/media_abc/original-0123abcd.mp4";
        const auto path = parse_media_path(text);
        REQUIRE(path);
        CHECK(path->wants_still);
        CHECK(path->width == 400);
        CHECK(path->file_name == "original-0123abcd.mp4");
    }
    CHECK_FALSE(parse_media_path("image/upload/f_jpg/w_200/grover/posts/media_abc/full-1.jpg")->wants_still);
    CHECK(parse_media_path("image/upload/c_fill,w_200/grover/posts/media_abc/full-1.jpg")->width == 200);
    CHECK(parse_media_path("image/upload/w_x/w_-5/w_99999999999/grover/posts/media_abc/full-1.jpg")->width ==
          0);
}

TEST_CASE("no other path is a medium") {
    for (const std::string path :
         {"", "image", "image/upload", "image/upload/", "image/upload/grover/",
          "image/upload/grover/posts/media_abc", "image/upload/grover/posts/media_abc/",
          "image/upload/grover/posts/media_abc/..", "image/upload/grover/posts/../media_abc/full-1.jpg",
          "image/upload/grover/posts/media_abc/a/b.jpg", "image/upload/grover/posts/media_abc/%2e%2e",
          "image/upload/grover/posts/media%5Fabc/full-1.jpg",
          "image/upload/grover/attic/media_abc/full-1.jpg", "image/upload/grover/posts/user_abc/full-1.jpg",
          "document/upload/grover/posts/media_abc/full-1.jpg",
          "image/download/grover/posts/media_abc/full-1.jpg"}) {
        CAPTURE(path);
        CHECK_FALSE(parse_media_path(path));
    }
    CHECK_FALSE(parse_media_path(std::string_view("image/upload/grover/posts/media_abc/full\0.jpg", 45)));
    std::string many = "image/upload/";
    for (int i = 0; i < 100; ++i) many += "x/";
    CHECK_FALSE(parse_media_path(many + "grover/posts/media_abc/full-1.jpg"));
}

TEST_CASE("what stands before the key is ignored only if it reads as one thing") {
    const std::string key = "grover/posts/media_abc/full-1.jpg";
    CHECK(parse_media_path("image/upload/c_fill,ar_1:1/l_text:a!b/" + key));
    for (const std::string segment : {"..", ".", "%2e%2e", ".%2e", "a%2fb", "%2f", "..%2f..", "a%00b", "%5c",
                                      "a\\b", "\x01", "w_200/.."}) {
        CAPTURE(segment);
        CHECK_FALSE(parse_media_path("image/upload/" + segment + "/" + key));
    }
    CHECK_FALSE(parse_media_path(std::string("image/upload/\0/", 15) + key));
}

TEST_CASE("a client may name its medium by any URL that was given out for it") {
    const MediaUrls urls({.cdn_base_url = "https://cdn.example/m",
                          .public_base_url = "https://grover.app",
                          .allowed_origins = {"https://web.example:3000"}},
                         "secret");
    for (const std::string url :
         {"http://localhost:8001/api/media/image/upload/grover/posts/media_abc/full-1.jpg",
          "http://Web.example/api/media/image/upload/grover/posts/media_abc/full-1.jpg",
          "http://GROVER.app:80/api/media/image/upload/grover/posts/media_abc/full-1.jpg",
          "http://[::1]:8001/api/media/image/upload/grover/posts/media_abc/full-1.jpg",
          "https://grover.app/api/media/image/upload/grover/posts/media_abc/full-1.jpg",
          "http://10.0.2.2:8001/api/media/image/upload/w_200/grover/posts/media_abc/full-1.jpg?exp=1&sig=x",
          "https://cdn.example/m/video/upload/grover/posts/media_abc/original-1.mp4#t=3"}) {
        CAPTURE(url);
        CHECK(urls.medium_in(url) == kMedium);
    }
    const MediaUrls bare({}, "secret");
    const std::string path = "/api/media/image/upload/grover/posts/media_abc/full-1.jpg";
    CHECK(bare.medium_in("http://127.0.0.1" + path) == kMedium);
    for (const std::string base :
         {"http://evil.example", "http://localhost.evil.example", "http://localhost@evil.example",
          "http://localhost:1@evil.example", "https://grover.app.evil.example", "https://grover.app/x",
          "http://", "http://:80", ""}) {
        CAPTURE(base);
        CHECK_FALSE(urls.medium_in(base + path));
        CHECK_FALSE(bare.medium_in(base + path));
    }
    CHECK_FALSE(urls.medium_in("https://cdn.example/other/image/upload/grover/posts/media_abc/full-1.jpg"));
    CHECK_FALSE(urls.medium_in("https://elsewhere.example/cat.jpg"));
    CHECK_FALSE(urls.medium_in("https://elsewhere.example"));
}

TEST_CASE("a signature is HMAC-SHA-256 over the medium and its end") {
    const UrlSigner signer("sixteen-bytes-or-more");
    CHECK(signer.query(kMedium, at(1'700'000'000)) ==
          "?exp=1700000000&sig=HeJ1rrGWMyGLsHOVMVcbnr642YD4FMYi_jlp7WYQEf4");
}

TEST_CASE("a signed URL opens its medium until it expires, and no other") {
    const UrlSigner signer("sixteen-bytes-or-more");
    const auto [exp, sig] = parts(signer.query(kMedium, at(1'700'000'000)));
    CHECK(signer.opens(kMedium, "full", exp, sig, at(1'699'999'999)));
    CHECK(signer.opens(kMedium, "thumb", exp, sig, at(1'699'999'999)));
    CHECK_FALSE(signer.opens(kMedium, "full", exp, sig, at(1'700'000'000)));
    CHECK_FALSE(signer.opens(MediaId("media_abd"), "full", exp, sig, at(1)));
    CHECK_FALSE(signer.opens(kMedium, "full", "1800000000", sig, at(1)));
    CHECK_FALSE(signer.opens(kMedium, "full", "1700000000 ", sig, at(1)));
    CHECK_FALSE(signer.opens(kMedium, "full", "", "", at(1)));
    CHECK_FALSE(signer.opens(kMedium, "full", exp, sig + "A", at(1)));
    CHECK_FALSE(signer.opens(kMedium, "full", exp, sig.substr(1), at(1)));
    CHECK_FALSE(UrlSigner("another-secret-value").opens(kMedium, "full", exp, sig, at(1)));
}

TEST_CASE("a locked viewer's signature opens the one rendition it was made for") {
    const UrlSigner signer("sixteen-bytes-or-more");
    const auto [exp, sig] = parts(signer.query(kMedium, "preview", at(1'700'000'000)));
    CHECK(signer.opens(kMedium, "preview", exp, sig, at(1)));
    CHECK_FALSE(signer.opens(kMedium, "full", exp, sig, at(1)));
    CHECK_FALSE(signer.opens(kMedium, "original", exp, sig, at(1)));
}

TEST_CASE("equal reads give equal URLs, which live 12 to 24 hours") {
    constexpr std::int64_t kHalfDay = 43'200;
    const Time noon = at(kHalfDay * 39'000);
    CHECK(UrlSigner::expiry(noon) == at(kHalfDay * 39'002));
    CHECK(UrlSigner::expiry({noon.us - 1}) == at(kHalfDay * 39'001));
    CHECK(UrlSigner::expiry({noon.us + kHalfDay * kSecond - 1}) == at(kHalfDay * 39'002));
    CHECK(UrlSigner::expiry_changes_at(noon) == at(kHalfDay * 39'001));
    CHECK(UrlSigner::short_expiry(at(6'000)) == at(6'600));
    CHECK(UrlSigner::short_expiry(at(6'059)) == at(6'600));
}
