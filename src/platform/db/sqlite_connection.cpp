#include "platform/db/sqlite_connection.hpp"

#include <sqlite3.h>

#include <mutex>

#include "platform/base/error.hpp"
#include "platform/db/db.hpp"
#include "platform/db/json_texts.hpp"
#include "platform/db/open.hpp"
#include "platform/db/sqlite_gathered_log.hpp"
#include "platform/db/sqlite_kept_locks.hpp"

namespace grover::db {
namespace {

// Roughly a millisecond of work between two looks at the clock.
constexpr int kStepsPerLook = 20'000;

constexpr Statement kTouch{"touch", 0, "SELECT 1 FROM sqlite_schema LIMIT 1", ""};

void configure_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        // Each connection belongs to one thread at a time, and nobody reads the library's memory statistics:
        // both would cost a lock that all threads share.
        sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        // A statement with RETURNING or IN (a list) makes a small table that would begin with 20 pages of memory of its own.
        sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
        sqlite3_initialize();
    });
}

class SqliteRow final : public Row {
public:
    explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

    int size() const override { return sqlite3_column_count(statement_); }
    std::string_view name(int column) const override { return sqlite3_column_name(statement_, column); }
    bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    double real(int column) const override { return sqlite3_column_double(statement_, column); }
    std::string_view text(int column) const override {
        // column_blob serves texts as well, and spares the copy that column_text makes to end it with a zero.
        const void* data = sqlite3_column_blob(statement_, column);
        return {static_cast<const char*>(data),
                static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

private:
    sqlite3_stmt* statement_;
};

struct Reset {
    sqlite3_stmt* statement;
    ~Reset() { sqlite3_reset(statement); }
};

int bind(sqlite3_stmt* statement, int index, const Arg& arg) {
    switch (arg.kind()) {
        case Arg::Kind::null:
            return sqlite3_bind_null(statement, index);
        case Arg::Kind::integer:
            return sqlite3_bind_int64(statement, index, arg.integer());
        case Arg::Kind::real:
            return sqlite3_bind_double(statement, index, arg.real());
        case Arg::Kind::text: {
            // A null pointer would bind NULL, and an empty view may hold one.
            const char* data = arg.text().data() != nullptr ? arg.text().data() : "";
            return sqlite3_bind_text64(statement, index, data, arg.text().size(), SQLITE_STATIC, SQLITE_UTF8);
        }
        case Arg::Kind::blob: {
            const char* data = arg.text().data() != nullptr ? arg.text().data() : "";
            return sqlite3_bind_blob64(statement, index, data, arg.text().size(), SQLITE_STATIC);
        }
        case Arg::Kind::texts: {
            const std::string json = json_texts(arg.texts());
            return sqlite3_bind_text64(statement, index, json.data(), json.size(), SQLITE_TRANSIENT,
                                       SQLITE_UTF8);
        }
    }
    return SQLITE_MISUSE;
}

// "UNIQUE constraint failed: likes.post_id, likes.user_id" names "likes.post_id,user_id"; an index on an
// expression is told as "index 'users_by_lower_name'" and goes by its own name.
std::string constraint_name(std::string_view message) {
    const auto colon = message.find(": ");
    if (colon == std::string_view::npos) return std::string(message);
    message.remove_prefix(colon + 2);
    if (message.starts_with("index '")) {
        message.remove_prefix(7);
        return std::string(message.substr(0, message.find('\'')));
    }
    std::string name;
    std::string_view table;
    while (!message.empty()) {
        const auto end = message.find(", ");
        std::string_view column = message.substr(0, end);
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 2);
        const auto dot = column.find('.');
        if (name.empty()) {
            table = column.substr(0, dot);
            name.append(table).append(".");
        } else {
            name += ',';
        }
        name.append(column.substr(dot + 1));
    }
    return name;
}

}  // namespace

void throw_sqlite_error(sqlite3* connection, int code, std::string_view what) {
    const char* message = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            throw AlreadyExists(constraint_name(message));
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            throw MissingReference();
        default:
            break;
    }
    std::string cause(what);
    cause.append(": ").append(message).append(" (sqlite ").append(std::to_string(code)).append(")");
    switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_BUSY:
        case SQLITE_NOMEM:
        case SQLITE_INTERRUPT:
            throw database_unreachable(std::move(cause));
        default:
            throw database_error(std::move(cause));
    }
}

void FinalizeStatement::operator()(sqlite3_stmt* prepared) const { sqlite3_finalize(prepared); }

