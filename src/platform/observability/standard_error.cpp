#include "platform/observability/standard_error.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace grover::log {

bool write_to_stderr(std::string_view lines) {
    constexpr int kPatienceMs = 100;
    while (!lines.empty()) {
        pollfd out{STDERR_FILENO, POLLOUT, 0};
        const int ready = ::poll(&out, 1, kPatienceMs);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0 || (out.revents & POLLOUT) == 0) return false;
        // A pipe that is ready takes this much without waiting.
        const ssize_t written =
            ::write(STDERR_FILENO, lines.data(), std::min<std::size_t>(lines.size(), PIPE_BUF));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace grover::log
