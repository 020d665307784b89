// The large community, step by step.
#include "app/seed/seed.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <future>
#include <stdexcept>

#include "app/seed/community.hpp"
#include "app/seed/posts.hpp"
#include "app/seed/progress.hpp"
#include "app/seed/timeline.hpp"
#include "sql/seed.hpp"

namespace grover::seed {
namespace {

// Long enough that commits cost nothing, short enough that a checkpoint keeps up.
constexpr std::size_t kPostsInOneWrite = 50'000;

// What is wrong with the wish; empty: nothing.
std::string problem_with(const SeedOptions& options, std::int64_t users_there) {
    if (options.users < 2) return "--users must be at least 2.";
    if (options.posts < 0) return "--posts must not be negative.";
    if (options.follows < 0 || options.follows >= options.users) return "--follows must be below --users.";
    if (options.tokens < 0 || options.tokens > options.users) return "--tokens must not be above --users.";
    if (options.days < 1) return "--days must be at least 1.";
    if (users_there > 0 && !options.force)
        return "The store already holds users; give --force to add to them.";
    return {};
}

void write_posts(const SeedOptions& options, db::Database& db, const Community& community,
                 const std::vector<MediaId>& pictures) {
    const auto moments = make_timeline(options, community);
    Chronicle chronicle(options, community, moments, pictures);
    Progress progress("posts", moments.size());
    // The next chunk is made up while this one is written.
    const auto make_next = [&] {
        return std::async(std::launch::async, [&] { return chronicle.next(kPostsInOneWrite); });
    };
    auto next = make_next();
    while (true) {
        const Chunk chunk = next.get();
        if (chunk.posts.empty()) break;
        next = make_next();
        db.write([&](db::Write& tx) { write_chunk(tx, community, chunk); });
        progress.add(chunk.posts.size());
    }
    write_totals(db, community, chronicle.totals());
}

// What discovery would have kept from the events that a seed does not publish. Precondition: the store was empty.
void write_ranks(db::Database& db, Time now) {
    const auto day = now - std::chrono::hours{24}, week = now - std::chrono::hours{7 * 24},
               month = now - std::chrono::hours{30 * 24};
    db.write([&](db::Write& tx) {
        tx.exec(sql::seed::rank_posts{.day = day, .week = week, .month = month});
        tx.exec(sql::seed::rank_creators{.now = now, .week = week});
        tx.exec(sql::seed::rank_growth{.week = week, .now = now, .month = month});
        tx.exec(sql::seed::fill_categories{});
        tx.exec(sql::seed::count_categories{});
    });
}

void write_tokens(const SeedOptions& options, const Community& community, const SeedPlugs& plugs) {
    std::vector<UserId> users;
    for (std::int64_t i = 0; i < options.tokens; ++i)
        users.push_back(community.members[static_cast<std::size_t>(i)].id);
    const auto tokens = plugs.open_sessions(users);
    std::string lines;
    for (std::size_t i = 0; i < users.size(); ++i) lines += tokens.at(i) + ' ' + users[i].str() + '\n';
    write_private_file(options.data_dir / "seed-tokens.txt", lines);
}

}  // namespace

void write_private_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::remove(path);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) throw std::runtime_error("cannot write " + path.string());
    std::ofstream(path) << text;
    ::close(file);
}

int run_seed(const SeedOptions& options, db::Database& db, const Clock& clock, const SeedPlugs& plugs) {
    const auto users_there = db.read(
        [](db::Read& tx) { return tx.value<std::int64_t>(sql::seed::count_users{.limit = 1'000'000'000}); });
    if (const auto problem = problem_with(options, users_there); !problem.empty()) {
        std::fprintf(stderr, "grover seed: %s\n", problem.c_str());
        return 1;
    }
    std::printf("seed number %llu: %lld users, %lld posts, %lld follows each, over %d days\n",
                static_cast<unsigned long long>(options.random_seed), static_cast<long long>(options.users),
                static_cast<long long>(options.posts), static_cast<long long>(options.follows), options.days);

    const auto community = make_community(options, clock.now(), users_there);
    {
        Progress progress("users", community.members.size());
        write_members(db, community, [&](std::size_t rows) { progress.add(rows); });
    }
    {
        Progress progress("follows", community.following.size());
        write_follows(db, community, [&](std::size_t rows) { progress.add(rows); });
    }
    std::vector<MediaId> pictures;
    if (plugs.make_pictures) pictures = plugs.make_pictures(community.members.front().id);
    for (const auto& picture : pictures) {
        db.write([&](db::Write& tx) {
            tx.exec(sql::seed::open_media{.now = community.now, .media_id = picture});
        });
    }
    write_posts(options, db, community, pictures);
    if (users_there == 0) write_ranks(db, community.now);
    if (options.tokens > 0) write_tokens(options, community, plugs);
    return 0;
}

}  // namespace grover::seed
