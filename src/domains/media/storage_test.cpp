#include "domains/media/storage.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "domains/media/samples_test.hpp"
#include "platform/base/error.hpp"

using namespace grover;
using namespace grover::media;
using namespace grover::media::samples;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::size_t files_below(const fs::path& path) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path)) count += entry.is_regular_file() ? 1 : 0;
    return count;
}

// A stage with two renditions and something that nobody named.
void fill(const Storage::Stage& stage) {
    write_file(stage.path("full"), "hello");
    write_file(stage.path("thumb"), "hi");
    write_file(stage.path("scratch"), "not named");
}

const std::vector<Storage::NewFile> kTwoFiles{{"full", "jpg"}, {"thumb", "jpg"}};

std::string text_of(const FileHandle& file) {
    std::string text(100, '\0');
    const auto got = pread(file.fd(), text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
}

}  // namespace

TEST_CASE("a stored medium is read back by the names that its content gave") {
    Directory dir;
    Storage storage(dir.path());
    const auto id = IdSource::unguessable<MediaId>();
    {
        auto stage = storage.new_stage();
        fill(stage);
        const auto stored = storage.store(stage, id, kTwoFiles);
        REQUIRE(stored.size() == 2);
        CHECK(stored[0].hash == "2cf24dba");
        CHECK(stored[0].bytes == 5);
    }
    CHECK(text_of(storage.open(id, "full-2cf24dba.jpg")) == "hello");
    CHECK(storage.holds(id));
    CHECK(storage.holds(id, "full-2cf24dba.jpg"));
    CHECK_FALSE(storage.holds(id, "thumb-2cf24dba.jpg"));
    CHECK_FALSE(storage.holds(id, "../../../../etc/passwd"));
    CHECK(files_below(dir.path("files")) == 2);
    CHECK(fs::is_empty(dir.path("tmp")));
}

TEST_CASE("what is not stored disappears with its stage") {
    Directory dir;
    Storage storage(dir.path());
    {
        auto stage = storage.new_stage();
        fill(stage);
        CHECK(files_below(dir.path("tmp")) == 3);
    }
    CHECK(fs::is_empty(dir.path("tmp")));
    CHECK(fs::is_empty(dir.path("files")));
}

TEST_CASE("two uploads never overwrite each other") {
    Directory dir;
    Storage storage(dir.path());
    const auto id = IdSource::unguessable<MediaId>();
    auto first = storage.new_stage();
    fill(first);
    (void)storage.store(first, id, kTwoFiles);
    auto second = storage.new_stage();
    write_file(second.path("full"), "other");
    CHECK_THROWS_AS((void)storage.store(second, id, {{"full", "jpg"}}), Error);
    CHECK(text_of(storage.open(id, "full-2cf24dba.jpg")) == "hello");
    CHECK(files_below(dir.path("files")) == 2);
}

TEST_CASE("a disk that fails is a 503 with the contract's sentence, and nothing is half stored") {
    Directory dir;
    Storage storage(dir.path());
    fs::remove(dir.path("files"));
    write_file(dir.path("files"), "in the way");
    const auto id = IdSource::unguessable<MediaId>();
    {
        auto stage = storage.new_stage();
        fill(stage);
        try {
            (void)storage.store(stage, id, kTwoFiles);
            FAIL("stored");
        } catch (const Error& error) {
            CHECK(error.status == 503);
            CHECK(error.detail == "Storage is temporarily unavailable");
            CHECK(error.retry_after.has_value());
            CHECK(error.cause.find("Not a directory") != std::string::npos);
        }
    }
    CHECK_FALSE(storage.holds(id));
    CHECK(fs::is_empty(dir.path("tmp")));
}

TEST_CASE("only names of the layout open anything") {
    Directory dir;
    Storage storage(dir.path());
    const auto id = IdSource::unguessable<MediaId>();
    auto stage = storage.new_stage();
    fill(stage);
    (void)storage.store(stage, id, kTwoFiles);
    write_file(dir.path("secret"), "secret");
    for (const std::string name :
         {"", ".", "..", "../../../../secret", "full-2cf24dba.jpg/", "full-00000000.jpg", "/etc/passwd",
          "full-2cf24dba.jpg\n", "FULL-2cf24dba.jpg", "full.jpg"}) {
        CAPTURE(name);
        CHECK_FALSE(storage.open(id, name));
    }
    CHECK_FALSE(storage.open(id, std::string_view("full-2cf24dba.jpg\0", 18)));
    CHECK_FALSE(storage.open(MediaId("../.."), "full-2cf24dba.jpg"));
    CHECK_FALSE(storage.open(MediaId(), "full-2cf24dba.jpg"));
    // A link in the place of a file leads nowhere.
    fs::path place;
    for (const auto& entry : fs::recursive_directory_iterator(dir.path("files"))) {
        if (entry.is_regular_file()) place = entry.path().parent_path();
    }
    fs::create_symlink(dir.path("secret"), place / "full-11111111.jpg");
    CHECK_FALSE(storage.open(id, "full-11111111.jpg"));
}

TEST_CASE("removing a medium removes all its files, and may be repeated") {
    Directory dir;
    Storage storage(dir.path());
    const auto id = IdSource::unguessable<MediaId>();
    auto stage = storage.new_stage();
    fill(stage);
    (void)storage.store(stage, id, kTwoFiles);
    storage.remove(id);
    storage.remove(id);
    CHECK_FALSE(storage.holds(id));
    CHECK(files_below(dir.path("files")) == 0);
}

TEST_CASE("the sweep finds leftovers and media by their age") {
    Directory dir;
    Storage storage(dir.path());
    write_file(storage.upload_directory() + "/upload-1", "left behind");
    const auto id = IdSource::unguessable<MediaId>();
    auto stage = storage.new_stage();
    fill(stage);
    (void)storage.store(stage, id, kTwoFiles);

    const auto older_than = [&](std::chrono::seconds limit) {
        std::vector<MediaId> found;
        for (unsigned shard = 0; shard < Storage::kShards; ++shard) {
            for (const auto& medium : storage.media_in_shard(shard, limit)) found.push_back(medium);
        }
        return found;
    };
    CHECK(older_than(1h).empty());
    CHECK(storage.remove_leftovers(1h) == 0);

    fs::last_write_time(storage.upload_directory() + "/upload-1", fs::file_time_type::clock::now() - 2h);
    for (const auto& entry : fs::recursive_directory_iterator(dir.path("files"))) {
        fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - 2h);
    }
    CHECK(older_than(1h) == std::vector{id});
    CHECK(storage.remove_leftovers(1h) == 1);
    CHECK_FALSE(fs::exists(storage.upload_directory() + "/upload-1"));
}

TEST_CASE("a root that cannot be used stops the start with a sentence") {
    Directory dir;
    write_file(dir.path("file"), "");
    CHECK_THROWS_WITH_AS(Storage{dir.path("file")}, doctest::Contains("MEDIA_ROOT"), std::runtime_error);
    CHECK(Storage(dir.path("new/deep")).is_available());
}
