// The image workers of a test program, which is its own worker program, and what one picture became.
#pragma once

#include <map>
#include <string>

#include "domains/media/image_workers.hpp"
#include "domains/media/samples_test.hpp"

namespace grover::media::samples {

// The test program, started as a worker.
std::vector<std::string> image_worker_command();

// The renditions of one picture, in a directory of their own.
class Made {
public:
    // Sniffs and processes the file as an upload is. Throws what process() throws.
    Made(ImageWorkers& workers, const std::string& path, Recipe recipe = Recipe::standard);

    bool has(const std::string& name) const { return renditions_.contains(name); }
    const MadeRendition& at(const std::string& name) const { return renditions_.at(name); }
    std::string size(const std::string& name) const;  // "1536x2048"
    std::string path(const std::string& name) const { return directory_.path(name); }
    std::string bytes(const std::string& name) const { return read_file(path(name)); }
    const std::map<std::string, MadeRendition>& all() const { return renditions_; }

private:
    Directory directory_;
    std::map<std::string, MadeRendition> renditions_;
};

}  // namespace grover::media::samples
