// The server's side of the image workers: a few child processes, kept warm, each busy with one picture at a
// time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "domains/media/renditions.hpp"

namespace grover::media {

class ImageWorkers {
public:
    // At most `count` processes at once, started when needed by `command`, whose first word is a path.
    ImageWorkers(unsigned count, std::vector<std::string> command);
    // Nobody may be in process() any more.
    ~ImageWorkers();
    ImageWorkers(const ImageWorkers&) = delete;
    ImageWorkers& operator=(const ImageWorkers&) = delete;

    // make_renditions() (renditions.hpp) in a child. Blocks, also while all workers are busy: call it on a
    // worker thread. A child that crashes, runs out of memory or exceeds its time is replaced; its picture is
    // damaged(). Throws damaged(), heic_not_supported(), CannotWrite, and std::runtime_error when no worker
    // can be started.
    std::vector<MadeRendition> process(int source, Format format, bool is_animated, Recipe recipe,
                                       int target);

    // As the last worker said; assumed before the first one has worked.
    bool decodes_heic() const { return decodes_heic_.load(std::memory_order_relaxed); }

private:
    struct Worker {
        int pid = -1;
        int socket = -1;
    };

    Worker borrow();
    void give_back(Worker worker);
    void end(Worker worker);
    Worker start() const;

    const unsigned count_;
    const std::vector<std::string> command_;
    std::mutex mutex_;
    std::condition_variable freed_;
    unsigned busy_ = 0;
    std::vector<Worker> idle_;
    std::atomic<bool> decodes_heic_{true};
};

}  // namespace grover::media
