#include "app/demo.hpp"

#include <fstream>
#include <iostream>

#include "app/seed/demo.hpp"

namespace grover::app {
namespace {

std::filesystem::path login_file(const Config& config) { return config.grover_data / "demo-login.txt"; }

std::optional<DemoLogin> kept_login(const Config& config) {
    std::ifstream in(login_file(config));
    DemoLogin login;
    if (!(in >> login.email >> login.password)) return std::nullopt;
    return login;
}

// Readable by the operator alone: it opens an account.
void keep_login(const Config& config, const DemoLogin& login) {
    const auto file = login_file(config);
    std::ofstream out(file);
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    out << login.email << ' ' << login.password << '\n';
}

}  // namespace

std::optional<DemoLogin> ensure_demo(const Config& config, const Clock& clock, db::Database& db,
                                     Domains& domains, const std::string& secret) {
    if (!seed::is_empty(db)) return kept_login(config);
    std::cout << "Making a small community to look at ..." << std::endl;
    const auto made = seed::seed_demo({
        .db = db,
        .clock = clock,
        .files = domains.files,
        .users = users_options(config, secret),
        .media = media_options(config, secret),
        .make_picture_store = [&](media::MediaService& media) -> std::unique_ptr<users::PictureStore> {
            return std::make_unique<PictureStore>(db, media);
        },
        .set_password =
            [&](const UserId& user, const std::string& password) {
                const auto hash = auth::AuthService::hash_password(password);
                db.write([&](db::Write& tx) { domains.auth.set_password_hash(tx, user, hash); });
            },
        .watcher = &domains.discovery,
    });
    keep_login(config, {made.email, made.password});
    return DemoLogin{made.email, made.password};
}

void print_login(const Config& config, unsigned port, const DemoLogin& login) {
    std::cout << "\n  Grover     " << (config.tls_enabled ? "https" : "http") << "://localhost:" << port
              << "\n"
              << "  API page   " << (config.tls_enabled ? "https" : "http") << "://localhost:" << port
              << "/docs\n"
              << "  login      " << login.email << "  " << login.password << "\n"
              << "  data       " << std::filesystem::absolute(config.grover_data).lexically_normal().string()
              << "\n\n"
              << std::flush;
}

}  // namespace grover::app
