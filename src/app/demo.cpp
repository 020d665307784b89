#include "app/demo.hpp"

#include <fstream>
#include <iostream>

namespace grover::app {
namespace {

std::filesystem::path login_file(const Config& config) { return config.grover_data / "demo-login.txt"; }

std::optional<DemoLogin> kept_login(const Config& config) {
    std::ifstream in(login_file(config));
    DemoLogin login;
    if (!(in >> login.email >> login.password)) return std::nullopt;
    return login;
}

}  // namespace

std::optional<DemoLogin> ensure_demo(const Config& config, const Clock&, db::Database&, Domains&,
                                     jobs::Background&) {
    return kept_login(config);
}

void print_login(const Config& config, unsigned port, const DemoLogin& login) {
    std::cout << "\n  Grover     " << (config.tls_enabled ? "https" : "http") << "://localhost:" << port
              << "\n"
              << "  API page   " << (config.tls_enabled ? "https" : "http") << "://localhost:" << port
              << "/docs\n"
              << "  login      " << login.email << "  " << login.password << "\n"
              << "  data       " << std::filesystem::absolute(config.grover_data).string() << "\n\n"
              << std::flush;
}

}  // namespace grover::app
