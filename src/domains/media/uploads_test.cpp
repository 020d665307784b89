// Stories about what users upload.
#include <thread>

#include "domains/media/media_test.hpp"
#include "platform/text/base64.hpp"

using namespace grover;
using namespace grover::media;
using namespace grover::media::samples;

namespace {

constexpr auto kAllTypes =
    "File type not allowed. Allowed types: image/jpeg, image/png, image/gif, image/webp, image/heic, "
    "image/heif, video/mp4, "
    "video/quicktime, video/webm, audio/mpeg, audio/wav, audio/ogg, audio/webm";

// A text field of the form that World::upload() sends.
std::string form_field(const std::string& name, const std::string& value) {
    return "------a-boundary-of-our-own\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" +
           value + "\r\n";
}

void check_nothing_stored(World& w) {
    CHECK(w.rows("media") == 0);
    CHECK(w.stored_files() == 0);
    CHECK(w.temporary_files() == 0);
}

std::string member(const Answer& answer, const std::string& name) { return answer.text(name); }

Answer upload_json(World& w, const UserId& user, const std::string& name, const std::string& text) {
    return w.send(http::Method::post, "/api/media/upload", user, "{\"" + name + "\":\"" + text + "\"}",
                  {{"Content-Type", "application/json"}});
}

}  // namespace

TEST_CASE(
    "a photograph is answered with absolute URLs that load, and none of them tells where it was taken") {
    World w;
    const auto ada = w.user("ada");
    const auto answer = w.upload(ada, a_photo());
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    CHECK(answer.has(R"("media_type":"image","status":"ready")"));
    CHECK(answer.has(R"("width":640,"height":480,"duration":null,"format":"jpeg","mime":"image/jpeg")"));
    CHECK(answer.has(R"("provider":"local","is_cloud":false)"));
    CHECK(member(answer, "public_id").starts_with("grover/uploads/media_"));
    CHECK_FALSE(answer.has(R"("large")"));
    for (const std::string name : {"url", "thumbnail_url", "small"}) {
        CAPTURE(name);
        const auto file = w.get(World::target_of(member(answer, name)));
        CHECK(file.status == 200);
        CHECK(file.type == "image/jpeg");
        CHECK(file.body.size() > 500);
        CHECK(file.body.find(kSecret) == std::string::npos);
    }
    // The thumbnail itself, for the screen that is already open.
    const auto thumb = w.get(World::target_of(member(answer, "thumbnail_url")));
    CHECK(member(answer, "thumbnail") == text::to_base64(thumb.body));
    CHECK(w.rows("media") == 1);
    CHECK(w.temporary_files() == 0);
}

TEST_CASE("srcset is ascending and names each width once") {
    World w;
    const auto ada = w.user("ada");
    const Directory dir;
    ffmpeg("-f lavfi -i testsrc2=s=1600x900 -frames:v 1", dir.path("a.png"));
    const auto info = w.info(w.uploaded(ada, read_file(dir.path("a.png"))));
    std::vector<int> widths;
    for (const auto& entry : info.srcset) widths.push_back(entry.width);
    CHECK(widths == std::vector{400, 800, 1200, 1600});
    CHECK(info.srcset.back().url == info.url);
    CHECK(info.srcset.front().url == info.optimized_urls.small);

    const auto tiny = w.info(w.uploaded(ada, read_file(dir.path("a.png")), kProfileUse));
    REQUIRE(tiny.srcset.size() == 1);
    CHECK(tiny.srcset[0].width == 400);
}

TEST_CASE("the apps' own uploads are taken whatever they declare, and the bytes say the kind") {
    World w;
    const auto ada = w.user("ada");
    struct Case {
        const std::string& bytes;
        std::string declared, kind;
    };
    for (const auto& [bytes, declared, kind] : {Case{a_photo(), "image", "image"},
                                                {a_photo(), "video/mp4", "image"},
                                                {a_video(), "video", "video"},
                                                {a_video(), "image/jpeg", "video"},
                                                {a_sound(), "audio", "audio"},
                                                {a_sound(), "", "audio"},
                                                {a_sound(), "application/octet-stream", "audio"}}) {
        CAPTURE(declared);
        const auto answer =
            w.upload(ada, bytes, declared, form_field("media_type", "application/x-nonsense"));
        REQUIRE_MESSAGE(answer.status == 200, answer.body);
        CHECK(answer.has("\"media_type\":\"" + kind + "\""));
    }
}

