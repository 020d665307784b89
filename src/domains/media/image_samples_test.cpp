#include "domains/media/image_samples_test.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "domains/media/media.hpp"
#include "domains/media/sniff.hpp"

namespace grover::media::samples {

TEST_CASE("image worker process" * doctest::skip()) { _exit(image_worker_main()); }

std::vector<std::string> image_worker_command() {
    return {"/proc/self/exe", "--no-skip", "--no-intro", "--test-case=image worker process"};
}

Made::Made(ImageWorkers& workers, const std::string& path, Recipe recipe) {
    const File source(path);
    const auto sniffed = sniff(source.fd());
    REQUIRE(sniffed);
    const int target = open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(target >= 0);
    const struct Close {
        int fd;
        ~Close() { close(fd); }
    } closing{target};
    for (auto& made : workers.process(source.fd(), sniffed->format, sniffed->frames > 1, recipe, target)) {
        renditions_[made.name] = made;
    }
}

std::string Made::size(const std::string& name) const {
    const auto& made = at(name);
    // What the worker says is what the file holds.
    const auto sniffed = sniff(File(path(name)).fd());
    REQUIRE(sniffed);
    CHECK(sniffed->format == made.format);
    CHECK(sniffed->width == made.width);
    CHECK(sniffed->height == made.height);
    return std::to_string(made.width) + "x" + std::to_string(made.height);
}

}  // namespace grover::media::samples