SqliteConnection::SqliteConnection(const Settings& settings)
    : observer_(settings.observer), statement_limit_(settings.statement_limit) {
    configure_library();
    const bool writes = settings.access == Access::write;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int opened = sqlite3_open_v2(settings.path.c_str(), &connection_, flags, nullptr);
    try {
        if (opened != SQLITE_OK) throw_sqlite_error(connection_, opened, "open " + settings.path);
        sqlite3_busy_timeout(connection_, 5'000);
        sqlite3_progress_handler(connection_, kStepsPerLook, &SqliteConnection::on_progress, this);
        if (writes) {
            exec(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
                "PRAGMA journal_size_limit=67108864; PRAGMA foreign_keys=ON; PRAGMA secure_delete=FAST;"
                "PRAGMA mmap_size=2147418112");
        } else {
            // Without mmap: a reader lets go of the whole file at every commit of the writer, and then each page faults anew. With
            // 50 commits a second, a feed costs 15 % less so, and without any the same.
            exec("PRAGMA query_only=ON");
        }
        exec(("PRAGMA cache_size=-" + std::to_string(settings.page_cache_bytes >> 10)).c_str());
        // What no row of ours says, no schema may run.
        exec("PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY");
        if (settings.kept_locks != nullptr) kept_locks_ = settings.kept_locks->join(*this);
        if (settings.gathers_log) gathered_log_ = gather_log(*this);
    } catch (...) {
        statements_.clear();
        sqlite3_close_v2(connection_);
        throw;
    }
}

SqliteConnection::~SqliteConnection() {
    statements_.clear();
    sqlite3_close_v2(connection_);
}

int SqliteConnection::on_progress(void* self) {
    auto& connection = *static_cast<SqliteConnection*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (connection.slow_since_ == std::chrono::steady_clock::time_point{}) {
        connection.slow_since_ = now;
        return 0;
    }
    return now - connection.slow_since_ > connection.statement_limit_ ? 1 : 0;
}

sqlite3_stmt* SqliteConnection::prepared(const Statement& statement) {
    const auto found = statements_.find(&statement);
    if (found != statements_.end()) return found->second.get();
    sqlite3_stmt* made = nullptr;
    const char* rest = nullptr;
    const int code =
        sqlite3_prepare_v3(connection_, statement.sqlite, -1, SQLITE_PREPARE_PERSISTENT, &made, &rest);
    if (code != SQLITE_OK) throw_sqlite_error(connection_, code, statement.name);
    if (made == nullptr || *rest != '\0') {
        sqlite3_finalize(made);
        throw std::logic_error(std::string(statement.name) + " is not exactly one statement");
    }
    statements_.emplace(&statement, made);
    return made;
}

std::int64_t SqliteConnection::run(const Statement& statement, std::span<const Arg> args,
                                   FunctionRef<void(const Row&)> on_row) {
    sqlite3_stmt* const found = prepared(statement);
    if (sqlite3_stmt_busy(found) != 0) {
        throw std::logic_error(std::string(statement.name) + " is run again while its rows are read");
    }
    std::int64_t rows = 0;
    if (observer_ == nullptr) return run_prepared(found, statement, args, on_row, rows);
    const auto begin = std::chrono::steady_clock::now();
    const std::int64_t changed = run_prepared(found, statement, args, on_row, rows);
    observer_->ran(statement, std::chrono::steady_clock::now() - begin, rows + changed);
    return changed;
}

std::int64_t SqliteConnection::run_prepared(sqlite3_stmt* prepared, const Statement& statement,
                                            std::span<const Arg> args, FunctionRef<void(const Row&)> on_row,
                                            std::int64_t& rows) {
    slow_since_ = {};
    const Reset reset{prepared};
    for (std::size_t i = 0; i < args.size(); ++i) {
        const int code = bind(prepared, static_cast<int>(i) + 1, args[i]);
        if (code != SQLITE_OK) throw_sqlite_error(connection_, code, statement.name);
    }
    const SqliteRow row(prepared);
    while (true) {
        const int code = sqlite3_step(prepared);
        if (code == SQLITE_ROW) {
            ++rows;
            on_row(row);
        } else if (code == SQLITE_DONE) {
            break;
        } else {
            throw_sqlite_error(connection_, code, statement.name);
        }
    }
    return sqlite3_stmt_readonly(prepared) != 0 ? 0 : sqlite3_changes64(connection_);
}

void SqliteConnection::control(const Statement& statement) {
    sqlite3_stmt* const found = prepared(statement);
    slow_since_ = {};
    const Reset reset{found};
    const int code = sqlite3_step(found);
    if (code != SQLITE_DONE) throw_sqlite_error(connection_, code, statement.name);
}

void SqliteConnection::exec(const char* sql) {
    slow_since_ = {};
    const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_sqlite_error(connection_, code, "set up");
}

sqlite3_file* SqliteConnection::file(int which) {
    // The files are opened, and their part of the index is mapped, by the first statement.
    run(kTouch, {}, [](const Row&) {});
    sqlite3_file* file = nullptr;
    sqlite3_file_control(connection_, "main", which, &file);
    return file;
}

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }

std::int64_t SqliteConnection::changes() const { return sqlite3_total_changes64(connection_); }

bool SqliteConnection::was_stopped() const { return sqlite3_errcode(connection_) == SQLITE_INTERRUPT; }

}  // namespace grover::db
