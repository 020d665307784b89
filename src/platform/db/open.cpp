#include "platform/db/open.hpp"

#include <stdexcept>

#include "platform/db/postgres_database.hpp"
#include "platform/db/sqlite_database.hpp"

namespace grover::db {

std::unique_ptr<Database> open(const Options& options) {
    const std::string_view url = options.url;
    if (url.starts_with("sqlite:")) {
        SqliteFile file(sqlite_path(url));
        file.migrate(options.clock != nullptr ? *options.clock : static_cast<const Clock&>(SystemClock()));
        return std::make_unique<SqliteDatabase>(options, std::move(file));
    }
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
        return std::make_unique<PostgresDatabase>(options);
    }
    const auto scheme = url.substr(0, url.find(':'));
    throw std::runtime_error("DATABASE_URL has the unknown scheme '" + std::string(scheme) +
                             "': sqlite:<path> or postgresql://... is expected.");
}

}  // namespace grover::db
