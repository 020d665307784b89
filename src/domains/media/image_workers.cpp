#include "domains/media/image_workers.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "domains/media/image_protocol.hpp"

namespace grover::media {

namespace {

constexpr int kSocketInChild = 3;
constexpr int kBeginMilliseconds = 10'000;
// Beyond the 60 s of CPU: a worker that waits for something else.
constexpr int kWorkMilliseconds = 90'000;

// What the child may see of our environment. It needs no setting of ours, and secrets are among them.
std::vector<std::string> child_environment() {
    std::vector<std::string> environment{"LC_ALL=C", "MALLOC_ARENA_MAX=2"};
    for (const char* name : {"LD_LIBRARY_PATH", "PATH"}) {
        if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    }
    return environment;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (auto& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

class SpawnActions {
public:
    explicit SpawnActions(int socket) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, socket, kSocketInChild);
        posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        posix_spawnattr_init(&attributes_);
        // Threads of ours block signals that must still reach the child.
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    ~SpawnActions() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&actions_);
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

ImageWorkers::ImageWorkers(unsigned count, std::vector<std::string> command)
    : count_(count), command_(std::move(command)) {}

ImageWorkers::~ImageWorkers() {
    for (const auto& worker : idle_) end(worker);
}

ImageWorkers::Worker ImageWorkers::start() const {
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
        throw std::system_error(errno, std::generic_category(), "socketpair for an image worker");
    }
    auto words = command_;
    auto environment = child_environment();
    const auto arguments = pointers(words);
    const auto variables = pointers(environment);
    const SpawnActions how(sockets[1]);
    Worker worker{.socket = sockets[0]};
    const int error = posix_spawn(&worker.pid, command_.front().c_str(), how.actions(), how.attributes(),
                                  arguments.data(), variables.data());
    close(sockets[1]);
    if (error != 0) {
        close(sockets[0]);
        throw std::system_error(error, std::generic_category(), "start of an image worker");
    }
    return worker;
}

void ImageWorkers::end(Worker worker) {
    close(worker.socket);
    kill(worker.pid, SIGKILL);
    int status = 0;
    while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
}

ImageWorkers::Worker ImageWorkers::borrow() {
    {
        std::unique_lock lock(mutex_);
        freed_.wait(lock, [&] { return busy_ < count_; });
        ++busy_;
        if (!idle_.empty()) {
            const auto worker = idle_.back();
            idle_.pop_back();
            return worker;
        }
    }
    try {
        return start();
    } catch (...) {
        give_back({});
        throw;
    }
}

void ImageWorkers::give_back(Worker worker) {
    {
        const std::lock_guard lock(mutex_);
        --busy_;
        if (worker.pid > 0) idle_.push_back(worker);
    }
    freed_.notify_one();
}

std::vector<MadeRendition> ImageWorkers::process(int source, Format format, bool is_animated, Recipe recipe,
                                                 int target) {
    const ImageOrder order{.format = format, .recipe = recipe, .is_animated = is_animated};
    std::optional<ImageReply> reply;
    // An idle worker may have left meanwhile; each round ends one of those, and a new one starts when none is
    // left.
    for (unsigned round = 0; !reply && round <= count_; ++round) {
        const Worker worker = borrow();
        bool begun = send_order(worker.socket, order, source, target);
        if (begun) {
            const auto first = receive_reply(worker.socket, kBeginMilliseconds);
            begun = first && first->outcome == ImageOutcome::begun;
            if (begun) decodes_heic_.store(first->decodes_heic, std::memory_order_relaxed);
        }
        if (!begun) {
            end(worker);
            give_back({});
            continue;
        }
        reply = receive_reply(worker.socket, kWorkMilliseconds);
        if (reply) {
            give_back(worker);
        } else {
            end(worker);
            give_back({});
            throw damaged();
        }
    }
    if (!reply) throw std::runtime_error("no image worker answers");
    switch (reply->outcome) {
        case ImageOutcome::done:
            return std::move(reply->made);
        case ImageOutcome::damaged:
            throw damaged();
        case ImageOutcome::heic_not_supported:
            throw heic_not_supported();
        case ImageOutcome::cannot_write:
            throw CannotWrite{reply->error_number};
        case ImageOutcome::begun:
        case ImageOutcome::failed:
            break;
    }
    throw std::runtime_error("an image worker failed");
}

}  // namespace grover::media
