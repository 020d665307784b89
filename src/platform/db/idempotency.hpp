// Answers kept for requests that came with an Idempotency-Key (contract/system.md §2): a client that repeats a request gets
// the first answer again, and the work is done once.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/db/db.hpp"

namespace grover::db {

inline constexpr std::chrono::hours kIdempotencyKept{24};

// Any thread.
class IdempotencyKeys {
public:
    IdempotencyKeys(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    struct Request {
        UserId user_id;  // empty for nobody
        std::string_view method;
        std::string_view path;
        std::string_view key;
    };
    struct Begun {
        enum class Kind : std::uint8_t {
            fresh,          // do the work, then finish() or forget()
            replay,         // status and body are the first answer
            other_input,    // the key came with another input before
            still_running,  // the first request has not ended
        };
        Kind kind;
        int status = 0;
        std::string body{};
    };

    // Of requests that begin at once, one is fresh. One that neither finishes nor is forgotten, because its server died, is
    // given up after 30 s, which is longer than a handler may take.
    Begun begin(const Request& request, std::string_view input_hash);
    void finish(const Request& request, int status, std::string_view body);
    // As if it had never begun.
    void forget(const Request& request);

    // Removes what is older than 24 h, some thousand in each transaction; begin() takes no notice of them in any case.
    std::int64_t remove_expired();

private:
    Database& database_;
    const Clock& clock_;
};

}  // namespace grover::db
