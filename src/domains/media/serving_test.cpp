// Stories about who reads a file, and what they get.
#include "domains/media/media_test.hpp"

using namespace grover;
using namespace grover::media;
using namespace std::chrono_literals;

namespace {

const Reference kPost{"post", "post_1"};

struct Shown {
    MediaId id;
    std::string url;         // as a public reader sees it
    std::string signed_url;  // as one who may see the private object
};

// Ada's photo in a post.
Shown show(World& w, const UserId& ada, Access access, const std::string& bytes = a_photo()) {
    const auto id = w.uploaded(ada, bytes);
    w.attach(ada, id, kPost, access);
    const auto url = World::target_of(w.info(id, {.base_url = kBase, .owner_is_private = true}).url);
    return {id, url.substr(0, url.find('?')), url};
}

// What the users domain does with every change of a row.
void change_account(World& w, const UserId& user, const std::string& change) {
    testing::execute(*w.db, "UPDATE users SET " + change + " WHERE user_id = '" + user.str() + "'");
    w.db->write([&](db::Write& tx) { tx.touch(user); });
}

}  // namespace

TEST_CASE("what is open to all is cached for ever and needs no signature") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::open);
    CHECK(shown.signed_url == shown.url);
    const auto file = w.get(shown.url);
    CHECK(file.status == 200);
    CHECK(file.type == "image/jpeg");
    CHECK(file.header("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(file.header("X-Content-Type-Options") == "nosniff");
    CHECK(file.header("Access-Control-Allow-Origin") == "*");
    CHECK(file.header("Cross-Origin-Resource-Policy") == "cross-origin");
    CHECK(file.header("Content-Disposition") == "inline");
    CHECK(file.header("Accept-Ranges") == "bytes");
    CHECK(file.header("Last-Modified") == "Sat, 24 Jan 2026 10:11:12 GMT");
    CHECK(file.header("Content-Encoding").empty());
    const auto saved = w.get(shown.url + "?download=1");
    CHECK(saved.header("Content-Disposition") == "attachment; filename=\"" + shown.id.str() + ".jpg\"");
}

TEST_CASE("a private object's file is read by its signature, and by nothing else") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::signed_);
    const auto other = w.uploaded(ada, a_photo());
    w.attach(ada, other, {"post", "post_2"}, Access::signed_);
    const auto other_url = World::target_of(w.info(other).url);

    CHECK(shown.signed_url.find("?exp=") != std::string::npos);
    const auto file = w.get(shown.signed_url);
    CHECK(file.status == 200);
    CHECK(file.header("Cache-Control") == "private, max-age=3600");

    CHECK(w.get(shown.url).status == 403);
    CHECK(w.get(shown.url + other_url.substr(other_url.find('?'))).status == 403);
    CHECK(w.get(shown.signed_url + "A").status == 403);
    CHECK(w.get(shown.url + "?exp=99999999999&sig=").status == 403);
    CHECK(w.get(shown.url).text("detail") == "This link is not valid or has expired");
    // Every rendition is opened by the same signature, and guarded like the first.
    const auto query = shown.signed_url.substr(shown.signed_url.find('?'));
    const auto info = w.info(shown.id);
    CHECK(w.get(World::target_of(*info.thumbnail_url)).status == 200);
    CHECK(info.thumbnail_url->ends_with(query));

    w.clock.advance(12h - 1min);
    CHECK(w.get(shown.signed_url).status == 200);
    w.clock.advance(12h);
    CHECK(w.get(shown.signed_url).status == 403);
}

TEST_CASE("an upload that nothing shows yet is its owner's alone") {
    World w;
    const auto ada = w.user("ada");
    const auto url = World::target_of(w.info(w.uploaded(ada, a_photo())).url);
    CHECK(w.get(url).status == 200);
    CHECK(w.get(url.substr(0, url.find('?'))).status == 403);
}

