// Answers kept for requests that came with an Idempotency-Key (contract/system.md §2): a client that repeats a request gets
// the first answer again, and the work is done once.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"

namespace grover::db {

inline constexpr std::chrono::hours kIdempotencyKept{24};

struct KeyedRequest {
    UserId user_id;  // empty for nobody
    std::string_view method;
    std::string_view path;
    std::string_view key;
};

// Of a request while it runs, in its log::Context: each of its write transactions notes in its own commit that it acted.
// So whoever comes after its server died knows whether it did, whatever became of its answer.
class Claim {
public:
    Claim(const KeyedRequest& request, Time claimed_at) : request_(request), claimed_at_(claimed_at) {}

    // Throws 409 when the key was given to another meanwhile: then nothing of the transaction happens.
    void note(Write& tx) const;

private:
    friend class IdempotencyKeys;

    KeyedRequest request_;
    Time claimed_at_;
};

// While it lives, what this work writes is not what its request does: a file, before anything refers to it.
class NotNoted {
public:
    NotNoted()
        : work_(log::current_context()), claim_(work_ ? std::exchange(work_->claim, nullptr) : nullptr) {}
    ~NotNoted() {
        if (work_) work_->claim = claim_;
    }
    NotNoted(const NotNoted&) = delete;
    NotNoted& operator=(const NotNoted&) = delete;

private:
    const log::Context* work_;
    const Claim* claim_;
};

// Any thread.
class IdempotencyKeys {
public:
    IdempotencyKeys(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    using Request = KeyedRequest;
    struct Begun {
        enum class Kind : std::uint8_t {
            fresh,          // do the work under the claim, then finish(), give_up() or forget()
            replay,         // status and body are the first answer
            other_input,    // the key came with another input before
            still_running,  // the first request has not ended
            interrupted,    // the first request acted, but its answer is lost
        };
        Kind kind;
        int status = 0;
        std::string body{};
        std::optional<Claim> claim{};  // of a fresh one; views what the request views
    };

    // Of requests that begin at once, one is fresh. One that does not end, because its server died, is given up after 30 s,
    // which is longer than a handler may take: if it had not acted, the next one is fresh.
    Begun begin(const Request& request, std::string_view input_hash);
    // Without effect for a request whose key was given to another meanwhile.
    void finish(const Claim& claim, int status, std::string_view body);
    // It failed. As if it had never begun, unless it acted.
    void give_up(const Claim& claim);
    // As if it had never begun.
    void forget(const Claim& claim);

    // Removes what is older than 24 h, some thousand in each transaction; begin() takes no notice of them in any case.
    std::int64_t remove_expired();

private:
    Database& database_;
    const Clock& clock_;
};

}  // namespace grover::db
