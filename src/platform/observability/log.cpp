#include "platform/observability/log.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "platform/observability/line.hpp"
#include "platform/observability/log_thread.hpp"
#include "platform/observability/server_metrics.hpp"
#include "platform/observability/standard_error.hpp"

namespace grover::log {
namespace {

constexpr std::uint32_t kIdenticalLinesPerSecond = 100;
constexpr std::uint32_t kSecurityLinesPerSecond = 1;
constexpr std::uint32_t kNeverFolded = 0;

// What start() decided. Kept after stop() until the next start, because other threads and signal handlers may be using it.
struct Running {
    Options options;
    std::shared_ptr<LogThread> thread;
};

std::mutex start_mutex;
std::shared_ptr<Running>& kept() {
    static auto* const running = new std::shared_ptr<Running>;  // outlives every thread
    return *running;
}
// Changes with every start and stop; a thread whose own number differs asks again what holds.
std::atomic<std::uint64_t> generation{1};
std::atomic<bool> is_running{false};
std::atomic<LogThread*> for_signals{nullptr};
std::atomic<LogLevel> configured_level{LogLevel::warning};
std::atomic<std::int64_t> slow_request_us{300'000};

// What one thread needs for logging.
struct ThreadState {
    ~ThreadState() {
        if (queue) queue->closed.store(true, std::memory_order_release);
    }

    std::uint64_t generation = 0;
    std::shared_ptr<Running> running;  // null: lines go to stderr at once
    std::shared_ptr<Queue> queue;
    std::string name;
    std::string origin;  // origin_of() this thread
    std::string line;
};

// Null once the thread's variables are being destroyed.
thread_local constinit bool state_is_gone = false;
struct StateHolder {
    ~StateHolder() { state_is_gone = true; }
    ThreadState state;
};
ThreadState* this_thread() {
    if (state_is_gone) return nullptr;
    thread_local StateHolder holder;
    return &holder.state;
}

void make_origin(ThreadState& state) {
    const std::string thread = state.name.empty() ? std::to_string(::syscall(SYS_gettid)) : state.name;
    state.origin = origin_of(state.running ? state.running->options.node : "", thread);
}

void refresh(ThreadState& state, std::uint64_t now) {
    if (state.queue) state.queue->closed.store(true, std::memory_order_release);
    state.queue.reset();
    {
        const std::lock_guard lock(start_mutex);
        state.running = is_running.load(std::memory_order_relaxed) ? kept() : nullptr;
    }
    if (state.running) {
        state.queue = std::make_shared<Queue>(state.running->options.queue_bytes);
        state.running->thread->add(state.queue);
    }
    make_origin(state);
    state.generation = now;
}

ThreadState* ready_state() {
    ThreadState* const state = this_thread();
    if (state != nullptr) {
        const std::uint64_t now = generation.load(std::memory_order_acquire);
        if (state->generation != now) refresh(*state, now);
    }
    return state;
}

LineStyle style_of(const ThreadState& state) {
    return state.running ? LineStyle{state.running->options.format, state.running->options.send_pii}
                         : LineStyle{};
}

void send(ThreadState& state, LogLevel level, std::uint32_t fold_limit, std::uint64_t fold_key) {
    metrics::log_line(level);
    if (!state.running) {
        (void)write_to_stderr(state.line);
        return;
    }
    Queue& queue = *state.queue;
    if (!queue.ring.push({0, fold_limit, fold_key}, state.line)) {
        queue.dropped.store(queue.dropped.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    state.running->thread->pushed(queue.ring);
}

void add_context(LineBuilder& out) {
    const Context* const context = current_context();
    out.context(context != nullptr ? *context : Context{});
}

std::shared_ptr<LogThread> running_thread() {
    const std::lock_guard lock(start_mutex);
    return is_running.load(std::memory_order_relaxed) ? kept()->thread : nullptr;
}

}  // namespace

namespace detail {

void write(LogLevel level, std::string_view logger, std::string_view message, Fields fields) {
    ThreadState* const state = ready_state();
    if (state == nullptr) return;
    LineBuilder out(state->line, style_of(*state));
    out.begin(level, logger, message, state->origin);
    add_context(out);
    for (const Field& field : fields) out.field(field.key, field.value);
    out.end();
    send(*state, level, kIdenticalLinesPerSecond, out.hash());
}

}  // namespace detail

void security(std::string_view what, std::string_view ip, std::string_view key, Fields fields) {
    if (!enabled(LogLevel::warning)) return;
    ThreadState* const state = ready_state();
    if (state == nullptr) return;
    LineBuilder out(state->line, style_of(*state));
    out.begin(LogLevel::warning, "security", "security", state->origin);
    add_context(out);
    out.field("what", what);
    out.address("ip", ip);
    for (const Field& field : fields) out.field(field.key, field.value);
    out.end();
    const std::hash<std::string_view> hash;
    send(*state, LogLevel::warning, kSecurityLinesPerSecond, hash(what) * 31 + hash(key));
}

LogLevel level_of(const RequestLine& line) {
    if (line.quiet) return LogLevel::debug;
    if (line.status >= 500) return LogLevel::error;
    return line.duration_us >= slow_request_us.load(std::memory_order_relaxed) ? LogLevel::warning
                                                                               : LogLevel::info;
}

void request(const RequestLine& line) {
    const LogLevel level = level_of(line);
    if (!enabled(level)) return;
    ThreadState* const state = ready_state();
    if (state == nullptr) return;
    LineBuilder out(state->line, style_of(*state));
    out.begin(level, "http", "request", state->origin);
    out.context({line.request_id, line.trace_id, line.span_id, line.user_id, line.session_id});
    out.name("method", line.method);
    out.name("route", line.route);
    out.scrubbed("path", line.path.substr(0, line.path.find('?')));
    out.number("status", line.status);
    out.duration("duration_ms", line.duration_us);
    out.duration("db_ms", line.db_us);
    out.number("db_calls", line.db_calls);
    out.number("bytes_in", line.bytes_in);
    out.number("bytes_out", line.bytes_out);
    out.address("ip", line.ip);
    out.scrubbed("ua", line.ua.substr(0, 200));
    out.name("protocol", line.protocol);
    out.end();
    send(*state, level, kNeverFolded, 0);
}

void start(Options options) {
    const std::lock_guard lock(start_mutex);
    if (is_running.load()) throw std::logic_error("log::start called twice");
    configured_level.store(options.level, std::memory_order_relaxed);
    slow_request_us.store(std::chrono::microseconds(options.slow_request).count(), std::memory_order_relaxed);
    auto running = std::make_shared<Running>();
    running->thread = std::make_shared<LogThread>(options);
    running->options = std::move(options);
    detail::threshold.store(running->options.level, std::memory_order_relaxed);
    for_signals.store(running->thread.get());
    kept() = std::move(running);
    is_running.store(true);
    generation.fetch_add(1, std::memory_order_acq_rel);
}

void stop() {
    std::shared_ptr<LogThread> thread;
    {
        const std::lock_guard lock(start_mutex);
        if (!is_running.exchange(false)) return;
        detail::threshold.store(LogLevel::warning, std::memory_order_relaxed);
        generation.fetch_add(1, std::memory_order_acq_rel);
        thread = kept()->thread;
    }
    thread->end();
}

void flush() {
    if (const auto thread = running_thread()) thread->flush();
}

void reopen() noexcept {
    if (LogThread* const thread = for_signals.load()) thread->reopen();
}

void toggle_debug() noexcept {
    const LogLevel now = detail::threshold.load(std::memory_order_relaxed);
    const LogLevel configured = configured_level.load(std::memory_order_relaxed);
    detail::threshold.store(now == LogLevel::debug ? configured : LogLevel::debug, std::memory_order_relaxed);
}

void name_thread(std::string_view name) {
    constexpr std::size_t kLongestName = 15;  // the kernel's limit
    const std::string short_name(name.substr(0, kLongestName));
    ::pthread_setname_np(::pthread_self(), short_name.c_str());
    if (ThreadState* const state = this_thread()) {
        state->name = short_name;
        make_origin(*state);
    }
}

std::uint64_t dropped_lines() {
    const auto thread = running_thread();
    return thread ? thread->dropped() : 0;
}

}  // namespace grover::log
