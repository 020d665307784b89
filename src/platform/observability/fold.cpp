#include "platform/observability/fold.hpp"

namespace grover::log {
namespace {

constexpr auto kSecond = std::chrono::seconds(1);
// More kinds of lines than this in one second are not told apart: they are shown.
constexpr std::size_t kMostKinds = 4096;

}  // namespace

bool Folder::show(std::uint64_t key, std::uint32_t limit, std::string_view line, Time now) {
    const auto found = kinds_.find(key);
    if (found == kinds_.end()) {
        if (kinds_.size() < kMostKinds) kinds_.emplace(key, Kind{now, 1, 0, {}});
        return true;
    }
    Kind& kind = found->second;
    if (kind.held == 0 && now - kind.since >= kSecond) kind = {now, 0, 0, {}};
    if (kind.seen < limit) {
        ++kind.seen;
        return true;
    }
    if (kind.held++ == 0) ++held_;
    kind.last = line;
    return false;
}

void Folder::take(std::string& out, Time now, bool all) {
    for (auto at = kinds_.begin(); at != kinds_.end();) {
        Kind& kind = at->second;
        if (!all && now - kind.since < kSecond) {
            ++at;
            continue;
        }
        if (kind.held > 0) {
            out += with_repeated(kind.last, kind.held);
            --held_;
        }
        at = kinds_.erase(at);
    }
}

std::string with_repeated(std::string_view line, std::uint64_t count) {
    const std::string number = std::to_string(count);
    if (line.ends_with("}\n"))
        return std::string(line.substr(0, line.size() - 2)) + ",\"repeated\":" + number + "}\n";
    if (line.ends_with('\n')) line.remove_suffix(1);
    return std::string(line) + " repeated=" + number + "\n";
}

}  // namespace grover::log
