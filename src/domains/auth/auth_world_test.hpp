// The whole of auth, as a client meets it: requests go through the dispatcher to a real database; mails are read from the
// directory they are written to; time stands still until it is moved.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "domains/auth/auth.hpp"
#include "platform/api/api.hpp"
#include "platform/api/dispatcher.hpp"
#include "platform/http/memory_exchange.hpp"
#include "platform/integrations/digest.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/integrations/mail.hpp"
#include "platform/jobs/background.hpp"
#include "platform/wire/json_in.hpp"
#include "testing/database.hpp"

namespace grover::auth::test {

using namespace std::chrono_literals;

struct MovedClock final : Clock {
    Time at{1'769'249'471'000'000};  // 2026-01-24T10:11:11Z
    Time now() const override { return at; }
    template <class Duration>
    void move(Duration by) {
        at = at + by;
    }
};

// Gives nothing back; what it was given to keep.
struct NothingKept final : api::IdempotencyStore {
    std::string given;

    struct Run final : api::KeyedRun {
        explicit Run(std::string& to) : given(to) {}
        void finish(int, std::string_view body) override { given += body; }
        void give_up() override {}
        void forget() override {}
        std::string& given;
    };
    Outcome begin(const UserId&, std::string_view, std::string_view, std::string_view,
                  std::string_view) override {
        return std::make_unique<Run>(given);
    }
};

// All that an access log could be told.
struct Logging final : api::Observer {
    void begun(const api::Endpoint&) override {}
    void done(const api::Done& done) override {
        text += std::string(done.method) + " " + std::string(done.path) + " " + std::string(done.route) +
                " " + std::to_string(done.status) + " " + std::string(done.cause) + "\n";
    }
    std::string text;
};

struct Answer {
    int status = 0;
    std::string body;
    std::string headers;

    bool says(std::string_view text) const { return body.find(text) != std::string::npos; }
    std::string header(std::string_view name) const {
        const auto start = headers.find(std::string(name) + ": ");
        if (start == std::string::npos) return {};
        const auto value = start + name.size() + 2;
        return headers.substr(value, headers.find("\r\n", value) - value);
    }
    // A member of the body's object, as text: "" for null and absent, "true", "12".
    std::string operator[](std::string_view name) const {
        const auto document = wire::JsonDocument::parse(body);
        if (!document || document->root().kind() != wire::JsonKind::object) return {};
        return text_of(document->root().find(name));
    }
    std::string detail() const { return (*this)["detail"]; }
    // "grover_rt=…" as a client sends it back; empty without Set-Cookie.
    std::string cookie() const {
        const auto line = header("Set-Cookie");
        return line.substr(0, line.find(';'));
    }

    static std::string text_of(wire::JsonView value) {
        if (!value.present()) return {};
        switch (value.kind()) {
            case wire::JsonKind::string:
                return std::string(value.string());
            case wire::JsonKind::boolean:
                return value.boolean() ? "true" : "false";
            case wire::JsonKind::integer:
                return std::to_string(*value.integer());
            default:
                return {};
        }
    }
};

struct ReadMail {
    std::string to;
    std::string subject;
    std::string text;

    std::string link() const {
        const auto start = text.find("http://grover.test/");
        return start == std::string::npos ? ""
                                          : text.substr(start, text.find_first_of("\r\n", start) - start);
    }
    std::string token() const {
        const auto all = link();
        return all.substr(std::min(all.find("?token="), all.size() - 7) + 7);
    }
};

struct World {
    using Headers = std::vector<std::pair<std::string, std::string>>;

