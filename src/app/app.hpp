// What the program can do: main.cpp reads the command line and calls one of these. Each returns the exit code.
#pragma once

#include <cstdint>
#include <string>

#include "platform/config/config.hpp"

namespace grover::app {

struct ServeOptions {
    bool demo = false;  // fill an empty store with a small community and print a login
};
// Until SIGTERM or SIGINT, then drains.
int serve(const LoadedConfig& loaded, const ServeOptions& options);

struct SeedRequest {
    std::int64_t users = 1'000;
    std::int64_t posts = 20'000;
    std::int64_t follows = 50;
    std::int64_t tokens = 0;
    int days = 90;
    bool force = false;
};
int seed(const LoadedConfig& loaded, const SeedRequest& request);

int migrate(const LoadedConfig& loaded);
int backup(const LoadedConfig& loaded, const std::string& target);
// Prints the description of all endpoints; starts nothing and needs no store.
int openapi(const LoadedConfig& loaded);

}  // namespace grover::app
