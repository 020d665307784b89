// The progress bar.
#include "app/seed/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace grover::seed {

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)),
      total_(std::max<std::size_t>(total, 1)),
      is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    show();
    std::fputc('\n', stderr);
}

void Progress::add(std::size_t done) {
    done_ += done;
    const auto now = std::chrono::steady_clock::now();
    if (is_terminal_) {
        if (now - shown_ < std::chrono::milliseconds(100)) return;
        shown_ = now;
        show();
    } else if (const auto tenths = done_ * 10 / total_; tenths > tenths_told_ && tenths < 10) {
        tenths_told_ = tenths;
        show();
        std::fputc('\n', stderr);
    }
}

void Progress::show() const {
    constexpr int kWidth = 30;
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    if (!is_terminal_) {
        std::fprintf(stderr, "%s: %zu of %zu, %.1f s", what_.c_str(), done_, total_, seconds);
        return;
    }
    const int filled = static_cast<int>(share * kWidth);
    std::fprintf(stderr, "\r%-8s [%s%s] %3.0f %%  %.1f s ", what_.c_str(),
                 std::string(static_cast<std::size_t>(filled), '#').c_str(),
                 std::string(static_cast<std::size_t>(kWidth - filled), '.').c_str(), share * 100, seconds);
    std::fflush(stderr);
}

}  // namespace grover::seed
