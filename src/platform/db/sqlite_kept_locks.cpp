#include "platform/db/sqlite_kept_locks.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <mutex>

#include "platform/db/sqlite_connection.hpp"

namespace grover::db {
namespace {

constexpr int kLocks = SQLITE_SHM_NLOCK;

}  // namespace

struct SqliteKeptLocks::State {
    explicit State(const std::string& path)
        // It is the last to be closed, and who closes last moves the log into the file: it may write.
        : keeper({.path = path, .access = SqliteConnection::Access::write}),
          file(keeper.file(SQLITE_FCNTL_FILE_POINTER)),
          lock(file->pMethods->xShmLock) {}
    ~State() { give_up(0, kLocks); }

    void keep(int first, int count) {
        const std::scoped_lock guard(mutex);
        for (int i = first; i < first + count; ++i) {
            // The caller has this lock, so the keeper gets it without a system call.
            if (!kept[static_cast<std::size_t>(i)] &&
                lock(file, i, 1, SQLITE_SHM_LOCK | SQLITE_SHM_SHARED) == SQLITE_OK) {
                kept[static_cast<std::size_t>(i)].store(true, std::memory_order_release);
            }
        }
    }
    // The mutex is held.
    void give_up(int first, int count) {
        for (int i = first; i < first + count; ++i) {
            if (!kept[static_cast<std::size_t>(i)]) continue;
            lock(file, i, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
            kept[static_cast<std::size_t>(i)] = false;
        }
    }

    SqliteConnection keeper;
    sqlite3_file* const file;
    int (*const lock)(sqlite3_file*, int, int, int);
    std::mutex mutex;
    std::array<std::atomic<bool>, kLocks> kept{};
};

// The file's own methods, with another xShmLock.
struct SqliteKeptLocks::Methods {
    sqlite3_io_methods methods;  // first: sqlite3_file points to it
    std::shared_ptr<State> state;

    static int lock(sqlite3_file* file, int first, int count, int flags) {
        State& state = *reinterpret_cast<const Methods*>(file->pMethods)->state;
        if (flags == (SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE)) {
            const std::scoped_lock guard(state.mutex);
            state.give_up(first, count);
            return state.lock(file, first, count, flags);
        }
        const int code = state.lock(file, first, count, flags);
        if (code == SQLITE_OK && flags == (SQLITE_SHM_LOCK | SQLITE_SHM_SHARED) &&
            !state.kept[static_cast<std::size_t>(first)].load(std::memory_order_acquire)) {
            state.keep(first, count);
        }
        return code;
    }
};

SqliteKeptLocks::SqliteKeptLocks(const std::string& path) : state_(std::make_shared<State>(path)) {}

SqliteKeptLocks::~SqliteKeptLocks() = default;

std::shared_ptr<void> SqliteKeptLocks::join(SqliteConnection& connection) {
    sqlite3_file* const file = connection.file(SQLITE_FCNTL_FILE_POINTER);
    const auto joined = std::make_shared<Methods>(Methods{*file->pMethods, state_});
    joined->methods.xShmLock = &Methods::lock;
    file->pMethods = &joined->methods;
    return joined;
}

}  // namespace grover::db