TEST_CASE("a public post's file closes and opens with its author's account") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::account);
    CHECK(w.get(shown.url).status == 200);
    change_account(w, ada, "is_private = 1");
    CHECK(w.get(shown.url).status == 403);
    CHECK(w.get(shown.signed_url).status == 200);
    change_account(w, ada, "is_private = 0");
    CHECK(w.get(shown.url).status == 200);
    // A suspended author's posts are seen by nobody.
    change_account(w, ada, "suspended_at = 1");
    CHECK(w.get(shown.url).status == 403);
}

TEST_CASE("when a post changes who sees it, its file follows") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::account);
    w.db->write([&](db::Write& tx) { w.media->set_access(tx, kPost, Access::signed_); });
    CHECK(w.get(shown.url).status == 403);
    w.db->write([&](db::Write& tx) { w.media->set_access(tx, kPost, Access::account); });
    CHECK(w.get(shown.url).status == 200);
    // Of two references the less guarded one counts, as long as it lasts.
    w.attach(ada, shown.id, {"message", "msg_1"}, Access::signed_);
    CHECK(w.get(shown.url).status == 200);
    w.release(kPost);
    CHECK(w.get(shown.url).status == 403);
    CHECK(w.get(shown.signed_url).status == 200);
}

TEST_CASE("deleting the last object that shows a file ends it at once, and removes it after a day") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::open);
    w.db->write([&](db::Write& tx) { w.media->share(tx, kPost, {"message", "msg_1"}, Access::signed_); });
    w.release(kPost);
    w.run_jobs();
    CHECK(w.get(shown.url).status == 403);
    w.release({"message", "msg_1"});
    // Nothing is left that could be shared.
    w.db->write([&](db::Write& tx) {
        CHECK_FALSE(w.media->share(tx, {"message", "msg_1"}, {"story", "story_1"}, Access::signed_));
    });
    const auto gone = w.get(shown.url);
    CHECK(gone.status == 410);
    CHECK(gone.text("detail") == "Media is gone");

    w.clock.advance(23h);
    w.run_jobs();
    CHECK(w.stored_files() == 3);
    w.clock.advance(2h);
    w.run_jobs();
    CHECK(w.stored_files() == 0);
    CHECK(w.get(shown.url).status == 410);
    w.clock.advance(24h * 31);
    w.media->sweep();
    CHECK(w.get(shown.url).status == 404);
    CHECK(w.rows("media") == 0);
}

TEST_CASE("releasing what shows no file does nothing") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::open);
    w.release({"post", "post_without"});
    w.release({"story", "post_1"});
    CHECK(w.get(shown.url).status == 200);
    CHECK(w.rows("jobs") == 0);
}

TEST_CASE("nobody attaches what is not theirs, or is gone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto id = w.uploaded(ada, a_photo());
    CHECK_THROWS_WITH_AS(w.attach(bob, id, kPost, Access::open), "Media not found", Error);
    CHECK_THROWS_WITH_AS(w.attach(ada, MediaId("media_unknown"), kPost, Access::open), "Media not found",
                         Error);
    w.attach(ada, id, kPost, Access::open);
    w.release(kPost);
    CHECK_THROWS_WITH_AS(w.attach(ada, id, {"post", "post_2"}, Access::open), "Media not found", Error);
    CHECK(w.rows("media_references") == 0);
}

TEST_CASE("ranges, conditions and HEAD work on the stored bytes") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::open, a_video());
    const auto whole = w.get(shown.url);
    CHECK(whole.type == "video/mp4");
    const auto size = std::to_string(whole.body.size());

    const auto part = w.get(shown.url, {{"Range", "bytes=100-199"}});
    CHECK(part.status == 206);
    CHECK(part.body == whole.body.substr(100, 100));
    CHECK(part.header("Content-Range") == "bytes 100-199/" + size);
    const auto end = w.get(shown.url, {{"Range", "bytes=-5"}});
    CHECK(end.body == whole.body.substr(whole.body.size() - 5));

    const auto beyond = w.get(shown.url, {{"Range", "bytes=99999999-"}});
    CHECK(beyond.status == 416);
    CHECK(beyond.header("Content-Range") == "bytes */" + size);
    CHECK(beyond.text("detail") == "Range not satisfiable");

    const auto etag = whole.header("ETag");
    CHECK(etag.starts_with("\""));
    const auto cached = w.get(shown.url, {{"If-None-Match", etag}});
    CHECK(cached.status == 304);
    CHECK(cached.body.empty());
    CHECK(cached.header("ETag") == etag);
    CHECK(w.send(http::Method::head, shown.url).status == 200);
}

