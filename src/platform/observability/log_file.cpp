#include "platform/observability/log_file.hpp"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>

namespace grover::log {

struct LogFile::Impl {
    std::filesystem::path path;
    std::size_t rotate_bytes;
    std::size_t rotated;
    std::unique_ptr<spdlog::sinks::rotating_file_sink_st> sink;
    bool failed = false;

    void write(std::string_view text) const {
        sink->log(spdlog::details::log_msg("", spdlog::level::info,
                                           spdlog::string_view_t(text.data(), text.size())));
        sink->flush();
    }
};

LogFile::LogFile(std::filesystem::path path, std::uintmax_t rotate_bytes, std::size_t rotated)
    : impl_(std::make_unique<Impl>(
          Impl{std::move(path), static_cast<std::size_t>(rotate_bytes), rotated, nullptr, false})) {}

LogFile::~LogFile() = default;

std::string LogFile::open() {
    try {
        impl_->sink.reset();
        impl_->sink = std::make_unique<spdlog::sinks::rotating_file_sink_st>(
            impl_->path.string(), impl_->rotate_bytes, impl_->rotated);
        // Our lines bring everything, the line break too.
        impl_->sink->set_formatter(
            std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, ""));
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

bool LogFile::write(std::string_view lines) {
    if (!impl_->sink && !open().empty()) return false;
    try {
        if (impl_->failed) impl_->write("\n");
        impl_->failed = false;
        impl_->write(lines);
        return true;
    } catch (const std::exception&) {
        // A full disk, mostly. The stream may hold half a line: it is closed and opened again for the next try.
        impl_->failed = true;
        impl_->sink.reset();
        return false;
    }
}

}  // namespace grover::log
