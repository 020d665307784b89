#include "platform/db/sqlite_checkpoints.hpp"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>

namespace grover::db {
namespace {

// Little at a time: what a commit waits for the disk, and what a log costs that is written for the first time, grow with
// the size of the log.
constexpr std::chrono::milliseconds kInterval{100};
// 16 MiB. While readers overlap, PASSIVE copies the log but cannot start it anew; past this size the writer
// waits a moment for the last reader instead (limits.md).
constexpr int kRestartPages = 4'096;
constexpr int kReaderPatienceMs = 200;
// A third of the weight of a thread that somebody waits for: less, and a busy core would let the log grow (measured).
constexpr int kNiceness = 5;

}  // namespace

SqliteCheckpoints::SqliteCheckpoints(const SqliteConnection::Settings& settings, SqliteWriter& writer,
                                     std::function<void(std::string_view)> warn)
    : connection_(settings),
      file_(connection_.file(SQLITE_FCNTL_FILE_POINTER)),
      writer_(writer),
      warn_(std::move(warn)) {
    sqlite3_busy_timeout(connection_.handle(), kReaderPatienceMs);
    thread_ = std::thread([this] { work(); });
}

SqliteCheckpoints::~SqliteCheckpoints() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    stop_.notify_one();
    thread_.join();
}

void SqliteCheckpoints::work() {
    pthread_setname_np(pthread_self(), "db-checkpoint");
    setpriority(PRIO_PROCESS, 0, kNiceness);  // of this thread alone, on Linux
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);

    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, kInterval, [this] { return stopping_; })) {
        lock.unlock();
        checkpoint();
        lock.lock();
    }
}

void SqliteCheckpoints::checkpoint() {
    const std::uint64_t commits = writer_.commits();
    if (commits == commits_done_) return;
    int in_log = 0;
    int copied = 0;
    const auto copy = [&](int mode) {
        return sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, &in_log, &copied);
    };
    int code = copy(SQLITE_CHECKPOINT_PASSIVE);
    if (code == SQLITE_OK && writer_.log_pages() > kRestartPages) {
        // Twice, since the first takes long enough for the log to grow: what is left for the third time, and for the disk
        // then, keeps the writer waiting.
        sync();
        code = copy(SQLITE_CHECKPOINT_PASSIVE);
        sync();
        const std::scoped_lock no_writer(writer_.gate());
        if (code == SQLITE_OK) code = copy(SQLITE_CHECKPOINT_RESTART);
    }
    if (code == SQLITE_OK && in_log == copied) commits_done_ = commits;
    const bool failed = code != SQLITE_OK && code != SQLITE_BUSY;
    if (failed && !failing_ && warn_) {
        warn_(std::string("checkpoint of the database failed, the log keeps growing: ") +
              sqlite3_errstr(code));
    }
    failing_ = failed;
}

// PASSIVE leaves this out as long as the log grows. (By SQLite's own file: closing another would drop its locks.)
void SqliteCheckpoints::sync() { file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL); }

}  // namespace grover::db
