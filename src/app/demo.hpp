// The small community of `./dev run`, and what a person is told at the start.
#pragma once

#include <optional>
#include <string>

#include "app/domains.hpp"

namespace grover::app {

struct DemoLogin {
    std::string email;
    std::string password;
};

// Fills an empty store. The login of this or an earlier start (kept in <GROVER_DATA>/demo-login.txt), if there is one.
std::optional<DemoLogin> ensure_demo(const Config& config, const Clock& clock, db::Database& db,
                                     Domains& domains, const std::string& secret);

void print_login(const Config& config, unsigned port, const DemoLogin& login);

}  // namespace grover::app