TEST_CASE("video and sound are served as they are, without their metadata") {
    World w;
    const auto ada = w.user("ada");
    for (const auto* bytes : {&a_video(), &a_sound()}) {
        const auto answer = w.upload(ada, *bytes);
        REQUIRE(answer.status == 200);
        CHECK(answer.has(R"("status":"ready")"));
        CHECK(answer.has(
            R"("thumbnail_url":null,"poster_url":null,"preview_url":null,"optimized_urls":{},"srcset":[])"));
        const auto file = w.get(World::target_of(member(answer, "url")));
        CHECK(file.status == 200);
        CHECK(file.body.find(kSecret) == std::string::npos);
        CHECK(file.header("Accept-Ranges") == "bytes");
    }
    const auto video = w.info(w.uploaded(ada, a_video()));
    CHECK(video.width == 320);
    CHECK(video.duration.value() == doctest::Approx(2.0).epsilon(0.05));
    CHECK(video.mime == "video/mp4");
    CHECK(video.url.find("/api/media/video/upload/grover/posts/media_") != std::string::npos);
    CHECK(video.url.find("/original-") != std::string::npos);
    CHECK(w.temporary_files() == 0);
}

TEST_CASE("what is refused leaves nothing behind") {
    World w;
    const auto ada = w.user("ada");
    struct Case {
        std::string name, bytes, declared, sentence;
    };
    const auto damaged = "File is damaged or not supported";
    for (const auto& [name, bytes, declared, sentence] :
         {Case{"nothing", "", "image/jpeg", "Empty file"},
          {"a page", "<!doctype html><script>alert(1)</script>", "image/jpeg", kAllTypes},
          {"a drawing with script", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
           "image/svg+xml", kAllTypes},
          {"an archive", "PK\x03\x04 and so on", "image/png", kAllTypes},
          {"a program",
           "\x7F"
           "ELF and so on",
           "image", kAllTypes},
          {"a good picture that calls itself a page", a_photo(), "text/html", kAllTypes},
          {"half a picture", a_photo().substr(0, a_photo().size() / 2), "image/jpeg", damaged},
          {"half a video", a_video().substr(0, a_video().size() / 2), "video/mp4", damaged},
          {"a monstrous picture",
           "\x89PNG\r\n\x1A\n" + be32(13) + "IHDR" + be32(100'000) + be32(100'000) + "12345678", "image/png",
           damaged}}) {
        CAPTURE(name);
        const auto answer = w.upload(ada, bytes, declared);
        CHECK(answer.status == 400);
        CHECK(answer.text("detail") == sentence);
        CHECK(answer.text("code") == "file_upload_error");
        check_nothing_stored(w);
    }
}

TEST_CASE("a file over 50 MB is refused by its size") {
    World w;
    const auto ada = w.user("ada");
    const auto answer = w.upload(ada, std::string(52'428'801, 'x'));
    CHECK(answer.status == 400);
    CHECK(answer.text("detail") == "File too large. Maximum size: 50MB");
    check_nothing_stored(w);
}

TEST_CASE("a kind that a folder does not take is refused with the types that it takes") {
    World w;
    const auto ada = w.user("ada");
    const auto story = w.upload(ada, a_sound(), "audio", form_field("folder", "stories"));
    CHECK(story.status == 400);
    CHECK(story.text("detail") ==
          "File type not allowed. Allowed types: image/jpeg, image/png, image/gif, image/webp, image/heic, "
          "image/heif, video/mp4, "
          "video/quicktime, video/webm");
    // Nobody asks whether a file of the wrong kind is whole.
    const auto cut = w.upload(ada, a_sound().substr(0, 500), "image", form_field("folder", "products"));
    CHECK(cut.status == 400);
    CHECK(cut.text("detail") ==
          "File type not allowed. Allowed types: image/jpeg, image/png, image/gif, image/webp, image/heic, "
          "image/heif");
    const auto attic = w.upload(ada, a_photo(), "image", form_field("folder", "attic"));
    CHECK(attic.status == 422);
    check_nothing_stored(w);
    const auto product = w.upload(ada, a_photo(), "image", form_field("folder", "products"));
    CHECK(product.text("public_id").starts_with("grover/products/"));
}

