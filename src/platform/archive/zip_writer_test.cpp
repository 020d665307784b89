#include "platform/archive/zip_writer.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

// A directory that goes with the test.
struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("zip_writer_test." + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return (path / name).string(); }
};

// What another ZIP reader, Python's, finds: "name size crc-ok" lines.
std::string listing(const std::string& zip) {
    const std::string command =
        "python3 -c \"import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; "
        "print(*[i.filename+' '+str(i.file_size)+' '+str(z.read(i)[:5]) for i in "
        "z.infolist()],sep='\\n')\" " +
        zip + " 2>&1";
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    char buffer[256];
    while (std::fgets(buffer, sizeof(buffer), pipe)) out += buffer;
    ::pclose(pipe);
    return out;
}

}  // namespace

using grover::archive::ZipWriter;

TEST_CASE("what was written piece by piece is what another program reads") {
    const Folder folder;
    std::ofstream(folder.file("picture.jpg")) << "jpeg!";
    {
        ZipWriter zip(folder.file("a.zip"));
        zip.begin("posts.json");
        for (int i = 0; i < 10'000; ++i) zip.write("0123456789");
        CHECK(zip.add_file("media/picture.jpg", folder.file("picture.jpg")));
        zip.begin("größe.json");
        zip.write("[]");
        const auto size = zip.finish();
        CHECK(size == std::filesystem::file_size(folder.file("a.zip")));
    }
    CHECK(listing(folder.file("a.zip")) ==
          "posts.json 100000 b'01234'\nmedia/picture.jpg 5 b'jpeg!'\ngröße.json 2 b'[]'\n");
    CHECK(std::filesystem::file_size(folder.file("a.zip")) < 5'000);
}

TEST_CASE("a file that is gone is left out") {
    const Folder folder;
    ZipWriter zip(folder.file("b.zip"));
    CHECK_FALSE(zip.add_file("media/gone.jpg", folder.file("gone.jpg")));
    zip.begin("profile.json");
    zip.write("{}");
    zip.finish();
    CHECK(listing(folder.file("b.zip")) == "profile.json 2 b'{}'\n");
}

TEST_CASE("a directory that is not there is an error, not a silent loss") {
    CHECK_THROWS_AS(ZipWriter("/nowhere/at/all.zip"), std::runtime_error);
}

TEST_CASE("a full disk is an error with its name, and what was begun is let go") {
    ZipWriter zip("/dev/full");
    zip.begin("posts.json");
    std::string noise(1 << 20, '\0');
    for (std::size_t i = 0; i < noise.size(); ++i)
        noise[i] = static_cast<char>((i * i * 2'654'435'761u) >> 13);
    CHECK_THROWS_WITH(zip.write(noise), "zip: No space left on device");
    CHECK_THROWS_WITH(zip.finish(), "zip: No space left on device");
}

TEST_CASE("an archive that nobody finishes takes no memory with it") {
    const Folder folder;
    ZipWriter zip(folder.file("c.zip"));
    zip.begin("posts.json");
    zip.write("half of");
}
