// LISTEN and NOTIFY over one connection (https://www.postgresql.org/docs/15/sql-notify.html).
#include <libpq-fe.h>

#include <memory>
#include <stdexcept>

#include "platform/bus/worker.hpp"

namespace grover::bus {
namespace {

constexpr const char* kPublish = "SELECT pg_notify('grover_rt', message) FROM unnest($1::text[]) AS message";

struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};

void append_element(std::string& out, std::string_view text) {
    out += out.size() > 1 ? ",\"" : "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

class Postgres final : public Worker {
public:
    explicit Postgres(std::string url) : url_(std::move(url)) {}

    // NOTIFY carries less than 8,000 bytes.
    std::size_t largest() const override { return 7'500; }
    std::string_view kind() const override { return "postgres"; }

private:
    void serve() override {
        const std::unique_ptr<PGconn, Close> connection(PQconnectdb(url_.c_str()));
        require(PQstatus(connection.get()) == CONNECTION_OK, *connection);
        run(*connection, "LISTEN grover_rt", nullptr);
        up();
        while (!stopping()) {
            publish_waiting(*connection);
            tell(*connection);
            wait_for(PQsocket(connection.get()));
            require(PQconsumeInput(connection.get()) == 1, *connection);
            tell(*connection);
        }
    }

    void publish_waiting(PGconn& connection) {
        const auto messages = take_outgoing();
        if (messages.empty()) return;
        std::string array = "{";
        for (const auto& message : messages) append_element(array, message);
        array += '}';
        run(connection, kPublish, array.c_str());
    }

    void tell(PGconn& connection) {
        while (PGnotify* const notice = PQnotifies(&connection)) {
            receive(notice->extra);
            PQfreemem(notice);
        }
    }

    static void run(PGconn& connection, const char* sql, const char* parameter) {
        const std::unique_ptr<PGresult, Close> result(PQexecParams(
            &connection, sql, parameter != nullptr ? 1 : 0, nullptr, &parameter, nullptr, nullptr, 0));
        const auto status = PQresultStatus(result.get());
        require(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, connection);
    }

    static void require(bool good, PGconn& connection) {
        if (!good) throw std::runtime_error(PQerrorMessage(&connection));
    }

    const std::string url_;
};

}  // namespace

std::unique_ptr<Bus> over_postgres(std::string url) { return std::make_unique<Postgres>(std::move(url)); }

}  // namespace grover::bus
