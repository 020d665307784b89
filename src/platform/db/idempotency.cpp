#include "platform/db/idempotency.hpp"

#include "platform/base/error.hpp"
#include "sql/idempotency.hpp"

namespace grover::db {
namespace {

constexpr std::chrono::seconds kLongestRun{30};
constexpr int kRemovedAtOnce = 1'000;

}  // namespace

void Claim::note(Write& tx) const {
    if (tx.exec(sql::idempotency::note_act{.user_id = request_.user_id,
                                           .method = request_.method,
                                           .path = request_.path,
                                           .key = request_.key,
                                           .claimed_at = claimed_at_}) == 0)
        throw conflict("Another request with this Idempotency-Key took over");
}

IdempotencyKeys::Begun IdempotencyKeys::begin(const Request& request, std::string_view input_hash) {
    const Time now = clock_.now();
    return database_.write([&](Write& tx) {
        const bool fresh = tx.exists(sql::idempotency::begin{.user_id = request.user_id,
                                                             .method = request.method,
                                                             .path = request.path,
                                                             .key = request.key,
                                                             .input_hash = input_hash,
                                                             .running_until = now + kLongestRun,
                                                             .now = now,
                                                             .expired_at = now - kIdempotencyKept});
        Begun begun{.kind = Begun::Kind::fresh};
        if (fresh) {
            begun.claim.emplace(request, now);
            return begun;
        }
        begun.kind = Begun::Kind::still_running;
        tx.each(sql::idempotency::find{.now = now,
                                       .user_id = request.user_id,
                                       .method = request.method,
                                       .path = request.path,
                                       .key = request.key},
                [&](const Row& row) {
                    if (row.text(0) != input_hash) {
                        begun.kind = Begun::Kind::other_input;
                    } else if (!row.is_null(1)) {
                        begun = {Begun::Kind::replay, row.get<int>(1), row.get<std::string>(2)};
                    } else if (row.get<bool>(3)) {
                        begun.kind = Begun::Kind::interrupted;
                    }
                });
        return begun;
    });
}

void IdempotencyKeys::finish(const Claim& claim, int status, std::string_view body) {
    database_.write([&](Write& tx) {
        tx.exec(sql::idempotency::finish{.status = status,
                                         .body = body,
                                         .user_id = claim.request_.user_id,
                                         .method = claim.request_.method,
                                         .path = claim.request_.path,
                                         .key = claim.request_.key,
                                         .claimed_at = claim.claimed_at_});
    });
}

void IdempotencyKeys::give_up(const Claim& claim) {
    const auto& request = claim.request_;
    database_.write([&](Write& tx) {
        tx.exec(sql::idempotency::forget_idle{.user_id = request.user_id,
                                              .method = request.method,
                                              .path = request.path,
                                              .key = request.key,
                                              .claimed_at = claim.claimed_at_});
        tx.exec(sql::idempotency::end{.now = clock_.now(),
                                      .user_id = request.user_id,
                                      .method = request.method,
                                      .path = request.path,
                                      .key = request.key,
                                      .claimed_at = claim.claimed_at_});
    });
}

void IdempotencyKeys::forget(const Claim& claim) {
    database_.write([&](Write& tx) {
        tx.exec(sql::idempotency::forget{.user_id = claim.request_.user_id,
                                         .method = claim.request_.method,
                                         .path = claim.request_.path,
                                         .key = claim.request_.key,
                                         .claimed_at = claim.claimed_at_});
    });
}

std::int64_t IdempotencyKeys::remove_expired() {
    std::int64_t total = 0;
    std::int64_t removed = kRemovedAtOnce;
    while (removed == kRemovedAtOnce) {
        removed = database_.write([&](Write& tx) {
            return tx.exec(sql::idempotency::remove_expired{.expired_at = clock_.now() - kIdempotencyKept,
                                                            .limit = kRemovedAtOnce});
        });
        total += removed;
    }
    return total;
}

}  // namespace grover::db
