// Reading in a test what was logged.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/observability/log.hpp"

namespace grover::log_testing {

inline log::Options quiet(log::Options options = {}) {
    options.to_stderr = false;
    return options;
}

// Logs into memory while it lives.
class Lines {
public:
    explicit Lines(log::Options options = {}) {
        options.sink = [this](std::string_view text) {
            const std::lock_guard lock(mutex_);
            text_ += text;
        };
        log::start(quiet(std::move(options)));
    }
    ~Lines() { log::stop(); }
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    // Everything logged so far, without line breaks.
    std::vector<std::string> all() {
        log::flush();
        return split();
    }
    // The same after the log thread has ended.
    std::vector<std::string> after_stop() {
        log::stop();
        return split();
    }

private:
    std::vector<std::string> split() {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> lines;
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = text_.find('\n', at);
            if (end == std::string::npos) throw std::logic_error("half a line was written");
            lines.push_back(text_.substr(at, end - at));
            at = end + 1;
        }
        return lines;
    }

    std::mutex mutex_;
    std::string text_;  // under mutex_
};

// A directory of its own, gone with the test.
class Directory {
public:
    Directory() {
        std::string name = std::filesystem::temp_directory_path() / "grover_log_XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
        path_ = name;
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace grover::log_testing