TEST_CASE("a width in the path gives the next larger rendition that exists") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::open);
    const auto with = [&](const std::string& transforms) {
        auto url = shown.url;
        return w.get(url.insert(url.find("grover/"), transforms));
    };
    const auto small = w.get(World::target_of(*w.info(shown.id).optimized_urls.small));
    CHECK(with("w_100/").body == small.body);
    CHECK(with("w_400/q_auto/").body == small.body);
    CHECK(with("w_401/").body == w.get(shown.url).body);
    CHECK(with("w_5000/").body == w.get(shown.url).body);
    CHECK(with("e_sepia/").body == w.get(shown.url).body);
}

TEST_CASE("a still of a video that has none is not found") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::open, a_video());
    auto url = shown.url;
    CHECK(w.get(url.insert(url.find("grover/"), "so_0/f_jpg/q_auto/w_400/")).status == 404);
}

TEST_CASE("no path but that of a rendition leads to a file") {
    World w;
    const auto ada = w.user("ada");
    const auto shown = show(w, ada, Access::open);
    const auto folder = shown.url.substr(0, shown.url.rfind('/') + 1);
    const auto name = shown.url.substr(shown.url.rfind('/') + 1);
    for (const auto& target :
         {folder, folder + "full-00000000.jpg", folder + "..%2f..%2fgrover.db", folder + "../../../tmp",
          folder + "%2e%2e/" + name, folder + name + "%00.png", folder + "original-" + name.substr(5),
          shown.url + "/x", folder + "FULL" + name.substr(4),
          std::string("/api/media/image/upload/etc/passwd"),
          std::string("/api/media/image/upload/grover/posts/media_x/full-1.jpg")}) {
        CAPTURE(target);
        CHECK(w.get(target).status == 404);
    }
    auto as_video = shown.url, elsewhere = shown.url;
    CHECK(w.get(as_video.replace(as_video.find("/image/"), 7, "/video/")).status == 404);
    CHECK(w.get(elsewhere.replace(elsewhere.find("/posts/"), 7, "/stories/")).status == 404);
}

TEST_CASE("lists get their media in the order asked for, the owner alone sees the key") {
    World w;
    const auto ada = w.user("ada");
    const auto photo = w.uploaded(ada, a_photo()), sound = w.uploaded(ada, a_sound());
    const std::vector<MediaId> ids{sound, MediaId("media_unknown"), photo, sound};
    const auto media = w.db->read([&](db::Read& tx) { return w.media->load(tx, ids); });
    REQUIRE(media.size() == 4);
    CHECK(media[0]->kind == Kind::audio);
    CHECK(media[1] == nullptr);
    CHECK(media[2]->media_id == photo);
    CHECK(media[3]->media_id == sound);
    CHECK_FALSE(w.media->info(*media[2], {.base_url = kBase}).public_id);
    CHECK(w.media->info(*media[2], {.base_url = kBase, .is_owner = true}).public_id ==
          w.media->key(*media[2]));
    CHECK(w.media->open_url(Kind::image, w.media->key(*media[2]), kBase) ==
          std::string(kBase) + "/api/media/image/upload/" + w.media->key(*media[2]));
}

TEST_CASE("URLs of equal reads are equal, until they are renewed") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.uploaded(ada, a_photo());
    const auto url = w.info(id).url;
    const auto changes_at = w.media->urls_change_at();
    w.clock.advance(std::chrono::microseconds{changes_at.us - w.clock.now().us - 1});
    CHECK(w.info(id).url == url);
    w.clock.advance(std::chrono::microseconds{1});
    CHECK(w.info(id).url != url);
    CHECK(w.get(World::target_of(url)).status == 200);
}
