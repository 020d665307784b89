#include "app/idempotency.hpp"

namespace grover::app {

namespace {

using Kind = db::IdempotencyKeys::Begun::Kind;

class Run final : public api::KeyedRun {
public:
    Run(db::IdempotencyKeys& keys, db::Claim claim) : keys_(keys), claim_(std::move(claim)) {}

    const db::Claim* claim() const override { return &claim_; }
    void finish(int status, std::string_view body) override { keys_.finish(claim_, status, body); }
    void give_up() override { keys_.give_up(claim_); }
    void forget() override { keys_.forget(claim_); }

private:
    db::IdempotencyKeys& keys_;
    db::Claim claim_;
};

}  // namespace

api::IdempotencyStore::Outcome StoredAnswers::begin(const UserId& user, std::string_view method,
                                                    std::string_view path, std::string_view key,
                                                    std::string_view input_hash) {
    auto begun = keys_.begin({user, method, path, key}, input_hash);
    switch (begun.kind) {
        case Kind::fresh:
            return std::make_unique<Run>(keys_, *std::move(begun.claim));
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

void StoredAnswers::sweep() { keys_.remove_expired(); }

}  // namespace grover::app
