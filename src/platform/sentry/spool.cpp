#include "platform/sentry/spool.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <system_error>

namespace grover::sentry {
namespace {

namespace fs = std::filesystem;

// 0001769249472345000-<event id>.envelope: sorted by name they are sorted by time.
constexpr std::size_t kTimeDigits = 19;
constexpr std::size_t kIdAt = kTimeDigits + 1;
constexpr std::size_t kIdDigits = 32;
constexpr std::string_view kEnding = ".envelope";
constexpr std::string_view kUnfinished = ".unfinished";

std::string name_of(std::string_view event_id, Time now, std::string_view ending) {
    const std::string time = std::to_string(now.us);
    return std::string(kTimeDigits - std::min(time.size(), kTimeDigits), '0') + time + '-' +
           std::string(event_id) + std::string(ending);
}

bool is_ours(std::string_view name, std::string_view ending) {
    return name.size() == kIdAt + kIdDigits + ending.size() && name.ends_with(ending) &&
           name[kTimeDigits] == '-' &&
           name.substr(0, kTimeDigits).find_first_not_of("0123456789") == std::string_view::npos;
}

Time time_of(const fs::path& file) {
    const std::string name = file.filename();
    Time time;
    std::from_chars(name.data(), name.data() + kTimeDigits, time.us);
    return time;
}

std::uintmax_t size_of(const fs::path& file) {
    std::error_code gone;
    const auto size = fs::file_size(file, gone);
    return gone ? 0 : size;
}

}  // namespace

Spool::Spool(fs::path directory) : directory_(std::move(directory)) {}

std::vector<fs::path> Spool::files(std::string_view ending) const {
    std::vector<fs::path> out;
    std::error_code none;
    for (fs::directory_iterator at(directory_, none), end; !none && at != end; at.increment(none)) {
        if (is_ours(at->path().filename().string(), ending)) out.push_back(at->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::size_t Spool::keep(std::string_view event_id, std::string_view envelope, Time now) {
    fs::create_directories(directory_);
    fs::permissions(directory_, fs::perms::owner_all);
    const auto file = directory_ / name_of(event_id, now, kEnding);
    // Whole or not at all, also when the process ends in the middle, and beside another that still ends.
    const auto unfinished = directory_ / name_of(event_id, now, kUnfinished);
    {
        std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
        out << envelope << std::flush;
        if (!out) throw std::system_error(errno, std::generic_category(), "write of an error report");
    }
    fs::rename(unfinished, file);
    return trim(now);
}

std::size_t Spool::trim(Time now) {
    auto all = files(kEnding);
    std::uintmax_t bytes = 0;
    std::size_t kept = 0;
    std::size_t removed = 0;
    for (auto file = all.rbegin(); file != all.rend(); ++file) {
        bytes += size_of(*file);
        if (kept < kMostEnvelopes && bytes <= kMostBytes && now - time_of(*file) <= kLongest) {
            ++kept;
            continue;
        }
        std::error_code gone;
        if (fs::remove(*file, gone)) ++removed;
    }
    for (const auto& file : files(kUnfinished)) {
        std::error_code gone;
        if (now - time_of(file) > kLongest) fs::remove(file, gone);
    }
    return removed;
}

std::optional<Spool::Kept> Spool::oldest() const {
    for (const auto& file : files(kEnding)) {
        std::ifstream in(file, std::ios::binary);
        Kept kept{
            .file = file, .event_id = file.filename().string().substr(kIdAt, kIdDigits), .envelope = {}};
        kept.envelope.assign(std::istreambuf_iterator<char>(in), {});
        if (in) return kept;
    }
    return std::nullopt;
}

void Spool::remove(const Kept& kept) {
    std::error_code gone;
    fs::remove(kept.file, gone);
}

}  // namespace grover::sentry
