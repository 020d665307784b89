// Structured logs (contract/monitoring.md §3).
//
// A line is formatted on the thread that logs it and put into that thread's own bounded queue; one thread drains all
// queues to stderr and LOG_FILE. Logging therefore never waits for a disk, a terminal or another thread: when a queue is
// full the line is dropped and counted. Secrets, e-mail addresses and IP addresses are taken out of all values.
//
// Any thread, also outside start() and stop(): then lines from `warning` up go to stderr at once.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "platform/config/log_level.hpp"
#include "platform/observability/context.hpp"

namespace grover::log {

// What a field holds. Texts are views: a line is complete when the call returns.
class Value {
public:
    enum class Kind : std::uint8_t { text, integer, number, flag, null };

    Value(std::string_view text) : kind_(Kind::text), text_(text) {}   // NOLINT(google-explicit-constructor)
    Value(const std::string& text) : Value(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
    Value(const char* text) : Value(std::string_view(text)) {}         // NOLINT(google-explicit-constructor)
    Value(bool flag) : kind_(Kind::flag), integer_(flag) {}            // NOLINT(google-explicit-constructor)
    Value(std::nullptr_t) : kind_(Kind::null) {}                       // NOLINT(google-explicit-constructor)
    template <std::integral T>
    Value(T value)
        : kind_(Kind::integer),
          integer_(static_cast<std::int64_t>(value)) {}  // NOLINT(google-explicit-constructor)
    template <std::floating_point T>
    Value(T value) : kind_(Kind::number), number_(value) {}  // NOLINT(google-explicit-constructor)

    Kind kind() const { return kind_; }
    std::string_view text() const { return text_; }
    std::int64_t integer() const { return integer_; }
    double number() const { return number_; }

private:
    Kind kind_;
    std::string_view text_{};
    std::int64_t integer_ = 0;
    double number_ = 0;
};

struct Field {
    std::string_view key;  // snake_case; a key that names a secret hides its value
    Value value;
};
using Fields = std::initializer_list<Field>;

namespace detail {
inline constinit std::atomic<LogLevel> threshold{LogLevel::warning};
void write(LogLevel level, std::string_view logger, std::string_view message, Fields fields);
}  // namespace detail

// Whether a line of this level is wanted: one relaxed load. Ask first where making the fields is dear.
inline bool enabled(LogLevel level) { return level >= detail::threshold.load(std::memory_order_relaxed); }

// Lines of one part of the server: `constexpr log::Logger kLog{"db"};`
class Logger {
public:
    constexpr explicit Logger(std::string_view name) : name_(name) {}

    void write(LogLevel level, std::string_view message, Fields fields = {}) const {
        if (enabled(level)) detail::write(level, name_, message, fields);
    }
    void debug(std::string_view message, Fields fields = {}) const {
        write(LogLevel::debug, message, fields);
    }
    void info(std::string_view message, Fields fields = {}) const { write(LogLevel::info, message, fields); }
    void warning(std::string_view message, Fields fields = {}) const {
        write(LogLevel::warning, message, fields);
    }
    void error(std::string_view message, Fields fields = {}) const {
        write(LogLevel::error, message, fields);
    }
    void critical(std::string_view message, Fields fields = {}) const {
        write(LogLevel::critical, message, fields);
    }

private:
    std::string_view name_;
};

inline constexpr Logger kServer{"server"};
inline void debug(std::string_view message, Fields fields = {}) { kServer.debug(message, fields); }
inline void info(std::string_view message, Fields fields = {}) { kServer.info(message, fields); }
inline void warning(std::string_view message, Fields fields = {}) { kServer.warning(message, fields); }
inline void error(std::string_view message, Fields fields = {}) { kServer.error(message, fields); }
inline void critical(std::string_view message, Fields fields = {}) { kServer.critical(message, fields); }

// A refused token, signature, origin or limit: a warning, at most one line per `what`, `key` and second, whose
// successor says how many were `repeated`. `key` is not logged.
void security(std::string_view what, std::string_view ip, std::string_view key, Fields fields = {});

// One answered request. Views need to live during the call only; context fields come from here, not from the Context.
struct RequestLine {
    std::string_view method;
    std::string_view route;  // the template, "/api/posts/{post_id}", or "none"
    std::string_view path;   // without query
    int status = 0;
    std::int64_t duration_us = 0;
    std::int64_t db_us = 0;
    std::int64_t db_calls = 0;
    std::int64_t bytes_in = 0;
    std::int64_t bytes_out = 0;
    std::string_view ip;
    std::string_view ua;
    std::string_view protocol = "HTTP/1.1";
    std::string_view request_id;
    std::string_view trace_id;
    std::string_view span_id;
    std::string_view user_id;
    std::string_view session_id;
    bool quiet = false;  // health, metrics, static files: always at debug
};
LogLevel level_of(const RequestLine& line);
void request(const RequestLine& line);

enum class Format : std::uint8_t { json, text };

struct Options {
    LogLevel level = LogLevel::info;
    Format format = Format::json;
    std::filesystem::path file;  // empty: none
    bool to_stderr = true;
    std::string node;  // this server's name in a fleet
    std::chrono::milliseconds slow_request{300};
    bool send_pii = false;  // keep IP addresses
    std::uintmax_t rotate_bytes = 100u << 20;
    std::size_t rotated_files = 4;                    // beside the current one
    std::size_t queue_bytes = 512u << 10;             // per thread
    std::function<void(std::string_view)> sink = {};  // also gets whole lines, on the log thread
};

// Starts the log thread. A file that cannot be opened is one warning, and stderr goes on. Once at a time.
void start(Options options);
// Writes what is queued and ends the log thread.
void stop();
// Returns when everything logged before on this thread is written.
void flush();

// Async-signal-safe: open LOG_FILE anew (SIGHUP), switch between debug and the configured level (SIGUSR1).
void reopen() noexcept;
void toggle_debug() noexcept;

// The name of this thread in its lines, at most 15 bytes; also the kernel's name for it.
void name_thread(std::string_view name);

// Lines that found their queue full, since start().
std::uint64_t dropped_lines();

}  // namespace grover::log
