// Stories about what is cleaned up behind the requests.
#include <thread>

#include "domains/media/media_store.hpp"
#include "domains/media/media_test.hpp"
#include "sql/media.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::media;
using namespace grover::media::samples;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

void age_files(World& w) {
    for (const auto& entry : fs::recursive_directory_iterator(w.dir.path("media"))) {
        fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - 25h);
    }
}

}  // namespace

TEST_CASE("an upload that nothing uses goes after a day, one that is used stays") {
    World w;
    const auto ada = w.user("ada");
    const auto loose = w.uploaded(ada, a_sound()), used = w.uploaded(ada, a_sound());
    w.attach(ada, used, {"post", "post_1"}, Access::open);
    w.clock.advance(23h);
    w.media->sweep();
    w.run_jobs();
    CHECK(w.stored_files() == 2);
    w.clock.advance(2h);
    w.media->sweep();
    w.run_jobs();
    CHECK_FALSE(w.media->parts().storage.holds(loose));
    CHECK(w.media->parts().storage.holds(used));
}

TEST_CASE("files without a row and leftovers of crashed requests go after a day") {
    World w;
    const auto ada = w.user("ada");
    const auto kept = w.uploaded(ada, a_sound());
    w.attach(ada, kept, {"post", "post_1"}, Access::open);
    const auto orphan = w.uploaded(ada, a_sound());
    testing::execute(*w.db, "DELETE FROM media WHERE media_id = '" + orphan.str() + "'");
    write_file(w.media->upload_directory() + "/half-an-upload", "x");

    w.media->sweep();
    CHECK(w.stored_files() == 2);
    CHECK(w.temporary_files() == 1);
    age_files(w);
    w.media->sweep();
    CHECK(w.stored_files() == 1);
    CHECK(w.media->parts().storage.holds(kept));
    CHECK(w.temporary_files() == 0);
    CHECK(w.rows("media") == 1);
}

TEST_CASE("a job for a medium that is in use deletes nothing, and one that runs twice does no harm") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.uploaded(ada, a_sound());
    w.attach(ada, id, {"post", "post_1"}, Access::open);
    w.media->run(DeleteMediaFiles{id});
    CHECK(w.stored_files() == 1);
    w.release({"post", "post_1"});
    w.media->run(DeleteMediaFiles{id});
    w.media->run(DeleteMediaFiles{id});
    w.media->run(DeleteMediaFiles{MediaId("media_unknown")});
    CHECK(w.stored_files() == 0);
    CHECK(w.query("SELECT renditions, bytes FROM media") == "|0");
}

TEST_CASE("when the last ten references go at once the medium ends exactly once") {
    World w;
    const auto ada = w.user("ada");
    const auto id = w.uploaded(ada, a_sound());
    for (int i = 0; i < 10; ++i) w.attach(ada, id, {"post", "post_" + std::to_string(i)}, Access::open);
    std::vector<std::thread> threads;
    for (int i = 0; i < 10; ++i)
        threads.emplace_back([&, i] { w.release({"post", "post_" + std::to_string(i)}); });
    for (auto& thread : threads) thread.join();
    CHECK(w.rows("media_references") == 0);
    CHECK(w.query("SELECT count(*) FROM media WHERE deleted_at IS NOT NULL") == "1");
    CHECK(w.query("SELECT name FROM jobs") == "media.delete_files");
}

TEST_CASE("an account that leaves takes its unused uploads along, and its export holds its files") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto photo = w.uploaded(ada, a_photo()), sound = w.uploaded(ada, a_sound());
    w.uploaded(bob, a_sound());
    w.attach(ada, photo, {"post", "post_1"}, Access::open);

    struct Archive final : users::ExportWriter {
        void begin(std::string_view) override {}
        void text(std::string_view) override {}
        void file(std::string_view name, const std::string& path) override {
            names.push_back(std::string(name));
            CHECK(fs::exists(path));
        }
        std::vector<std::string> names;
    } archive;
    MediaExport(*w.media).contribute(ada, archive);
    std::sort(archive.names.begin(), archive.names.end());
    std::vector expected{"media/" + photo.str() + ".jpg", "media/" + sound.str() + ".mp3"};
    std::sort(expected.begin(), expected.end());
    CHECK(archive.names == expected);

    MediaEraser eraser(*w.media);
    CHECK(w.db->write([&](db::Write& tx) { return eraser.erase_some(tx, ada, 100); }));
    w.run_jobs();
    CHECK(w.media->parts().storage.holds(photo));
    CHECK_FALSE(w.media->parts().storage.holds(sound));
    CHECK(w.query("SELECT count(*) FROM media WHERE deleted_at IS NOT NULL") == "1");
}

TEST_CASE("renditions are read back as they were written") {
    const std::vector<Rendition> renditions{{"full", Format::jpeg, "0123abcd", 1536, 2048, 812'345},
                                            {"original", Format::webm_audio, "ffffffff", 0, 0, 1}};
    const auto text = store::pack(renditions);
    CHECK(text == "full jpeg 0123abcd 1536 2048 812345\noriginal weba ffffffff 0 0 1\n");
    const auto back = store::unpack(text);
    REQUIRE(back.size() == 2);
    CHECK(back[0].bytes == 812'345);
    CHECK(back[1].format == Format::webm_audio);
    CHECK(store::unpack("").empty());
    for (const auto* broken : {"full", "full jpeg 0 1 2\n", "full bmp 0 1 2 3\n", "full jpeg 0 a 2 3\n"}) {
        CHECK_THROWS_AS(store::unpack(broken), std::invalid_argument);
    }
}

TEST_CASE("no statement of media reads a whole table") {
    testing::check_no_scans(*testing::fresh_database(), sql::media::all);
}
