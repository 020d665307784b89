// Files embedded into the binary by tools/embed_assets.py.
#pragma once

#include <optional>
#include <string_view>

namespace grover::app {

struct Asset {
    std::string_view content_type;
    std::string_view gzipped;  // lives for the whole process
};

// "docs/swagger-ui.css".
std::optional<Asset> find_asset(std::string_view name);

}  // namespace grover::app
