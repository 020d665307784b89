#include "platform/db/postgres_connection.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/db/db.hpp"
#include "platform/db/open.hpp"
#include "platform/db/postgres_args.hpp"

namespace grover::db {
namespace {

constexpr int kByteaOid = 17;
// The server stops a statement by itself (statement_timeout); this is for a server that no longer speaks.
constexpr std::chrono::seconds kGrace{2};

struct Cleared {
    void operator()(pg_result* result) const { PQclear(result); }
};
using Result = std::unique_ptr<pg_result, Cleared>;

PostgresFailure failure_of(const pg_result* result) {
    const auto field = [&](int code) {
        const char* const text = PQresultErrorField(result, code);
        return std::string(text != nullptr ? text : "");
    };
    PostgresFailure failure{field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY),
                            field(PG_DIAG_CONSTRAINT_NAME)};
    if (failure.state.empty()) failure = {"08006", PQresultErrorMessage(result), ""};
    return failure;
}

class PostgresRow final : public Row {
public:
    explicit PostgresRow(const pg_result* result) : result_(result) {}
    ~PostgresRow() {
        for (unsigned char* const bytes : decoded_) PQfreemem(bytes);
    }
    PostgresRow(const PostgresRow&) = delete;
    PostgresRow& operator=(const PostgresRow&) = delete;

    void move_to(int row) { row_ = row; }

    int size() const override { return PQnfields(result_); }
    std::string_view name(int column) const override { return PQfname(result_, column); }
    bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
    std::int64_t integer(int column) const override {
        const std::string_view digits = raw(column);
        if (digits == "t") return 1;
        std::int64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }
    double real(int column) const override {
        const std::string_view digits = raw(column);
        double value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }
    std::string_view text(int column) const override {
        if (PQftype(result_, column) != kByteaOid || is_null(column)) return raw(column);
        std::size_t size = 0;
        unsigned char* const bytes =
            PQunescapeBytea(reinterpret_cast<const unsigned char*>(PQgetvalue(result_, row_, column)), &size);
        decoded_.push_back(bytes);
        return {reinterpret_cast<const char*>(bytes), size};
    }

private:
    std::string_view raw(int column) const {
        return {PQgetvalue(result_, row_, column),
                static_cast<std::size_t>(PQgetlength(result_, row_, column))};
    }

    const pg_result* result_;
    int row_ = 0;
    mutable std::vector<unsigned char*> decoded_;
};

void ignore_notice(void*, const pg_result*) {}

}  // namespace

void throw_postgres_error(const PostgresFailure& failure, std::string_view what) {
    if (failure.state == "23503" || failure.state == "23001") throw MissingReference();
    std::string cause(what);
    cause.append(": ").append(failure.message).append(" (postgres ").append(failure.state).append(")");
    // 53: resources, the disk among them; 25006: a standby; 40: conflicts that did not go away; 57: stopped, shut down.
    for (const char* const kind : {"08", "53", "55P03", "57", "25006", "40", "58"}) {
        if (failure.state.starts_with(kind)) throw database_unreachable(std::move(cause));
    }
    throw database_error(std::move(cause));
}

PostgresRows::~PostgresRows() { PQclear(result_); }

std::int64_t PostgresRows::each(FunctionRef<void(const Row&)> on_row) const {
    PostgresRow row(result_);
    const int rows = PQntuples(result_);
    for (int i = 0; i < rows; ++i) {
        row.move_to(i);
        on_row(row);
    }
    return rows;
}

std::int64_t PostgresRows::changed() const {
    // PostgreSQL counts the rows of a query here too.
    if (std::string_view(PQcmdStatus(result_)).starts_with("SELECT")) return 0;
    return std::strtoll(PQcmdTuples(result_), nullptr, 10);
}

std::unique_ptr<PostgresConnection> PostgresConnection::connect(const Settings& settings) {
    // dbname is expanded first, so that what stands behind it wins over the URL only where that says nothing.
    const char* const names[] = {"connect_timeout",  "keepalives_idle", "tcp_user_timeout",
                                 "application_name", "dbname",          nullptr};
    const char* const values[] = {"5", "10", "15000", "grover", settings.url.c_str(), nullptr};
    PGconn* const connection = PQconnectdbParams(names, values, 1);
    std::unique_ptr<PostgresConnection> made(new PostgresConnection(connection, settings));
    if (PQstatus(connection) != CONNECTION_OK) throw PostgresFailure{"08001", PQerrorMessage(connection), ""};
    const std::string limit = std::to_string(settings.statement_limit.count());
    // Compiling a plan takes longer than any of ours runs.
    made->exec(
        "SET jit = off; SET client_encoding = 'UTF8'; SET client_min_messages = warning; SET "
        "statement_timeout = " +
        limit + "; SET lock_timeout = " + limit +
        "; SET idle_in_transaction_session_timeout = '60s'; SET bytea_output = 'hex'");
    if (PQenterPipelineMode(connection) == 0 || PQsetnonblocking(connection, 1) != 0) made->lost();
    return made;
}

PostgresConnection::PostgresConnection(pg_conn* connection, const Settings& settings)
    : connection_(connection), observer_(settings.observer), limit_(settings.statement_limit) {
    PQsetNoticeReceiver(connection_, ignore_notice, nullptr);
}

