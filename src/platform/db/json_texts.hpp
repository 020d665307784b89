// Any number of texts as one JSON array: how `IN each(:ids)` reaches SQLite. Private to this folder.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace grover::db {

std::string json_texts(std::span<const std::string_view> texts);

}  // namespace grover::db