TEST_CASE("base64 is taken like a file, and what is none is no file") {
    World w;
    const auto ada = w.user("ada");
    const auto raw = text::to_base64(a_photo());
    CHECK(upload_json(w, ada, "media_url", "data:image/jpeg;base64," + raw).status == 200);
    CHECK(upload_json(w, ada, "media_url", raw).status == 200);
    CHECK(upload_json(w, ada, "file", raw).status == 200);
    CHECK(w.rows("media") == 3);
    for (const std::string text : {"[object Object]", "data:image/svg+xml,<svg/>", "not base64!", "=="}) {
        CAPTURE(text);
        const auto answer = upload_json(w, ada, "media", text);
        CHECK(answer.status == 422);
        CHECK(answer.has("file is not a file"));
    }
    // Decodable, and still no picture.
    const auto page =
        upload_json(w, ada, "media_url", "data:image/png;base64," + text::to_base64("<html></html>"));
    CHECK(page.status == 400);
    CHECK(page.text("detail") == kAllTypes);
    CHECK(w.rows("media") == 3);
    CHECK(w.temporary_files() == 0);
    CHECK(w.send(http::Method::post, "/api/media/upload", ada, "{}", {{"Content-Type", "application/json"}})
              .status == 422);
}

TEST_CASE("a URL stands for one's own medium only, and is never fetched") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.uploaded(ada, a_photo());
    const auto url = w.info(id).url;
    const auto take = [&](const UserId& user, const std::string& text) {
        return w.media->take(user, text, kPostUse, {"body", "media_url"});
    };
    CHECK(take(ada, url) == id);
    CHECK_THROWS_AS(take(bob, url), Error);
    CHECK_THROWS_AS(take(ada, "http://169.254.169.254/latest/meta-data"), Error);
    CHECK_THROWS_AS(take(ada, "https://elsewhere.example/cat.jpg"), Error);
    try {
        take(bob, url);
    } catch (const Error& error) {
        CHECK(error.status == 422);
        CHECK(error.fields.at(0).loc == std::vector<std::string>{"body", "media_url"});
    }
    CHECK(w.rows("media") == 1);
}

TEST_CASE("nobody uploads without signing in") {
    World w;
    CHECK(w.upload({}, a_photo()).status == 401);
    check_nothing_stored(w);
}

TEST_CASE("an upload is its owner's alone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.uploaded(ada, a_photo());
    const auto target = "/api/media/" + id.str();
    CHECK(w.send(http::Method::get, target, ada).status == 200);
    CHECK(w.send(http::Method::get, target, bob).status == 404);
    CHECK(w.send(http::Method::delete_, target, bob).status == 404);
    CHECK(w.send(http::Method::get, "/api/media/media_unknown", ada).text("detail") == "Media not found");
    CHECK(w.send(http::Method::get, "/api/media/a%20b", ada).status == 400);
    CHECK(w.rows("media") == 1);
}

TEST_CASE("an upload that nothing uses can be deleted, one in use cannot") {
    World w;
    const auto ada = w.user("ada");
    const auto loose = w.uploaded(ada, a_photo()), used = w.uploaded(ada, a_photo());
    w.attach(ada, used, {"post", "post_1"}, Access::open);
    const auto url = World::target_of(w.info(loose).url);

    const auto refused = w.send(http::Method::delete_, "/api/media/" + used.str(), ada);
    CHECK(refused.status == 409);
    CHECK(w.get(World::target_of(w.info(used).url)).status == 200);

    const auto deleted = w.send(http::Method::delete_, "/api/media/" + loose.str(), ada);
    CHECK(deleted.body == R"({"message":"Media deleted"})");
    CHECK(w.get(url).status == 410);
    w.run_jobs();
    CHECK_FALSE(w.media->parts().storage.holds(loose));
    CHECK(w.media->parts().storage.holds(used));
    CHECK(w.send(http::Method::delete_, "/api/media/" + loose.str(), ada).status == 404);
}

