#include "platform/observability/log_file.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "platform/observability/log.hpp"
#include "platform/observability/log_testing.hpp"

using namespace grover;
using namespace grover::log_testing;

namespace {

std::string content(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("lines are appended, directories made") {
    const Directory directory;
    const auto path = directory.path() / "log" / "grover.log";
    {
        log::LogFile file(path, 1 << 20, 4);
        CHECK(file.open().empty());
        CHECK(file.write("one\ntwo\n"));
    }
    log::LogFile again(path, 1 << 20, 4);
    CHECK(again.write("three\n"));
    CHECK(content(path) == "one\ntwo\nthree\n");
}

TEST_CASE("a file that is full makes room, and only so many are kept") {
    const Directory directory;
    const auto path = directory.path() / "grover.log";
    log::LogFile file(path, 10, 2);
    for (const char* line : {"1234567\n", "2345678\n", "3456789\n", "4567890\n"}) CHECK(file.write(line));
    CHECK(content(path) == "4567890\n");
    CHECK(content(directory.path() / "grover.1.log") == "3456789\n");
    CHECK(content(directory.path() / "grover.2.log") == "2345678\n");
    CHECK_FALSE(std::filesystem::exists(directory.path() / "grover.3.log"));
}

TEST_CASE("a full disk and a forbidden place are reported, not thrown") {
    log::LogFile full("/dev/full", 1 << 20, 0);
    CHECK(full.open().empty());
    CHECK_FALSE(full.write("x\n"));
    CHECK_FALSE(full.write("x\n"));
    log::LogFile nowhere("/dev/null/log/grover.log", 1 << 20, 4);
    CHECK_FALSE(nowhere.open().empty());
    CHECK_FALSE(nowhere.write("x\n"));
}

TEST_CASE("after an outside rotator moved the file, lines go to a new one") {
    const Directory directory;
    const auto path = directory.path() / "grover.log";
    log::start(quiet({.file = path}));
    log::info("before");
    log::flush();
    std::filesystem::rename(path, directory.path() / "moved.log");
    log::reopen();
    log::info("after");
    log::stop();
    CHECK(content(directory.path() / "moved.log").find("\"msg\":\"before\"") != std::string::npos);
    CHECK(content(directory.path() / "moved.log").find("\"msg\":\"after\"") == std::string::npos);
    CHECK(content(path).find("\"msg\":\"after\"") != std::string::npos);
}

TEST_CASE("a log file that cannot be opened is a warning, and logging goes on") {
    Lines lines({.file = "/dev/null/log/grover.log"});
    log::info("still here");
    CHECK(lines.all().size() == 2);
    CHECK(lines.all()[0].find(
              "\"level\":\"warning\",\"msg\":\"LOG_FILE cannot be written: lines go to stderr only\"") !=
          std::string::npos);
    CHECK(lines.all()[1].find("still here") != std::string::npos);
}
