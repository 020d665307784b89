// Making up communities: a large one for measuring (`grover seed`), and a small lively one to look at (`--demo`).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"

namespace grover::seed {

struct SeedOptions {
    std::int64_t users = 1'000;
    std::int64_t posts = 20'000;
    std::int64_t follows = 50;  // of each user
    std::int64_t tokens = 0;    // sessions, written to <data_dir>/seed-tokens.txt
    int days = 90;              // how long the community has existed
    bool force = false;         // also into a store that holds users
    std::uint64_t random_seed = 20'260'101;
    std::filesystem::path data_dir;
};

// What the seed needs from other domains; either may be empty.
struct SeedPlugs {
    // Makes a few pictures that `owner` uploaded. The owner exists.
    std::function<std::vector<MediaId>(const UserId& owner)> make_pictures;
    // A session of each user, in that order: their tokens.
    std::function<std::vector<std::string>(const std::vector<UserId>& users)> open_sessions;
};

// Tells of itself on standard output, of refusals on standard error. The exit code: 0, or 1 when it refused. The same options
// make the same community, but for ids and for the present time, where it ends. A crash leaves a part of it.
int run_seed(const SeedOptions& options, db::Database& db, const Clock& clock, const SeedPlugs& plugs);

// Replaces the file; only its owner may read it. Throws std::runtime_error.
void write_private_file(const std::filesystem::path& path, std::string_view text);

}  // namespace grover::seed