TEST_CASE("two gigabytes a day, counted as they came in, and nothing is kept of what is too much") {
    World w;
    const auto ada = w.user("ada");
    w.uploaded(ada, a_sound());
    CHECK(testing::query_number(*w.db, "SELECT uploaded_bytes FROM media") ==
          static_cast<std::int64_t>(a_sound().size()));
    testing::execute(*w.db, "UPDATE media SET uploaded_bytes = 2000000000");
    const auto files = w.stored_files();
    const auto refused = w.upload(ada, a_sound());
    CHECK(refused.status == 429);
    CHECK(w.rows("media") == 1);
    CHECK(w.stored_files() == files);
    CHECK(w.temporary_files() == 0);
    CHECK(w.upload(w.user("bob"), a_sound()).status == 200);
    w.clock.advance(std::chrono::hours{25});
    CHECK(w.upload(ada, a_sound()).status == 200);
}

TEST_CASE("fifty uploads may wait to be used, however many come at once") {
    World w;
    const auto ada = w.user("ada");
    const auto first = w.uploaded(ada, a_sound());
    for (int i = 0; i < 44; ++i) {
        testing::execute(
            *w.db,
            "INSERT INTO media (media_id, owner_id, kind, folder, status, renditions, bytes, created_at) "
            "SELECT media_id || '" +
                std::to_string(i) +
                "', owner_id, kind, folder, status, '', 0, created_at "
                "FROM media WHERE media_id = '" +
                first.str() + "'");
    }
    std::atomic<int> accepted{0}, refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 10; ++i) {
        threads.emplace_back([&, i] {
            http::UploadedFile file;
            file.path = w.media->upload_directory() + "/upload-" + std::to_string(i);
            file.size = a_sound().size();
            write_file(file.path, a_sound());
            try {
                w.media->upload(ada, file, {.max_waiting = 50});
                ++accepted;
            } catch (const Error& error) {
                if (error.status == 409) ++refused;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(accepted == 5);
    CHECK(accepted + refused == 10);
    CHECK(w.stored_files() == static_cast<std::size_t>(1 + accepted));
    CHECK(w.rows("media") == 45 + accepted);
    CHECK(w.upload(ada, a_sound()).status == (accepted >= 5 ? 409 : 200));
}

TEST_CASE("a disk that fails is 503 with the contract's sentence, and no row is written") {
    World w;
    const auto ada = w.user("ada");
    const auto files = w.dir.path("media/files");
    std::filesystem::remove(files);
    write_file(files, "in the way");
    const auto answer = w.upload(ada, a_photo());
    CHECK(answer.status == 503);
    CHECK(answer.text("detail") == "Storage is temporarily unavailable");
    CHECK_FALSE(answer.header("Retry-After").empty());
    CHECK(w.rows("media") == 0);
    CHECK(w.temporary_files() == 0);

    // And it recovers by itself.
    std::filesystem::remove(files);
    std::filesystem::create_directory(files);
    CHECK(w.upload(ada, a_photo()).status == 200);
}

TEST_CASE("the status says what is possible, and no path or name") {
    World w;
    const auto status = w.get("/api/media/status");
    CHECK(status.status == 200);
    CHECK(status.header("Cache-Control") == "no-store");
    CHECK(status.has(
        R"("storage_mode":"local","primary_provider":"local","local_available":true,"fallback_active":false)"));
    CHECK(status.has(R"("cloudinary":{"configured":false,"available":false})"));
    CHECK(status.has(R"("processing":{"image":true,"video":false,"audio":false,"heic":true})"));
    CHECK(status.has(R"("max_file_size":52428800,"allowed_types":["image/jpeg","image/png",)"));
    CHECK_FALSE(status.has(w.dir.path().string()));
}
