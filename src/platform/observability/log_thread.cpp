#include "platform/observability/log_thread.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "platform/observability/line.hpp"
#include "platform/observability/standard_error.hpp"

namespace grover::log {
namespace {

using Clock = std::chrono::steady_clock;

// Lines are gathered for this long before they are written: one wake-up and one write for many.
constexpr int kGatherMs = 5;
constexpr auto kReportEvery = std::chrono::seconds(1);
constexpr auto kPauseOfStalledStderr = std::chrono::seconds(10);
constexpr std::size_t kBatchBytes = 256 * 1024;

}  // namespace

LogThread::LogThread(const Options& options)
    : options_(options),
      file_(options.file, options.rotate_bytes, options.rotated_files),
      file_wanted_(!options.file.empty()),
      event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    thread_ = std::thread([this] { run(); });
}

LogThread::~LogThread() {
    end();
    ::close(event_);
}

void LogThread::end() {
    if (!thread_.joinable()) return;
    stopping_.store(true, std::memory_order_release);
    wake(false);
    thread_.join();
    const std::lock_guard lock(mutex_);
    ended_ = true;
    flushed_.notify_all();
}

void LogThread::add(std::shared_ptr<Queue> queue) {
    const std::lock_guard lock(mutex_);
    queues_.push_back(std::move(queue));
}

std::vector<std::shared_ptr<Queue>> LogThread::queues() {
    const std::lock_guard lock(mutex_);
    return queues_;
}

// Waking from sleep is no hurry: the thread gathers first. Everything else is.
void LogThread::wake(bool asleep) noexcept {
    const std::uint64_t amount = asleep ? 1 : 1u << 16;
    [[maybe_unused]] const auto ignored = ::write(event_, &amount, sizeof amount);
}

void LogThread::flush() {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = ++flush_asked_;
    wake(false);
    flushed_.wait(lock, [&] { return flush_done_ >= mine || ended_; });
}

void LogThread::reopen() noexcept {
    reopen_asked_.store(true, std::memory_order_relaxed);
    wake(false);
}

void LogThread::run() {
    ::pthread_setname_np(::pthread_self(), "log");
    // Signals belong to the threads that expect them.
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    if (file_wanted_) {
        const std::string problem = file_.open();
        if (!problem.empty()) {
            file_wanted_ = false;
            add_own_line("LOG_FILE cannot be written: lines go to stderr only", {{"error", problem}});
        }
    }
    for (;;) {
        const bool stopping = stopping_.load(std::memory_order_acquire);
        std::uint64_t flush_asked = 0;
        {
            const std::lock_guard lock(mutex_);
            flush_asked = flush_asked_;
        }
        const bool found = drain();
        if (stopping) folder_.take_all(batch_);
        report();
        write_out();
        {
            const std::lock_guard lock(mutex_);
            flush_done_ = flush_asked;
        }
        flushed_.notify_all();
        if (stopping && !found) return;
        if (stopping) continue;
        if (found) {
            gather();
        } else {
            sleep();
        }
    }
}

// What this thread itself has to say goes past the queues.
void LogThread::add_own_line(std::string_view message, Fields fields) {
    std::string line;
    LineBuilder out(line, {options_.format, options_.send_pii});
    out.begin(LogLevel::warning, "log", message, origin_of(options_.node, "log"));
    out.context({});
    for (const Field& field : fields) out.field(field.key, field.value);
    out.end();
    batch_ += line;
}

// Waits a little for more lines, unless somebody is in a hurry.
void LogThread::gather() {
    pollfd event{event_, POLLIN, 0};
    if (::poll(&event, 1, kGatherMs) > 0) {
        std::uint64_t ignored = 0;
        [[maybe_unused]] const auto size = ::read(event_, &ignored, sizeof ignored);
    }
}

void LogThread::sleep() {
    asleep_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const auto all = queues();
    const bool empty =
        std::all_of(all.begin(), all.end(), [](const auto& queue) { return queue->ring.empty(); });
    std::uint64_t amount = 0;
    if (empty) {
        pollfd event{event_, POLLIN, 0};
        ::poll(&event, 1, folder_.holds_any() ? 1000 : -1);
        [[maybe_unused]] const auto size = ::read(event_, &amount, sizeof amount);
    }
    asleep_.store(false, std::memory_order_relaxed);
    if (amount < 1u << 16) gather();
}

bool LogThread::drain() {
    const auto now = Clock::now();
    bool found = false;
    for (const auto& queue : queues()) {
        found |= queue->ring.drain([&](const RecordHead& head, std::string_view line) {
            if (head.fold_limit != 0 && !folder_.show(head.fold_key, head.fold_limit, line, now)) return;
            batch_ += line;
            if (batch_.size() >= kBatchBytes) write_out();
        });
    }
    folder_.take_finished(batch_, now);
    return found;
}

void LogThread::write_out() {
    if (reopen_asked_.exchange(false, std::memory_order_relaxed) && file_wanted_) (void)file_.open();
    if (batch_.empty()) return;
    if (options_.to_stderr) write_to_terminal();
    if (options_.sink) options_.sink(batch_);
    if (file_wanted_) {
        const bool written = file_.write(batch_);
        if (!written && !file_broken_)
            (void)write_to_stderr("grover: LOG_FILE cannot be written; trying again\n");
        file_broken_ = !written;
    }
    batch_.clear();
    if (batch_.capacity() > 4 * kBatchBytes) batch_.shrink_to_fit();
}

// Who does not read stderr must not hold up the file.
void LogThread::write_to_terminal() {
    const auto now = Clock::now();
    if (now < stderr_paused_until_) return;
    if (stderr_cut_) stderr_cut_ = !write_to_stderr("\n");
    if (!stderr_cut_) stderr_cut_ = !write_to_stderr(batch_);
    if (stderr_cut_) stderr_paused_until_ = now + kPauseOfStalledStderr;
}

// Says how many lines were lost, and lets go of the queues of ended threads.
void LogThread::report() {
    const auto now = Clock::now();
    if (now < next_report_ && !stopping_.load(std::memory_order_relaxed)) return;
    next_report_ = now + kReportEvery;
    std::uint64_t dropped = 0;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(queues_, [&](const std::shared_ptr<Queue>& queue) {
            const bool gone = queue->closed.load(std::memory_order_acquire) && queue->ring.empty();
            if (gone) dropped_of_ended_ += queue->dropped.load(std::memory_order_relaxed);
            return gone;
        });
        for (const auto& queue : queues_) dropped += queue->dropped.load(std::memory_order_relaxed);
    }
    dropped += dropped_of_ended_;
    dropped_.store(dropped, std::memory_order_relaxed);
    if (dropped == dropped_reported_) return;
    add_own_line("log lines dropped", {{"count", dropped - dropped_reported_}});
    dropped_reported_ = dropped;
}

}  // namespace grover::log