    explicit World(Options given = {}) : options(std::move(given)) {
        if (options.public_base_url.empty()) options.public_base_url = "http://grover.test";
        if (options.signing_secret.empty())
            options.signing_secret = "a signing secret of the tests, long enough";
        options.on_attempt = [this](std::string_view method, bool success) {
            const std::scoped_lock lock(attempts_mutex);
            attempts.push_back(std::string(method) + (success ? " success" : " failure"));
        };
        auth = std::make_unique<AuthService>(*db, clock, ids, users, hashing, http, mailer, options);
        users.plug({.guard = auth.get()});
        add_auth_api(api, *auth);
        users::add_users_api(api, users);
        auth->add_jobs(background.jobs());
        background.events().on<SessionEnded>("test",
                                             [this](const SessionEnded& event) { ended.push_back(event); });
        background.events().on<SecurityAlert>(
            "test", [this](const SecurityAlert& event) { alerts.push_back(event); });
        dispatcher = std::make_unique<api::Dispatcher>(
            api, clock, *auth, nothing_kept, &observer,
            api::DispatcherOptions{.rate_limits = false,
                                   .public_base_url = options.public_base_url,
                                   .signing_secret = "0123456789abcdef0123456789abcdef"});
    }
    ~World() { std::filesystem::remove_all(mail_directory); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Answer send(http::Method method, std::string target, std::string body = {}, const Headers& headers = {}) {
        http::MemoryExchange exchange(body, 1'000);
        std::vector<http::Header> sent;
        if (!body.empty()) {
            const bool is_json = body.front() == '{' || body.front() == '[';
            sent.push_back(
                {"Content-Type", is_json ? "application/json" : "application/x-www-form-urlencoded"});
        }
        sent.push_back({"User-Agent", user_agent});
        for (const auto& [name, value] : headers) sent.push_back({name, value});
        exchange.head.method = method;
        exchange.head.target = target;
        exchange.head.path = std::string_view(target).substr(0, target.find('?'));
        if (exchange.head.path.size() < target.size())
            exchange.head.query = std::string_view(target).substr(exchange.head.path.size() + 1);
        exchange.head.headers = sent;
        exchange.head.has_body = !body.empty();
        exchange.head.peer = address;
        dispatcher->handle(exchange);
        const auto& shared = exchange.answer.shared_body;
        return {exchange.answer.status, shared ? *shared : exchange.answer.body,
                std::string(exchange.answer.header_block())};
    }
    static Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
    Answer get(std::string target, const std::string& token = {}) {
        return send(http::Method::get, std::move(target), {}, token.empty() ? Headers{} : bearer(token));
    }
    Answer post(std::string target, std::string body = {}, const std::string& token = {}) {
        return send(http::Method::post, std::move(target), std::move(body),
                    token.empty() ? Headers{} : bearer(token));
    }
    Answer del(std::string target, const std::string& token) {
        return send(http::Method::delete_, std::move(target), {}, bearer(token));
    }

    static std::string address_of(const std::string& name) { return name + "@example.com"; }
    // Registers ada@example.com, say; her session token.
    std::string register_user(const std::string& name) {
        const auto answer =
            post("/api/auth/register", R"({"email":")" + address_of(name) + R"(","password":")" +
                                           std::string(kPassword) + R"(","name":")" + name + R"("})");
        REQUIRE(answer.status == 201);
        return answer["session_token"];
    }
    Answer login(const std::string& name, std::string_view password = kPassword, std::string_view more = {}) {
        return post("/api/auth/login", R"({"email":")" + address_of(name) + R"(","password":")" +
                                           std::string(password) + "\"" + std::string(more) + "}");
    }
    bool works(const std::string& token) { return get("/api/auth/me", token).status == 200; }

    // Runs what is due; the mails that this sent, in order.
    std::vector<ReadMail> mails() {
        background.run_due();
        std::map<std::string, ReadMail> sorted;
        for (const auto& entry : std::filesystem::directory_iterator(mail_directory)) {
            std::stringstream text;
            text << std::ifstream(entry.path()).rdbuf();
            const auto whole = text.str();
            const auto line = [&](std::string_view name) {
                const auto start = whole.find("\r\n" + std::string(name) + ": ") + name.size() + 4;
                return whole.substr(start, whole.find("\r\n", start) - start);
            };
            auto to = line("To");
            sorted[entry.path().filename()] = {to.substr(1, to.size() - 2), line("Subject"),
                                               whole.substr(whole.find("\r\n\r\n") + 4)};
        }
        std::filesystem::remove_all(mail_directory);
        std::filesystem::create_directories(mail_directory);
        std::vector<ReadMail> out;
        for (auto& [name, mail] : sorted) out.push_back(std::move(mail));
        return out;
    }
    // The newest mail with that subject.
    ReadMail mail(std::string_view subject, std::string_view to = {}) {
        ReadMail found;
        for (auto& one : mails()) {
            if (one.subject == subject && (to.empty() || one.to == to)) found = std::move(one);
        }
        INFO("no mail: ", std::string(subject));
        REQUIRE_FALSE(found.to.empty());
        return found;
    }

    std::int64_t rows(const std::string& table) { return testing::count_rows(*db, table); }
    std::string sql(const std::string& text) { return testing::query_text(*db, text); }
    void run(const std::string& text) { testing::execute(*db, text); }

    static constexpr std::string_view kPassword = "tidal-harbour-7";

    MovedClock clock;
    Options options;
    std::string user_agent = "Mozilla/5.0 (Test 1.0)";
    std::string address = "192.0.2.7";
    Logging observer;
    std::vector<std::string> attempts;
    std::mutex attempts_mutex;
    std::vector<SessionEnded> ended;
    std::vector<SecurityAlert> alerts;
    std::filesystem::path mail_directory = [] {
        static int number = 0;
        auto path = std::filesystem::temp_directory_path() /
                    ("grover-auth-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
        std::filesystem::create_directories(path);
        return path;
    }();

    std::unique_ptr<db::Database> db = testing::fresh_database({.clock = &clock});
    IdSource ids{clock};
    users::UsersService users{*db, clock, ids, {.link_secret = "0123456789abcdef"}};
    runtime::WorkerPool hashing{2, 256};
    integrations::HttpClient http{nullptr};
    integrations::Mailer mailer{
        nullptr, clock, {.backend = integrations::MailBackend::file, .directory = mail_directory.string()}};
    jobs::Background background{*db, {.clock = &clock}};
    NothingKept nothing_kept;
    std::unique_ptr<AuthService> auth;
    api::Api api;
    std::unique_ptr<api::Dispatcher> dispatcher;
};

}  // namespace grover::auth::test
