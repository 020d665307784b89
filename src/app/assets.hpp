// Files embedded into the binary by tools/embed_assets.py.
#pragma once

#include <span>
#include <string_view>

namespace grover::app {

struct Asset {
    std::string_view name;  // "swagger-ui.css"
    std::string_view content_type;
    std::string_view gzipped;
};

// Live for the whole process.
std::span<const Asset> assets();

}  // namespace grover::app
