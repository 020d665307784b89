#include "platform/db/sqlite_readers.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <utility>

namespace grover::db {
namespace {

constexpr Statement kBegin{"begin", 0, "BEGIN", "BEGIN"};
constexpr Statement kCommit{"commit", 0, "COMMIT", "COMMIT"};

thread_local bool inside_closure = false;

// The connections of one thread: nearly always one, in tests a few.
struct Remembered {
    struct Entry {
        std::uint64_t pool_number;
        std::weak_ptr<SqliteReaders> pool;
        SqliteConnection* connection;
    };
    std::vector<Entry> entries;

    ~Remembered() {
        for (const Entry& entry : entries) {
            if (const auto pool = entry.pool.lock()) pool->give_back(entry.connection);
        }
    }
};
thread_local Remembered remembered;

class SqliteRead final : public Read {
public:
    SqliteRead(SqliteConnection& connection, const Stamps& stamps)
        : connection_(connection), stamps_(stamps), published_(stamps.enabled() ? stamps.published() : 0) {}
    ~SqliteRead() {
        if (begun_) connection_.control(kCommit);
    }

    Engine engine() const override { return Engine::sqlite; }
    std::uint64_t snapshot() const override { return published_; }
    const Stamps& stamps() const override { return stamps_; }

private:
    std::int64_t run(const Statement& statement, std::span<const Arg> args,
                     FunctionRef<void(const Row&)> on_row) override {
        // SQLite takes the snapshot at the first statement; published_ was read before that, never after.
        if (!begun_) {
            connection_.control(kBegin);
            begun_ = true;
        }
        return connection_.run(statement, args, on_row);
    }

    SqliteConnection& connection_;
    const Stamps& stamps_;
    const std::uint64_t published_;
    bool begun_ = false;
};

std::uint64_t next_pool_number() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace

void refuse_inside_closure() {
    if (inside_closure)
        throw std::logic_error("read() or write() inside a closure given to read() or write()");
}

InsideClosure::InsideClosure() {
    refuse_inside_closure();
    inside_closure = true;
}

InsideClosure::~InsideClosure() { inside_closure = false; }

SqliteReaders::SqliteReaders(SqliteConnection::Settings settings, const Stamps& stamps)
    : settings_(std::move(settings)), stamps_(stamps), number_(next_pool_number()) {}

void SqliteReaders::read(FunctionRef<void(Read&)> closure) {
    const InsideClosure inside;
    SqliteRead transaction(connection(), stamps_);
    closure(transaction);
}

SqliteConnection& SqliteReaders::connection() {
    for (const auto& entry : remembered.entries) {
        if (entry.pool_number == number_) return *entry.connection;
    }
    std::erase_if(remembered.entries, [](const auto& entry) { return entry.pool.expired(); });
    SqliteConnection* const connection = take();
    remembered.entries.push_back({number_, weak_from_this(), connection});
    return *connection;
}

SqliteConnection* SqliteReaders::take() {
    {
        const std::scoped_lock lock(mutex_);
        if (!idle_.empty()) {
            SqliteConnection* const connection = idle_.back();
            idle_.pop_back();
            return connection;
        }
    }
    auto made = std::make_unique<SqliteConnection>(settings_);
    const std::scoped_lock lock(mutex_);
    all_.push_back(std::move(made));
    return all_.back().get();
}

void SqliteReaders::give_back(SqliteConnection* connection) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(connection);
}

}  // namespace grover::db
