// Entity tags of conditional requests (RFC 9110 §8.8.3, §13.1.2).
#pragma once

#include <string_view>

namespace grover::http {

// Whether the value of an If-None-Match header names the tag, or all. Compares weakly: W/ makes no difference.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace grover::http
