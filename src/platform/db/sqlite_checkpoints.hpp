// Moves the log into the file beside the writer, so that no commit ever waits for it. Private to this folder.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "platform/db/sqlite_connection.hpp"
#include "platform/db/sqlite_writer.hpp"

namespace grover::db {

class SqliteCheckpoints {
public:
    // The writer must outlive this.
    SqliteCheckpoints(const SqliteConnection::Settings& settings, SqliteWriter& writer,
                      std::function<void(std::string_view)> warn);
    ~SqliteCheckpoints();

private:
    void work();
    void checkpoint();
    void sync();

    SqliteConnection connection_;
    sqlite3_file* file_;  // the connection's
    SqliteWriter& writer_;
    std::function<void(std::string_view)> warn_;
    std::uint64_t commits_done_ = 0;
    bool failing_ = false;

    std::mutex mutex_;
    std::condition_variable stop_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace grover::db
