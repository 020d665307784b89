#include "platform/db/sqlite_checkpoints.hpp"

#include <pthread.h>
#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>

namespace grover::db {
namespace {

// Little at a time: what a commit waits for the disk, and what a log costs that is written for the first time, grow with
// the size of the log.
constexpr std::chrono::milliseconds kInterval{200};
// 32 MiB. While readers overlap, PASSIVE copies the log but cannot start it anew; past this size the writer
// waits a moment for the last reader instead (limits.md).
constexpr int kRestartPages = 8'192;
constexpr int kReaderPatienceMs = 200;
// The writer waits for these pages to be copied, and for the disk to have them: a millisecond or two.
constexpr int kFewPages = 128;
constexpr int kMostRounds = 8;  // of copying what was committed while the round before copied

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
        // What is left for the last time keeps the writer waiting. Each round leaves less, as long as copying a page is
        // faster than committing one: so this thread weighs as much as those that somebody waits for.
        int left = kRestartPages;
        for (int round = 0; round < kMostRounds && code == SQLITE_OK && left > kFewPages; ++round) {
            sync();
            code = copy(SQLITE_CHECKPOINT_PASSIVE);
            left = writer_.log_pages() - copied;
        }
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
