#include "testing/postgres_databases.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "platform/db/migrations.hpp"
#include "platform/db/open.hpp"
#include "platform/db/postgres_connection.hpp"

namespace grover::testing {
namespace {

// Migrations may leave rows; they are kept in this schema, and put back.
const std::string kept = "grover_test_kept";

std::string url_of_database(const std::string& url, const std::string& database) {
    const auto path = url.find('/', url.find("://") + 3);
    const auto end = std::min(url.find('?', path), url.size());
    return url.substr(0, path + 1) + database + url.substr(end);
}

std::unique_ptr<db::PostgresConnection> connect(const std::string& url) {
    auto connection = db::PostgresConnection::connect({.url = url});
    connection->leave_pipeline();
    return connection;
}

class Databases {
public:
    static Databases& of_this_run() {
        static Databases databases(std::getenv("GROVER_TEST_POSTGRES"));
        return databases;
    }

    std::shared_ptr<LentDatabase> lend() {
        const std::scoped_lock lock(mutex_);
        int number = 1;
        // Other programs hold their locks until they end.
        while (lent_.contains(number) || !lock_for_this_program(number)) ++number;
        const std::string name = "grover_test_" + schema_ + "_" + std::to_string(number);
        const std::string url = url_of_database(url_, name);
        if (server_->query("SELECT 1 FROM pg_database WHERE datname = '" + name + "'").empty())
            make(name, url);
        try {
            empty(number, url);
        } catch (const db::PostgresFailure&) {
            connections_.erase(number);  // a test ended it
            empty(number, url);
        }
        lent_.insert(number);
        return std::make_shared<LentDatabase>(url, number);
    }

    void take_back(int number) {
        const std::scoped_lock lock(mutex_);
        lent_.erase(number);
    }

private:
    explicit Databases(std::string url) : url_(std::move(url)), server_(connect(url_)) {
        std::string checksums;
        for (const auto& migration : db::embedded_migrations()) checksums += migration.checksum;
        schema_ = std::to_string(std::hash<std::string>{}(checksums) % 1'000'000);
    }

    bool lock_for_this_program(int number) {
        if (locked_.contains(number)) return true;
        const auto got = server_->query("SELECT pg_try_advisory_lock(hashtext('grover_test'), " +
                                        std::to_string(number) + ")");
        if (got[0][0] != "t") return false;
        locked_.insert(number);
        return true;
    }

    void make(const std::string& name, const std::string& url) {
        server_->exec("CREATE DATABASE " + name);
        // Tests have few rows, for which PostgreSQL would rather read the whole table than show what it does with many.
        server_->exec("ALTER DATABASE " + name + " SET enable_seqscan = off");
        // Nothing of a test must outlive the server; tests of that use a database of their own.
        server_->exec("ALTER DATABASE " + name + " SET synchronous_commit = off");
        db::open({.url = url}).reset();
        const auto connection = connect(url);
        connection->exec("CREATE SCHEMA " + kept);
        for (const auto& table :
             connection->query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) {
            connection->exec("CREATE TABLE " + kept + "." + table[0] + " AS TABLE public." + table[0]);
        }
    }

    void empty(int number, const std::string& url) {
        auto& connection = connections_[number];
        if (!connection) {
            connection = connect(url);
            connection->exec("SET session_replication_role = replica; SET synchronous_commit = off");
        }
        // As few round trips as can be: every test pays for them.
        std::string changed;
        std::string repair;
        for (const auto& table : connection->query(
                 "SELECT t.tablename, k.tablename IS NOT NULL FROM pg_tables t LEFT JOIN pg_tables k "
                 "ON k.tablename = t.tablename AND k.schemaname = '" +
                 kept + "' WHERE t.schemaname = 'public'")) {
            const std::string name = "public." + table[0];
            if (table[1] == "f") {
                repair += "DROP TABLE " + name + " CASCADE; ";
                continue;
            }
            changed += changed.empty() ? "" : " UNION ALL ";
            changed += "SELECT '" + table[0] + "' WHERE EXISTS (SELECT 1 FROM " + name +
                       ") OR EXISTS (SELECT 1 FROM " + kept + "." + table[0] + ")";
        }
        for (const auto& table : connection->query(changed)) {
            repair += "DELETE FROM public." + table[0] + "; INSERT INTO public." + table[0] +
                      " SELECT * FROM " + kept + "." + table[0] + "; ";
        }
        connection->exec(
            repair +
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
            "FROM pg_sequences WHERE last_value IS NOT NULL");
    }

    const std::string url_;
    std::mutex mutex_;
    std::unique_ptr<db::PostgresConnection> server_;
    std::string schema_;
    std::set<int> lent_;
    std::set<int> locked_;
    std::map<int, std::unique_ptr<db::PostgresConnection>> connections_;
};

}  // namespace

LentDatabase::LentDatabase(std::string its_url, int its_number)
    : url(std::move(its_url)), number(its_number) {}

LentDatabase::~LentDatabase() { Databases::of_this_run().take_back(number); }

std::shared_ptr<LentDatabase> lend_postgres_database() {
    try {
        return Databases::of_this_run().lend();
    } catch (const db::PostgresFailure& failure) {
        throw std::runtime_error("test database: " + failure.message);
    }
}

}  // namespace grover::testing
