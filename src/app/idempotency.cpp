#include "app/idempotency.hpp"

namespace grover::app {

using Kind = db::IdempotencyKeys::Begun::Kind;

api::IdempotencyStore::Outcome StoredAnswers::begin(const UserId& user, std::string_view method,
                                                    std::string_view path, std::string_view key,
                                                    std::string_view input_hash) {
    auto begun = keys_.begin({user, method, path, key}, input_hash);
    switch (begun.kind) {
        case Kind::fresh:
            return Fresh{std::make_shared<const db::Claim>(*begun.claim)};
        case Kind::replay:
            return Replay{begun.status, std::move(begun.body)};
        case Kind::other_input:
            return OtherInput{};
        case Kind::interrupted:
            return Interrupted{};
        case Kind::still_running:
            break;
    }
    return StillRunning{};
}

void StoredAnswers::finish(const UserId& user, std::string_view method, std::string_view path,
                           std::string_view key, int status, std::string_view body) {
    keys_.finish({user, method, path, key}, status, body);
}

void StoredAnswers::give_up(const UserId& user, std::string_view method, std::string_view path,
                            std::string_view key) {
    keys_.give_up({user, method, path, key});
}

void StoredAnswers::forget(const UserId& user, std::string_view method, std::string_view path,
                           std::string_view key) {
    keys_.forget({user, method, path, key});
}

void StoredAnswers::sweep() { keys_.remove_expired(); }

}  // namespace grover::app
