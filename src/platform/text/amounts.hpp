// Numbers that people enter (contract/system.md §6). Money is read digit by digit into cents and never
// becomes a floating-point number on the way.
#pragma once

#include <optional>
#include <string_view>

#include "platform/base/cents.hpp"

namespace grover::text {

struct AmountRange {
    Cents min{50};
    Cents max{9'999'999};
};

// Dollars as text: "29.99", "5", ".5", " 3 ", with a sign if need be. More than two decimals are rounded
// half-up to the cent. Nothing for exponents, NaN, infinities and whatever else is no number: the wire
// answers 422. What no int64 could hold becomes the largest amount there is, which every range refuses.
std::optional<Cents> parse_amount(std::string_view text);
// A JSON number, taken as its shortest decimal form: 1.005 is "1.005", which rounds to 1.01.
std::optional<Cents> parse_amount(double number);

// Throws validation_error "<field> must be between 0.50 and 99999.99".
Cents validate_amount(Cents amount, std::string_view field = "Amount", AmountRange range = {});
// Both in one; throws invalid_input (422) at {"body", "<field in lower case>"} for what is no number.
Cents validate_amount(std::string_view value, std::string_view field = "Amount", AmountRange range = {});
Cents validate_amount(double value, std::string_view field = "Amount", AmountRange range = {});

// Not for money. Finite, also as text such as "1e3". Throws validation_error "<field> must be a valid
// number", then
// "<field> must be greater than 0" or "<field> must be between 0 and 100".
double validate_positive_number(double value, std::string_view field = "Amount");
double validate_positive_number(std::string_view value, std::string_view field = "Amount");
double validate_percentage(double value, std::string_view field = "Percentage");
double validate_percentage(std::string_view value, std::string_view field = "Percentage");

}  // namespace grover::text
