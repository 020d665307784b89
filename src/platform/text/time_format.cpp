#include "platform/text/time_format.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace grover::text {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kFirst = -62'167'219'200 * kSecond;     // 0000-01-01T00:00:00Z
constexpr std::int64_t kLast = 253'402'300'800 * kSecond - 1;  // the end of 9999

void put(char* out, unsigned value, int digits) {
    for (int i = digits - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

// Reads from the front of a text; the first thing that does not fit spoils all.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int number(std::size_t digits, int min, int max) {
        if (rest_.size() < digits) return fail();
        int value = 0;
        for (const char c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9') return fail();
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value < min || value > max ? fail() : value;
    }
    bool take_any(std::string_view characters) {
        if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void need(std::string_view characters) {
        if (!take_any(characters)) fail();
    }
    std::int64_t fraction_us() {
        std::int64_t us = 0;
        std::int64_t unit = kSecond / 10;
        if (!at_digit()) return fail();
        for (; at_digit(); rest_.remove_prefix(1)) {
            us += (rest_.front() - '0') * unit;
            unit /= 10;
        }
        return us;
    }
    char front() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool at_digit() const { return front() >= '0' && front() <= '9'; }
    bool done() const { return sound_ && rest_.empty(); }
    int fail() {
        sound_ = false;
        return 0;
    }

private:
    std::string_view rest_;
    bool sound_ = true;
};

}  // namespace

void append_time(std::string& out, Time time) {
    const std::int64_t us = std::clamp(time.us, kFirst, kLast);
    const std::int64_t days = us >= 0 ? us / kDay : (us - kDay + 1) / kDay;
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    const auto of_day = static_cast<std::uint64_t>(us - days * kDay);
    const auto ms = of_day / 1000;
    char text[] = "0000-00-00T00:00:00.000Z";
    put(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(text + 5, static_cast<unsigned>(date.month()), 2);
    put(text + 8, static_cast<unsigned>(date.day()), 2);
    put(text + 11, static_cast<unsigned>(ms / 3'600'000), 2);
    put(text + 14, static_cast<unsigned>(ms / 60'000 % 60), 2);
    put(text + 17, static_cast<unsigned>(ms / 1000 % 60), 2);
    put(text + 20, static_cast<unsigned>(ms % 1000), 3);
    out.append(text, sizeof text - 1);
}

std::string format_time(Time time) {
    std::string out;
    append_time(out, time);
    return out;
}

std::optional<Time> parse_time(std::string_view text) {
    Reader in(text);
    const std::chrono::year year{in.number(4, 0, 9999)};
    // With separators or without ("20260124T101112Z"), but not half and half.
    const bool is_extended = in.take_any("-");
    const std::chrono::month month{static_cast<unsigned>(in.number(2, 1, 12))};
    if (is_extended) in.need("-");
    const std::chrono::day day{static_cast<unsigned>(in.number(2, 1, 31))};
    in.need("Tt ");
    std::int64_t seconds = in.number(2, 0, 23) * 3600;
    if (is_extended) in.need(":");
    seconds += in.number(2, 0, 59) * 60;
    std::int64_t fraction = 0;
    // What a browser's field for a date and a time sends ends with the minute.
    if (is_extended ? in.take_any(":") : in.at_digit()) {
        seconds += in.number(2, 0, 59);
        if (in.take_any(".,")) fraction = in.fraction_us();
    }
    if (!in.take_any("Zz")) {
        const int sign = in.front() == '-' ? 1 : -1;  // west of Greenwich it is later in UTC
        if (in.take_any("+-")) {
            seconds += sign * in.number(2, 0, 23) * 3600;
            if (in.take_any(":") || in.at_digit()) seconds += sign * in.number(2, 0, 59) * 60;
        }
    }
    const std::chrono::year_month_day date{year, month, day};
    if (!in.done() || !date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    return Time{days * kDay + seconds * kSecond + fraction};
}

}  // namespace grover::text
