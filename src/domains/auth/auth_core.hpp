// What every part of the domain works with. Private to domains/auth.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "domains/auth/auth.hpp"
#include "domains/auth/auth_secrets.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/integrations/mail.hpp"
#include "platform/integrations/oidc.hpp"

namespace grover::auth {

struct Core {
    db::Database& db;
    const Clock& clock;
    const IdSource& ids;
    users::UsersService& users;
    runtime::WorkerPool& hashing;
    integrations::HttpClient& http;
    integrations::Mailer& mailer;
    Options options;
    Deriver deriver;
    std::unique_ptr<integrations::OidcProvider> google;  // null: off

    bool google_enabled() const { return google != nullptr; }
    bool jwt_enabled() const { return !options.jwt_secret.empty(); }
    void count_attempt(std::string_view method, bool success) const {
        if (options.on_attempt) options.on_attempt(method, success);
    }
    std::string api_link(std::string_view path) const {
        return options.public_base_url + "/api" + std::string(path);
    }
};

// A transaction that makes an account or claims something unique: when somebody else was first, it runs again and finds what
// they made. What is taken for good is thrown as db::AlreadyExists.
template <class F>
auto write_again_when_overtaken(db::Database& db, F&& f) {
    for (int attempt = 1;; ++attempt) {
        try {
            return db.write(f);
        } catch (const db::AlreadyExists&) {
            if (attempt == 3) throw;
        }
    }
}

// An address as accounts keep it, or nothing for what is none.
std::optional<std::string> normal_email(std::string_view text);

}  // namespace grover::auth
