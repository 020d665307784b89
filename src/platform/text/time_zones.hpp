// Names of time zones (IANA): known ones are those of the system's zone files.
#pragma once

#include <string_view>

namespace grover::text {

// "Europe/Berlin", "UTC". Looks into the file system. Any thread.
bool is_time_zone(std::string_view name);

}  // namespace grover::text
