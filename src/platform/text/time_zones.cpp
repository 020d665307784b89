#include "platform/text/time_zones.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace grover::text {
namespace {

constexpr std::string_view kFolder = "/usr/share/zoneinfo/";
constexpr std::size_t kLongestName = 50;

// Letters, digits and "_+-" in parts separated by single slashes: nothing that leads out of the folder.
bool is_well_formed(std::string_view name) {
    if (name.empty() || name.size() > kLongestName || name.front() == '/' || name.back() == '/') return false;
    if (name.find("//") != name.npos) return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '+' || c == '-' || c == '/';
    });
}

}  // namespace

bool is_time_zone(std::string_view name) {
    if (!is_well_formed(name) || name.starts_with("posix/") || name.starts_with("right/")) return false;
    std::ifstream file(std::string(kFolder) + std::string(name), std::ios::binary);
    char magic[4] = {};
    return file.read(magic, sizeof magic) && std::string_view(magic, 4) == "TZif";
}

}  // namespace grover::text
