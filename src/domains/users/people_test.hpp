// Where the worlds of tests above users begin: an empty database, a stopped clock, and people.
#pragma once

#include <memory>
#include <string>

#include "domains/users/users.hpp"
#include "testing/database.hpp"
#include "testing/stopped_clock.hpp"

namespace grover::users {

// Without copies in memory: tests write edges and settings behind the back of their domain.
struct People {
    testing::StoppedClock clock;
    IdSource ids{clock};
    std::unique_ptr<db::Database> db = testing::fresh_database({.cached = false, .clock = &clock});
    UsersService users{
        *db, clock, ids, {.data_dir = "/nonexistent", .link_secret = "a secret of sixteen bytes"}};

    Caller user(const std::string& username) {
        Caller caller;
        caller.id = db->write([&](db::Write& tx) {
            return users.create(tx,
                                {.email = username + "@example.com", .name = username, .username = username});
        });
        return caller;
    }
};

}  // namespace grover::users
