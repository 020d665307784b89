// Puts one log line together. Private to platform/observability.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/observability/log.hpp"

namespace grover::log {

inline constexpr std::size_t kLongestLine = 16 * 1024;
inline constexpr std::size_t kLongestValue = 4 * 1024;

std::string_view to_string(LogLevel level);

// Appends the inside of a JSON string. Control characters and line separators of any kind are escaped, broken UTF-8 is
// replaced: a value can neither forge a line nor command a terminal. Longer texts are cut with "…".
void append_escaped(std::string& out, std::string_view text, std::size_t longest = kLongestValue);
void append_quoted(std::string& out, std::string_view text, std::size_t longest = kLongestValue);

// `,"node":…,"pid":…,"thread":…`: made once per thread.
std::string origin_of(std::string_view node, std::string_view thread);

struct LineStyle {
    Format format = Format::json;
    bool send_pii = false;
};

// Writes into a buffer that its thread uses again for every line.
class LineBuilder {
public:
    LineBuilder(std::string& out, LineStyle style) : out_(out), style_(style) { out_.clear(); }

    // In this order; `origin` from origin_of().
    void begin(LogLevel level, std::string_view logger, std::string_view message, std::string_view origin);
    void context(const Context& context);
    void field(std::string_view key, const Value& value);
    void duration(std::string_view key, std::int64_t microseconds);  // as milliseconds
    void address(std::string_view key, std::string_view ip);
    // The keys of these hold no secret, which saves asking.
    void number(std::string_view key, std::int64_t value);
    void scrubbed(std::string_view key, std::string_view text);
    // Text that is not scrubbed either: names from the code.
    void name(std::string_view key, std::string_view text);
    void end();

    // What identical lines have in common: everything but time, origin and context.
    std::size_t hash() const;

private:
    void key(std::string_view key);
    void text(std::string_view text);
    bool has_room() const { return out_.size() < kLongestLine - kLongestValue - 1024; }

    std::string& out_;
    LineStyle style_;
    std::size_t message_start_ = 0;
    std::size_t message_end_ = 0;
    std::size_t fields_start_ = 0;
    bool cut_ = false;
};

}  // namespace grover::log
