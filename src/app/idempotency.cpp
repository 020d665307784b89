#include "app/idempotency.hpp"

#include "sql/app.hpp"

namespace grover::app {
namespace {

constexpr std::chrono::hours kKept{24};
// A request ends within 25 s; what still runs after this died with its server, and may be tried again.
constexpr std::chrono::seconds kLongestRun{60};

struct Stored {
    std::string input_hash;
    Time running_until;
    std::optional<int> status;
    std::optional<std::string> body;
    Time created_at;
    static constexpr auto columns = std::tuple{
        db::column("input_hash", &Stored::input_hash), db::column("running_until", &Stored::running_until), db::column("status", &Stored::status),
        db::column("body", &Stored::body),             db::column("created_at", &Stored::created_at),
    };
};

}  // namespace

api::IdempotencyStore::Outcome StoredAnswers::begin(const UserId& user, std::string_view method, std::string_view path, std::string_view key,
                                                    std::string_view input_hash) {
    return db_.write([&](db::Write& tx) -> Outcome {
        const auto now = clock_.now();
        const auto claim = [&] {
            return tx.exists(sql::app::claim_key{.user_id = user, .method = method, .path = path, .key = key, .input_hash = input_hash,
                                                 .running_until = now + kLongestRun, .now = now});
        };
        if (claim()) return Fresh{};
        const auto stored = *tx.find<Stored>(sql::app::get_key{.user_id = user, .method = method, .path = path, .key = key});
        const bool is_old = stored.created_at + kKept <= now;
        if (!is_old && stored.input_hash != input_hash) return OtherInput{};
        if (!is_old && stored.status) return Replay{*stored.status, stored.body.value_or("")};
        if (!is_old && stored.running_until > now) return StillRunning{};
        tx.exec(sql::app::forget_key{.user_id = user, .method = method, .path = path, .key = key});
        claim();
        return Fresh{};
    });
}

void StoredAnswers::finish(const UserId& user, std::string_view method, std::string_view path, std::string_view key, int status, std::string_view body) {
    db_.write([&](db::Write& tx) {
        tx.exec(sql::app::finish_key{.status = status, .body = body, .user_id = user, .method = method, .path = path, .key = key});
    });
}

void StoredAnswers::forget(const UserId& user, std::string_view method, std::string_view path, std::string_view key) {
    db_.write([&](db::Write& tx) { tx.exec(sql::app::forget_key{.user_id = user, .method = method, .path = path, .key = key}); });
}

void StoredAnswers::sweep() {
    constexpr int kBatch = 1'000;
    while (db_.write([&](db::Write& tx) { return tx.exec(sql::app::forget_old_keys{.before = clock_.now() - kKept, .limit = kBatch}); }) == kBatch) {
    }
}

}  // namespace grover::app