PostgresConnection::~PostgresConnection() {
    socket_.reset();
    PQfinish(connection_);
}

void PostgresConnection::join_loop(void* io_context) {
    socket_ = std::make_unique<SocketWait>(PQsocket(connection_), io_context);
}

void PostgresConnection::leave_pipeline() {
    if (PQexitPipelineMode(connection_) == 0 || PQsetnonblocking(connection_, 0) != 0) lost();
}

void PostgresConnection::prepare_plainly(const std::string& name, const char* sql) {
    const Result result(PQprepare(connection_, name.c_str(), sql, 0, nullptr));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw failure_of(result.get());
}

void PostgresConnection::exec(const std::string& sql) { query(sql); }

std::vector<std::vector<std::string>> PostgresConnection::query(const std::string& sql) {
    const Result result(PQexec(connection_, sql.c_str()));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw failure_of(result.get());
    std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (int i = 0; i < PQntuples(result.get()); ++i) {
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            rows[static_cast<std::size_t>(i)].emplace_back(PQgetvalue(result.get(), i, column));
        }
    }
    return rows;
}

void PostgresConnection::lost() {
    broken_ = true;
    throw PostgresFailure{"08006", PQerrorMessage(connection_), ""};
}

void PostgresConnection::require(int sent) {
    if (sent == 0) lost();
}

const std::string& PostgresConnection::prepare(const Statement& statement) {
    const auto [at, is_new] = prepared_.try_emplace(&statement);
    if (is_new) {
        at->second = "s" + std::to_string(++next_name_);
        require(PQsendPrepare(connection_, at->second.c_str(), statement.postgres, 0, nullptr));
        pending_.push_back({Expected::prepared, &statement});
    }
    return at->second;
}

void PostgresConnection::send(const Statement& statement, std::span<const Arg> args, Expected expected) {
    if (!socket_) socket_ = std::make_unique<SocketWait>(PQsocket(connection_), nullptr);
    until_ = std::chrono::steady_clock::now() + limit_ + kGrace;
    const std::string& name = prepare(statement);
    const PostgresArgs values(args);
    require(PQsendQueryPrepared(connection_, name.c_str(), values.size(), values.values(), values.lengths(),
                                values.formats(), 0));
    pending_.push_back({expected, &statement});
}

void PostgresConnection::queue(const Statement& statement, std::span<const Arg> args) {
    send(statement, args, Expected::unimportant);
    if (observer_ != nullptr && !args.empty()) observer_->ran(statement, {}, 1);
}

void PostgresConnection::sync() {
    require(PQpipelineSync(connection_));
    pending_.push_back({Expected::sync});
}

void PostgresConnection::send_queued() {
    sync();
    // What the socket does not take now goes out with the next statement.
    if (PQflush(connection_) < 0) lost();
}

void PostgresConnection::flush() {
    for (int left = PQflush(connection_); left != 0; left = PQflush(connection_)) {
        if (left < 0 || !socket_->wait(SocketWait::For::writing, until_)) lost();
    }
}

void PostgresConnection::run_queued() {
    sync();
    flush();
    receive();
}

std::int64_t PostgresConnection::run(const Statement& statement, std::span<const Arg> args,
                                     FunctionRef<void(const Row&)> on_row) {
    const auto begin = std::chrono::steady_clock::now();
    send(statement, args, Expected::rows);
    sync();
    flush();
    const auto rows = receive();
    if (!rows) lost();
    const auto end = std::chrono::steady_clock::now();
    const std::int64_t returned = rows->each(on_row);
    const std::int64_t changed = rows->changed();
    if (observer_ != nullptr) observer_->ran(statement, end - begin, returned > 0 ? returned : changed);
    return changed;
}

pg_result* PostgresConnection::next_result() {
    while (PQisBusy(connection_) != 0) {
        if (!socket_->wait(SocketWait::For::reading, until_) || PQconsumeInput(connection_) == 0) lost();
    }
    return PQgetResult(connection_);
}

std::optional<PostgresRows> PostgresConnection::receive() {
    std::optional<PostgresRows> rows;
    std::optional<PostgresFailure> failure;
    while (!pending_.empty()) {
        const Pending expected = pending_.front();
        pending_.pop_front();
        Result result(next_result());
        if (!result) lost();
        const auto status = PQresultStatus(result.get());
        if (expected.what == Expected::sync) {
            if (status != PGRES_PIPELINE_SYNC) lost();
            // What failed before this belongs to a statement whose caller did not wait for it.
            if (!pending_.empty()) failure.reset();
            continue;
        }
        if (status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED) {
            if (expected.what == Expected::prepared) prepared_.erase(expected.statement);
            if (!failure && status == PGRES_FATAL_ERROR) failure = failure_of(result.get());
            if (PQstatus(connection_) != CONNECTION_OK) lost();
        } else if (expected.what == Expected::rows) {
            rows.emplace(result.release());
        }
        // Each statement's results end with a null.
        while (Result more{next_result()}) {
        }
    }
    if (failure) {
        if (failure->is_connection_lost()) broken_ = true;
        throw std::move(*failure);
    }
    return rows;
}

}  // namespace grover::db
