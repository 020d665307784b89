#include "platform/observability/line.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>

#include "platform/base/clock.hpp"
#include "platform/observability/scrub.hpp"
#include "platform/text/time_format.hpp"
#include "platform/text/utf8.hpp"

namespace grover::log {
namespace {

constexpr std::size_t kTimeSize = 24;

// The current time; the calendar is asked once per second.
void append_now(std::string& out) {
    thread_local std::int64_t second = -1;
    thread_local std::string text;
    const std::int64_t us = SystemClock().now().us;
    if (us / 1'000'000 != second) {
        second = us / 1'000'000;
        text.clear();
        text::append_time(text, Time{us});
    }
    const auto ms = static_cast<unsigned>(us / 1000 % 1000);
    text[kTimeSize - 4] = static_cast<char>('0' + ms / 100);
    text[kTimeSize - 3] = static_cast<char>('0' + ms / 10 % 10);
    text[kTimeSize - 2] = static_cast<char>('0' + ms % 10);
    out += text;
}

template <class Number>
void append_number(std::string& out, Number value) {
    std::array<char, 32> buffer;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out.append(buffer.data(), result.ptr);
}

void append_escape(std::string& out, unsigned code_unit) {
    constexpr char kHex[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(code_unit >> shift) & 0xFu];
}

// Characters that stand for themselves in a JSON string.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}();

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

void append_code_point_escaped(std::string& out, char32_t c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\r':
            out += "\\r";
            return;
        default:
            break;
    }
    if (is_control(c)) {
        append_escape(out, static_cast<unsigned>(c));
    } else {
        text::append_code_point(out, c);
    }
}

}  // namespace

std::string_view to_string(LogLevel level) {
    constexpr std::array<std::string_view, 5> kNames{"debug", "info", "warning", "error", "critical"};
    return kNames[static_cast<std::size_t>(level)];
}

void append_escaped(std::string& out, std::string_view text, std::size_t longest) {
    const std::size_t stop = out.size() + longest;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t run = at;
        while (run < text.size() && kPlain[static_cast<unsigned char>(text[run])]) ++run;
        const std::size_t room = stop > out.size() ? stop - out.size() : 0;
        out.append(text.substr(at, std::min(run - at, room)));
        at = run;
        if (out.size() >= stop) {
            out += "…";
            break;
        }
        if (at < text.size()) append_code_point_escaped(out, text::next_code_point(text, at));
    }
}

void append_quoted(std::string& out, std::string_view text, std::size_t longest) {
    out += '"';
    append_escaped(out, text, longest);
    out += '"';
}

std::string origin_of(std::string_view node, std::string_view thread) {
    std::string out = ",\"node\":";
    append_quoted(out, node, 255);
    out += ",\"pid\":" + std::to_string(::getpid()) + ",\"thread\":";
    append_quoted(out, thread, 32);
    return out;
}

void LineBuilder::key(std::string_view key) {
    if (style_.format == Format::json) {
        out_ += ",\"";
        out_ += key;
        out_ += "\":";
    } else {
        out_ += ' ';
        out_ += key;
        out_ += '=';
    }
}

void LineBuilder::text(std::string_view text) {
    if (may_need_scrubbing(text)) {
        // What is cut anyway need not be looked at, but a secret must not be cut in two and then shown.
        append_escaped(out_, scrub(text.substr(0, 2 * kLongestValue)));
    } else {
        append_escaped(out_, text);
    }
}

void LineBuilder::name(std::string_view key_name, std::string_view value) {
    key(key_name);
    if (style_.format == Format::json) {
        append_quoted(out_, value);
    } else {
        append_escaped(out_, value);
    }
}

void LineBuilder::number(std::string_view key_name, std::int64_t value) {
    key(key_name);
    append_number(out_, value);
}

void LineBuilder::scrubbed(std::string_view key_name, std::string_view value) {
    key(key_name);
    out_ += '"';
    text(value);
    out_ += '"';
}

void LineBuilder::begin(LogLevel level, std::string_view logger, std::string_view message,
                        std::string_view origin) {
    if (style_.format == Format::json) {
        out_ += "{\"ts\":\"";
        append_now(out_);
        out_ += "\",\"level\":\"";
        out_ += to_string(level);
        out_ += "\",\"msg\":\"";
        message_start_ = out_.size();
        text(message);
        out_ += "\",\"logger\":\"";
        out_ += logger;
        out_ += '"';
        message_end_ = out_.size();
        out_ += origin;
    } else {
        append_now(out_);
        out_ += ' ';
        message_start_ = out_.size();
        out_ += to_string(level);
        out_ += ' ';
        out_ += logger;
        out_ += ": ";
        text(message);
        message_end_ = out_.size();
    }
    fields_start_ = out_.size();
}

void LineBuilder::context(const Context& context) {
    const auto add = [&](std::string_view key_name, std::string_view value) {
        if (!value.empty()) {
            name(key_name, value.substr(0, 128));
        } else if (style_.format == Format::json) {
            key(key_name);
            out_ += "null";
        }
    };
    add("request_id", context.request_id);
    add("trace_id", context.trace_id);
    add("span_id", context.span_id);
    add("user_id", context.user_id);
    add("session_id", context.session_id);
    fields_start_ = out_.size();
}

void LineBuilder::field(std::string_view key_name, const Value& value) {
    if (!has_room()) {
        cut_ = true;
        return;
    }
    if (value.kind() == Value::Kind::text && is_address_key(key_name)) return address(key_name, value.text());
    key(key_name);
    if (value.kind() != Value::Kind::null && value.kind() != Value::Kind::flag && is_secret_key(key_name)) {
        append_quoted(out_, kFiltered);
        return;
    }
    switch (value.kind()) {
        case Value::Kind::text:
            out_ += '"';
            text(value.text());
            out_ += '"';
            break;
        case Value::Kind::integer:
            append_number(out_, value.integer());
            break;
        case Value::Kind::number:
            if (std::isfinite(value.number())) {
                append_number(out_, value.number());
            } else {
                out_ += "null";  // JSON has no other word for it
            }
            break;
        case Value::Kind::flag:
            out_ += value.integer() != 0 ? "true" : "false";
            break;
        case Value::Kind::null:
            out_ += "null";
            break;
    }
}

void LineBuilder::duration(std::string_view key_name, std::int64_t microseconds) {
    key(key_name);
    append_number(out_, microseconds / 1000);
    const auto rest = static_cast<unsigned>(microseconds % 1000);
    if (rest == 0) return;
    out_ += '.';
    out_ += static_cast<char>('0' + rest / 100);
    out_ += static_cast<char>('0' + rest / 10 % 10);
    out_ += static_cast<char>('0' + rest % 10);
}

void LineBuilder::address(std::string_view key_name, std::string_view ip) {
    key(key_name);
    append_quoted(out_, style_.send_pii ? std::string(ip) : anonymous_ip(ip), 64);
}

void LineBuilder::end() {
    if (cut_) {
        key("truncated");
        out_ += "true";
    }
    out_ += style_.format == Format::json ? "}\n" : "\n";
}

std::size_t LineBuilder::hash() const {
    const std::string_view line = out_;
    const std::hash<std::string_view> hasher;
    return hasher(line.substr(message_start_, message_end_ - message_start_)) * 31 +
           hasher(line.substr(fields_start_));
}

}  // namespace grover::log
