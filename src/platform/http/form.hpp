// Percent-encoding and application/x-www-form-urlencoded, as queries and bodies carry it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace grover::http {

// Bytes as sent, decoded; whether they are UTF-8 is for the reader of a value to check.
struct FormField {
    std::string name;
    std::string value;
};

enum class PlusIs : std::uint8_t { plus, space };

// A '%' that two hexadecimal digits do not follow stands for itself.
std::string percent_decoded(std::string_view text, PlusIs plus);

// In the order sent, names repeated as sent ("a=1&a=2"): of a scalar the last wins. Throws too_large over
// kMaxFormFields.
std::vector<FormField> parse_form(std::string_view text);

inline constexpr std::size_t kMaxFormFields = 5'000;

}  // namespace grover::http
