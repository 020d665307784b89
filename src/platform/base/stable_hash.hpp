// A hash that is stored, or compared between nodes: the same in every build, on every machine, for ever. Two texts of one hash
// are rare, not impossible: for uses where that is harmless. Not against people who look for such texts.
#pragma once

#include <cstdint>
#include <string_view>

namespace grover {

constexpr std::uint64_t stable_hash(std::string_view text) {
    // FNV-1a, then mixed: the first bits are used alone.
    std::uint64_t hash = 14'695'981'039'346'656'037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    return hash ^ hash >> 33;
}

}  // namespace grover
