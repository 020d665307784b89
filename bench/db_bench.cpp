// What the store costs without HTTP, to compare with the project's measured limits: point reads, copies in memory, and durable writes
// by group commit. Prints one line for each; compare only figures of one run.
//
//     build/release/bench_db [URL] [ROWS]          sqlite:/tmp/bench_db/x.db and 1000000 by default
//
// Pin it (taskset -c 0) to see what one core does.
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/db/open.hpp"
#include "platform/db/row_cache.hpp"
#include "platform/runtime/runtime.hpp"

using namespace grover;
using Steady = std::chrono::steady_clock;

namespace {

template <std::size_t N>
struct Run {
    const db::Statement& statement;
    std::array<db::Arg, N> values;
    const std::array<db::Arg, N>& args() const { return values; }
};

constexpr db::Statement kTables[] = {
    {"bench.tables", 0,
     "CREATE TABLE IF NOT EXISTS bench_rows (id TEXT NOT NULL PRIMARY KEY, author TEXT NOT NULL, "
     "content TEXT NOT NULL, likes BIGINT NOT NULL) WITHOUT ROWID",
     "CREATE TABLE IF NOT EXISTS bench_rows (id text COLLATE \"C\" NOT NULL PRIMARY KEY, author text NOT "
     "NULL, "
     "content text NOT NULL, likes bigint NOT NULL)"},
    {"bench.tables", 0,
     "CREATE TABLE IF NOT EXISTS bench_likes (id TEXT NOT NULL, user_name TEXT NOT NULL, "
     "PRIMARY KEY (id, user_name)) WITHOUT ROWID",
     "CREATE TABLE IF NOT EXISTS bench_likes (id text COLLATE \"C\" NOT NULL, user_name text COLLATE \"C\" "
     "NOT NULL, "
     "PRIMARY KEY (id, user_name))"},
};
constexpr db::Statement kCount{"bench.count", 0, "SELECT count(*) FROM bench_rows",
                               "SELECT count(*) FROM bench_rows"};
constexpr db::Statement kInsert{"bench.insert", 3,
                                "INSERT INTO bench_rows VALUES (?1, ?2, ?3, 0) ON CONFLICT DO NOTHING",
                                "INSERT INTO bench_rows VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING"};
constexpr db::Statement kRead{"bench.read", 1,
                              "SELECT id, author, content, likes FROM bench_rows WHERE id = ?1",
                              "SELECT id, author, content, likes FROM bench_rows WHERE id = $1"};
constexpr db::Statement kBatch{
    "bench.batch", 1,
    "SELECT id, author, content, likes FROM bench_rows WHERE id IN (SELECT value FROM json_each(?1))",
    "SELECT id, author, content, likes FROM bench_rows WHERE id = ANY($1::text[])"};
constexpr db::Statement kLike{"bench.like", 2,
                              "INSERT INTO bench_likes VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                              "INSERT INTO bench_likes VALUES ($1, $2) ON CONFLICT DO NOTHING"};
constexpr db::Statement kLiked{"bench.liked", 1, "UPDATE bench_rows SET likes = likes + 1 WHERE id = ?1",
                               "UPDATE bench_rows SET likes = likes + 1 WHERE id = $1"};

// Time of the processor, not of the wall: it says the same on a busy machine.
double cpu_seconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string id_of(std::int64_t number) {
    char text[40];
    std::snprintf(text, sizeof text, "post_%026lld", static_cast<long long>(number));
    return text;
}

class Bench {
public:
    Bench(const std::string& url, std::int64_t rows) : rows_(rows) {
        db::Options options{.url = url, .pool_size = 16};
        options.loops = &loops_;
        database_ = db::open(options);
        for (const auto& table : kTables)
            database_->write([&](db::Write& tx) { tx.exec(Run<0>{table, {}}); });
        fill();
    }
    ~Bench() { database_.reset(); }

    void run() {
        std::thread loop([&] { loops_.run(); });
        reads();
        for (const int clients : {1, 8, 64, 256})
            writes("insert", clients, [&](std::int64_t n, std::mt19937_64&) { insert(n); });
        for (const int clients : {1, 64}) {
            writes("reaction + counter", clients,
                   [&](std::int64_t n, std::mt19937_64& random) { react(n, random); });
        }
        loops_.stop();
        loop.join();
    }

private:
    void fill() {
        const auto have = database_->read([](db::Read& tx) {
            return tx.value<std::int64_t>(Run<0>{kCount, {}});
        });
        const std::string content(200, 'x');
        for (std::int64_t begin = have; begin < rows_; begin += 10'000) {
            database_->write([&](db::Write& tx) {
                for (std::int64_t n = begin; n < std::min(begin + 10'000, rows_); ++n) {
                    const std::string id = id_of(n);
                    tx.exec(Run<3>{kInsert, {id, "user", content}});
                }
            });
        }
    }

    template <class F>
    void timed(const char* what, int count, F f) {
        f();
        const double begin = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < count; ++i) f();
        const double ns = (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - begin) * 1e9 / count;
        std::printf("%-44s %10.0f ns\n", what, ns);
    }

    void reads() {
        std::mt19937_64 random(1);
        const auto any = [&] {
            return id_of(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rows_)));
        };
        const bool slow = database_->engine() == db::Engine::postgres;
        const int times = slow ? 5'000 : 300'000;
        std::size_t bytes = 0;
        const auto use = [&](const db::Row& row) { bytes += row.text(2).size(); };
        timed("read, empty", times, [&] { database_->read([](db::Read&) {}); });
        const std::string same = any();
        timed("read, one statement, same row", times, [&] {
            database_->read([&](db::Read& tx) { tx.each(Run<1>{kRead, {same}}, use); });
        });
        timed("read, one statement, any row", times, [&] {
            const std::string id = any();
            database_->read([&](db::Read& tx) { tx.each(Run<1>{kRead, {id}}, use); });
        });
        timed("read, 20 statements, same rows", times / 20, [&] {
            database_->read([&](db::Read& tx) {
                for (int i = 0; i < 20; ++i) tx.each(Run<1>{kRead, {same}}, use);
            });
        });
        std::vector<std::string> ids;
        for (int i = 0; i < 20; ++i) ids.push_back(id_of(i * 31));
        const std::vector<std::string_view> views(ids.begin(), ids.end());
        timed("read, 20 rows by each(:ids)", times / 20, [&] {
            database_->read([&](db::Read& tx) { tx.each(Run<1>{kBatch, {views}}, use); });
        });
        if (slow) return;
        db::RowCache<int> cache("bench");
        database_->read([&](db::Read& tx) {
            std::vector<std::string> keys;
            for (int i = 0; i < 20'000; ++i) {
                keys.push_back(id_of(i));
                cache.put(keys.back(), i, 100, tx.snapshot());
            }
            std::size_t next = 0;
            timed("copy in memory, same row", 3'000'000,
                  [&] { bytes += cache.find(tx, same) != nullptr ? 1 : 0; });
            timed("copy in memory, 20,000 rows in turn", 3'000'000, [&] {
                next = (next + 7'919) % keys.size();
                bytes += cache.find(tx, keys[next]) != nullptr ? 1 : 0;
            });
        });
        std::printf("%-44s %10zu bytes\n", "(read in all)", bytes);
    }

    template <class F>
    void writes(const char* what, int clients, F write) {
        constexpr auto kDuration = std::chrono::seconds{3};
        std::vector<double> waits;
        std::atomic<int> running{clients};
        std::atomic<bool> done{false};
        const double cpu_begin = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
        const auto begin = Steady::now();
        for (int client = 0; client < clients; ++client) {
            runtime::spawn_on(loops_, 0, [&, client] {
                std::mt19937_64 random(static_cast<std::uint64_t>(client));
                while (Steady::now() - begin < kDuration) {
                    const auto start = Steady::now();
                    write(next_++, random);
                    waits.push_back(std::chrono::duration<double, std::milli>(Steady::now() - start).count());
                }
                if (--running == 0) {
                    done = true;
                    done.notify_all();
                }
            });
        }
        done.wait(false);
        const double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin;
        const double seconds = std::chrono::duration<double>(Steady::now() - begin).count();
        std::ranges::sort(waits);
        const auto at = [&](double share) {
            return waits[static_cast<std::size_t>(share * static_cast<double>(waits.size() - 1))];
        };
        std::printf(
            "%-20s %4d clients %8.0f /s %6.1f us of CPU   p50 %6.2f ms   p99 %6.2f ms   max %6.1f ms\n", what,
            clients, static_cast<double>(waits.size()) / seconds,
            cpu * 1e6 / static_cast<double>(waits.size()), at(0.5), at(0.99), waits.back());
        std::fflush(stdout);
    }

    void insert(std::int64_t n) {
        const std::string id = id_of(n);
        const std::string content(200, 'y');
        database_->write([&](db::Write& tx) { tx.exec(Run<3>{kInsert, {id, "user", content}}); });
    }
    void react(std::int64_t n, std::mt19937_64& random) {
        const std::string id = id_of(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rows_)));
        const std::string user = id_of(n);
        database_->write([&](db::Write& tx) {
            if (tx.exec(Run<2>{kLike, {id, user}}) > 0) tx.exec(Run<1>{kLiked, {id}});
            tx.touch(id);
        });
    }

    const std::int64_t rows_;
    runtime::Loops loops_{1};
    std::unique_ptr<db::Database> database_;
    std::int64_t next_ = std::chrono::system_clock::now().time_since_epoch().count();
};

}  // namespace

int main(int count, char** arguments) {
    try {
        const std::string url = count > 1 ? arguments[1] : "sqlite:/tmp/bench_db/x.db";
        Bench(url, count > 2 ? std::atoll(arguments[2]) : 1'000'000).run();
    } catch (const Error& error) {
        std::fprintf(stderr, "bench_db: %s %s\n", error.detail.c_str(), error.cause.c_str());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_db: %s\n", error.what());
        return 1;
    }
}
