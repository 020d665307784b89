// What this binary was built from; the values come from the build (src/app/CMakeLists.txt).
#pragma once

#include <string_view>

namespace grover::app {

extern const std::string_view kBuildCommit;  // short hash, "unknown" outside a checkout
extern const std::string_view kBuildTime;  // of that commit, RFC 3339: the same sources give the same binary

}  // namespace grover::app
