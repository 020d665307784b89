// Reads the command line and the configuration, then does what was asked.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>

#include "app/app.hpp"
#include "app/build_info.hpp"
#include "app/seed/drawing.hpp"
#include "domains/media/media.hpp"
#include "platform/config/config.hpp"

namespace {

using namespace grover;

int with_config(const std::function<int(const LoadedConfig&)>& run) {
    try {
        return run(load_config(process_environment(), "."));
    } catch (const ConfigurationError& error) {
        std::cerr << error.what() << '\n';
        return kConfigurationExitCode;
    } catch (const std::exception& error) {
        // Errors of starting are sentences for the operator.
        std::cerr << "grover: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}

int check_config(const LoadedConfig& loaded) {
    for (const auto& warning : loaded.warnings) std::cerr << "warning: " << warning << '\n';
    std::cout << print_config(loaded.config);
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App cli{"Grover: a creator platform in one binary. Settings come from the environment and .env."};
    cli.set_version_flag("--version", "grover " + std::string(app::kBuildCommit));
    bool only_check = false;
    cli.add_flag("--check-config", only_check, "print the effective settings, secrets masked, and exit");

    app::ServeOptions serve_options;
    auto* serve = cli.add_subcommand("serve", "serve until stopped (default)");
    serve->add_flag("--demo", serve_options.demo,
                    "fill an empty store with a small community and print a login");
    serve->add_flag("--check-config", only_check, "print the effective settings, secrets masked, and exit");

    app::SeedRequest seed_request;
    auto* seed = cli.add_subcommand("seed", "fill the store with a made-up community");
    seed->add_option("--users", seed_request.users, "how many people")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    seed->add_option("--posts", seed_request.posts, "how many posts")
        ->check(CLI::Range(0, 100'000'000))
        ->capture_default_str();
    seed->add_option("--follows", seed_request.follows, "how many each follows")
        ->check(CLI::Range(0, 100'000))
        ->capture_default_str();
    seed->add_option("--tokens", seed_request.tokens,
                     "sessions to open, written to <GROVER_DATA>/seed-tokens.txt")
        ->check(CLI::Range(0, 10'000'000));
    seed->add_option("--days", seed_request.days, "how long the community has existed")
        ->check(CLI::Range(1, 3'650))
        ->capture_default_str();
    seed->add_flag("--force", seed_request.force, "also into a store that holds users");

    auto* migrate = cli.add_subcommand("migrate", "bring the store's tables up to date");
    auto* openapi = cli.add_subcommand("openapi", "print the description of all endpoints");
    auto* check = cli.add_subcommand("check-config", "print the effective settings, secrets masked");
    std::string backup_target;
    auto* backup = cli.add_subcommand("backup", "copy the SQLite store, also while it is served");
    backup->add_option("file", backup_target, "the new file")->required();
    auto* version = cli.add_subcommand("version", "print what was built");
    auto* image_worker = cli.add_subcommand("image-worker", "decode pictures for a parent process");
    image_worker->group("");  // not for people
    std::string drawings;
    auto* save_drawings =
        cli.add_subcommand("save-drawings", "turn drawings into pictures for a parent process");
    save_drawings->add_option("directory", drawings)->required();
    save_drawings->group("");
    cli.require_subcommand(0, 1);
    CLI11_PARSE(cli, argc, argv);

    if (*image_worker) return media::image_worker_main();
    if (*save_drawings) return seed::save_drawings_main(drawings);
    if (*version) {
        std::cout << "grover " << app::kBuildCommit << " of " << app::kBuildTime << '\n';
        return EXIT_SUCCESS;
    }
    if (*check || only_check) return with_config(check_config);
    if (*seed)
        return with_config([&](const LoadedConfig& loaded) { return app::seed(loaded, seed_request); });
    if (*migrate) return with_config(app::migrate);
    if (*openapi) return with_config(app::openapi);
    if (*backup)
        return with_config([&](const LoadedConfig& loaded) { return app::backup(loaded, backup_target); });
    return with_config([&](const LoadedConfig& loaded) { return app::serve(loaded, serve_options); });
}
