#include "platform/wire/json_out.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

namespace grover::wire {
namespace {

// 0: as it is; 'u': \u00XX; else the character after the backslash.
constexpr auto kEscapes = [] {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
    table['\b'] = 'b', table['\t'] = 't', table['\n'] = 'n', table['\f'] = 'f', table['\r'] = 'r';
    table['"'] = '"', table['\\'] = '\\';
    return table;
}();

void append_digits(std::string& out, unsigned value, int width) {
    char digits[8];
    for (int i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
    out.append(digits, static_cast<std::size_t>(width));
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const char escape = kEscapes[byte];
        if (escape == 0) continue;
        out.append(text, plain, i - plain);
        plain = i + 1;
        out += '\\';
        out += escape;
        if (escape == 'u') {
            constexpr std::string_view hex = "0123456789abcdef";
            out += "00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    out.append(text, plain, text.size() - plain);
    out += '"';
}

void append_integer(std::string& out, std::int64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_time(std::string& out, Time value) {
    using namespace std::chrono;
    const sys_time<microseconds> point{microseconds{value.us}};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const auto ms = static_cast<unsigned>(duration_cast<milliseconds>(point - day).count());
    out += '"';
    append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    append_digits(out, ms / 3'600'000, 2);
    out += ':';
    append_digits(out, ms / 60'000 % 60, 2);
    out += ':';
    append_digits(out, ms / 1'000 % 60, 2);
    out += '.';
    append_digits(out, ms % 1'000, 3);
    out += "Z\"";
}

}  // namespace grover::wire
