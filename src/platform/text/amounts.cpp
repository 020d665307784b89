#include "platform/text/amounts.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"

namespace grover::text {
namespace {

constexpr std::int64_t kMostCents = 1'000'000'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 50 -> "0.50": the sentence shows two decimals, unlike the wire.
std::string with_two_decimals(Cents amount) {
    const std::string cents = std::to_string(amount.value % 100);
    return std::to_string(amount.value / 100) + (cents.size() == 1 ? ".0" : ".") + cents;
}

Error no_number(std::string_view field) {
    return invalid_input({"body", lower_ascii(field)}, "Input should be a valid number", "number_parsing");
}

// Text as a finite number, or NaN.
double to_number(std::string_view value) {
    std::string_view text = trim(value);
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : std::nan("");
}

void require_finite(double value, std::string_view field) {
    if (!std::isfinite(value)) throw validation_error(std::string(field) + " must be a valid number");
}

}  // namespace

std::optional<Cents> parse_amount(std::string_view value) {
    std::string_view text = trim(value);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t cents = 0;
    std::size_t digits = 0;
    std::size_t i = 0;
    const auto add = [&](int digit) {
        if (cents < kMostCents) cents = cents * 10 + digit;
    };
    for (; i < text.size() && is_digit(text[i]); ++i, ++digits) add(text[i] - '0');
    std::size_t decimals = 0;
    bool round_up = false;
    if (i < text.size() && text[i] == '.') {
        for (++i; i < text.size() && is_digit(text[i]); ++i, ++digits, ++decimals) {
            if (decimals < 2) add(text[i] - '0');
            if (decimals == 2) round_up = text[i] >= '5';
        }
    }
    if (i != text.size() || digits == 0) return std::nullopt;
    for (; decimals < 2; ++decimals) add(0);
    if (round_up) ++cents;
    return Cents{negative ? -cents : cents};
}

std::optional<Cents> parse_amount(double number) {
    if (!std::isfinite(number)) return std::nullopt;
    if (std::abs(number) >= 1e13) return Cents{number < 0 ? -kMostCents : kMostCents};
    // The longest here is the smallest denormal: 324 zeros and 17 digits.
    char buffer[400];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
    return parse_amount(std::string_view(buffer, static_cast<std::size_t>(result.ptr - buffer)));
}

Cents validate_amount(Cents amount, std::string_view field, AmountRange range) {
    if (amount < range.min || amount > range.max) {
        throw validation_error(std::string(field) + " must be between " + with_two_decimals(range.min) +
                               " and " + with_two_decimals(range.max));
    }
    return amount;
}

Cents validate_amount(std::string_view value, std::string_view field, AmountRange range) {
    const auto amount = parse_amount(value);
    if (!amount) throw no_number(field);
    return validate_amount(*amount, field, range);
}

Cents validate_amount(double value, std::string_view field, AmountRange range) {
    const auto amount = parse_amount(value);
    if (!amount) throw no_number(field);
    return validate_amount(*amount, field, range);
}

double validate_positive_number(double value, std::string_view field) {
    require_finite(value, field);
    if (value <= 0) throw validation_error(std::string(field) + " must be greater than 0");
    return value;
}

double validate_positive_number(std::string_view value, std::string_view field) {
    return validate_positive_number(to_number(value), field);
}

double validate_percentage(double value, std::string_view field) {
    require_finite(value, field);
    if (value < 0 || value > 100) throw validation_error(std::string(field) + " must be between 0 and 100");
    return value;
}

double validate_percentage(std::string_view value, std::string_view field) {
    return validate_percentage(to_number(value), field);
}

}  // namespace grover::text
