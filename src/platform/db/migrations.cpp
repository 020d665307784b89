#include "platform/db/migrations.hpp"

#include <algorithm>
#include <stdexcept>

namespace grover::db {

std::vector<const Migration*> pending_migrations(std::span<const Migration> known,
                                                 std::span<const AppliedMigration> applied) {
    for (const AppliedMigration& done : applied) {
        const auto found = std::ranges::find(known, done.number, &Migration::number);
        if (found == known.end()) {
            throw std::runtime_error("The database is newer than this program: migration " + done.name +
                                     " is unknown to it.");
        }
        if (done.checksum != found->checksum) {
            throw std::runtime_error("Migration " + done.name +
                                     " was edited after it had run; put the file back and add a new one.");
        }
    }
    std::vector<const Migration*> pending;
    for (const Migration& migration : known) {
        const bool ran =
            std::ranges::find(applied, migration.number, &AppliedMigration::number) != applied.end();
        if (!ran) pending.push_back(&migration);
    }
    return pending;
}

}  // namespace grover::db
