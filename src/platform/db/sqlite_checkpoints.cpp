#include "platform/db/sqlite_checkpoints.hpp"

#include <pthread.h>
#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>

namespace grover::db {
namespace {

constexpr auto kInterval = std::chrono::seconds{1};
// 64 MiB. While readers overlap, PASSIVE copies the log but cannot start it anew; past this size the writer
// waits a moment for the last reader instead (limits.md).
constexpr int kRestartPages = 16'384;
constexpr int kReaderPatienceMs = 200;

}  // namespace

SqliteCheckpoints::SqliteCheckpoints(const SqliteConnection::Settings& settings, SqliteWriter& writer,
                                     std::function<void(std::string_view)> warn)
    : connection_(settings), writer_(writer), warn_(std::move(warn)) {
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
    int code =
        sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
    if (code == SQLITE_OK && writer_.log_pages() > kRestartPages) {
        // PASSIVE leaves this out as long as the log grows, and all that it copied would have to reach the disk while the
        // writer stands still. (By SQLite's own file: closing another would drop its locks.)
        sqlite3_file* file = nullptr;
        if (sqlite3_file_control(connection_.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK)
            file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
        const std::scoped_lock no_writer(writer_.gate());
        code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, &in_log,
                                         &copied);
    }
    if (code == SQLITE_OK && in_log == copied) commits_done_ = commits;
    const bool failed = code != SQLITE_OK && code != SQLITE_BUSY;
    if (failed && !failing_ && warn_) {
        warn_(std::string("checkpoint of the database failed, the log keeps growing: ") +
              sqlite3_errstr(code));
    }
    failing_ = failed;
}

}  // namespace grover::db
