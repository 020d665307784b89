#include "platform/db/sqlite_gathered_log.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "platform/db/sqlite_connection.hpp"

namespace grover::db {
namespace {

// SQLite's own files take no more in one write: they look at the 17 low bits of its size.
constexpr std::size_t kMostGathered = 0x1'ffff;

// The log's own methods, with others where it is written, read and synced. First the methods: sqlite3_file points there.
struct GatheredLog {
    sqlite3_io_methods methods;
    const sqlite3_io_methods* file_methods;
    std::vector<std::byte> bytes{};
    sqlite3_int64 offset = 0;  // of the first of `bytes` in the file

    static GatheredLog& of(sqlite3_file* file) {
        return *const_cast<GatheredLog*>(reinterpret_cast<const GatheredLog*>(file->pMethods));
    }

    int write_out(sqlite3_file* file) {
        if (bytes.empty()) return SQLITE_OK;
        const int code = file_methods->xWrite(file, bytes.data(), static_cast<int>(bytes.size()), offset);
        // Also when it failed: that transaction is rolled back, and its frames are never read.
        bytes.clear();
        return code;
    }

    int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
        const auto added = static_cast<std::size_t>(size);
        if (at != offset + static_cast<sqlite3_int64>(bytes.size()) || bytes.size() + added > kMostGathered) {
            if (const int code = write_out(file); code != SQLITE_OK) return code;
        }
        if (bytes.empty()) offset = at;
        const auto* const begin = static_cast<const std::byte*>(data);
        bytes.insert(bytes.end(), begin, begin + added);
        return SQLITE_OK;
    }

    // The file's method `Method`, once what was gathered is in the file.
    template <auto Method, typename... Args>
    static int after_writing(sqlite3_file* file, Args... args) {
        GatheredLog& log = of(file);
        if (const int code = log.write_out(file); code != SQLITE_OK) return code;
        return (log.file_methods->*Method)(file, args...);
    }
};

}  // namespace

std::shared_ptr<void> gather_log(SqliteConnection& connection) {
    sqlite3_file* const file = connection.file(SQLITE_FCNTL_JOURNAL_POINTER);
    auto log = std::make_shared<GatheredLog>(GatheredLog{*file->pMethods, file->pMethods});
    log->bytes.reserve(kMostGathered);
    log->methods.xWrite = [](sqlite3_file* of_log, const void* data, int size, sqlite3_int64 at) {
        return GatheredLog::of(of_log).write(of_log, data, size, at);
    };
    log->methods.xRead = &GatheredLog::after_writing<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>;
    log->methods.xSync = &GatheredLog::after_writing<&sqlite3_io_methods::xSync, int>;
    log->methods.xTruncate = &GatheredLog::after_writing<&sqlite3_io_methods::xTruncate, sqlite3_int64>;
    log->methods.xFileSize = &GatheredLog::after_writing<&sqlite3_io_methods::xFileSize, sqlite3_int64*>;
    file->pMethods = &log->methods;
    return log;
}

}  // namespace grover::db
