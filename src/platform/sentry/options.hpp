// What reports say of this server, and the bounds that they keep to.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "platform/config/sentry_dsn.hpp"

namespace grover::sentry {

struct Options {
    SentryDsn dsn;
    std::filesystem::path directory;  // for what cannot be sent now
    std::string version;
    std::string release;
    std::string dist;
    std::string environment;
    std::string server_name;
    std::string base_url;  // what the URLs of requests start with
    double sample_rate = 1;
    bool send_pii = false;
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds timeout{10'000};
    std::chrono::milliseconds drain{2'000};
};

}  // namespace grover::sentry
