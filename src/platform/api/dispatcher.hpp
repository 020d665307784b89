// Takes each request from the transport through the rules that hold for all of them, in the order of system.md §2:
// 413, route, 429 by address, 401, 403, 429 by user, input, idempotency, handler, errors, common headers.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "platform/api/api.hpp"
#include "platform/api/common_headers.hpp"
#include "platform/api/cursor.hpp"
#include "platform/api/rate_limit.hpp"
#include "platform/api/router.hpp"
#include "platform/http/client_address.hpp"
#include "platform/http/server.hpp"
#include "platform/observability/context.hpp"

namespace grover::api {

// Who the caller is; implemented by auth, plugged in by app.
class Authenticator {
public:
    virtual ~Authenticator() = default;
    // Fills in the caller from the Authorization header. False: no valid credential. Throws 403 for a suspended account,
    // and for one waiting for deletion unless the route is open to it. In a fiber.
    virtual bool authenticate(const http::RequestHead& request, const Route& route, Caller& caller) = 0;
};

// A request that took its Idempotency-Key, until it has ended one way or another. Without effect once another has the key.
class KeyedRun {
public:
    virtual ~KeyedRun() = default;
    virtual const db::Claim* claim() const { return nullptr; }  // for the log::Context of what it does
    virtual void finish(int status, std::string_view body) = 0;
    // It failed: as if it had never begun, unless it acted.
    virtual void give_up() = 0;
    // As if it had never begun.
    virtual void forget() = 0;
};

// Stored answers of system.md §2 "Idempotency-Key"; implemented over the store by app.
class IdempotencyStore {
public:
    using Fresh = std::unique_ptr<KeyedRun>;  // null where nothing is kept
    struct Replay {
        int status;
        std::string body;
    };
    struct OtherInput {};
    struct StillRunning {};
    struct Interrupted {};  // it acted, but its answer is lost
    using Outcome = std::variant<Fresh, Replay, OtherInput, StillRunning, Interrupted>;

    virtual ~IdempotencyStore() = default;
    // What is fresh views the texts.
    virtual Outcome begin(const UserId& user, std::string_view method, std::string_view path,
                          std::string_view key, std::string_view input_hash) = 0;
};

// One finished request, for logs and metrics.
struct Done {
    std::string_view method;
    http::Method method_kind;
    std::string_view route;      // template, or "none"
    std::size_t endpoint_index;  // SIZE_MAX for "none"
    std::string_view path;
    int status;
    std::chrono::nanoseconds duration;
    std::size_t bytes_in;
    std::size_t bytes_out;
    log::StoreUse store;
    const Caller& caller;
    std::string_view code;   // of a refusal
    std::string_view cause;  // of a refusal; never sent
    bool is_bug;
    bool is_fault;          // what error reports hear of
    std::string_view type;  // of an exception that nobody expected
    bool is_exempt;
    RateClass refused_class;  // count: not rate limited
    const http::RequestHead& request;
};

// Hears of every request, on the request's thread. Must not throw.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void begun(const Endpoint& endpoint) = 0;  // not for unknown paths
    virtual void done(const Done& request) = 0;
};

// Takes whole requests beside the table of endpoints: sockets. CORS, preflights, common headers and what it throws are
// as for endpoints; limits, callers and logs are its own.
class SideDoor {
public:
    virtual ~SideDoor() = default;
    virtual bool takes(std::string_view path) const = 0;
    // In a fiber.
    virtual void handle(http::Exchange& exchange) = 0;
};

struct DispatcherOptions {
    bool rate_limits = true;
    int requests_per_minute = 60;
    std::vector<std::string> allowed_origins;  // "*" anywhere: all, without credentials
    std::string public_base_url;               // empty: from the Host header where media.md §6 allows it
    std::uint16_t port = 8001;
    std::vector<std::string> trusted_proxies;
    std::string signing_secret;
    std::string upload_directory;
    bool share_limits =
        false;  // buckets are those of all nodes with this signing secret: limiter() joins them
};

class Dispatcher final : public http::Handler {
public:
    Dispatcher(const Api& api, const Clock& clock, Authenticator& authenticator,
               IdempotencyStore& idempotency, Observer* observer, DispatcherOptions options);
    ~Dispatcher() override;

    // Before requests come; outlives the dispatcher.
    void add(SideDoor& door) { side_doors_.push_back(&door); }

    bool answer_at_once(const http::RequestHead& request, http::Response& response) override;
    void handle(http::Exchange& exchange) override;
    RateLimiter& limiter() { return limiter_; }
    void refuse(const http::RequestHead& request, int status, std::string_view detail,
                http::Response& response) override;

private:
    struct Turn;
    void process(http::Exchange& exchange, Turn& turn);
    bool went_through_side_door(http::Exchange& exchange, Turn& turn);
    void limit_rate(Turn& turn, RateClass limit, std::string_view key);
    void limit_upload(Turn& turn);
    void authenticate(const http::RequestHead& request, Turn& turn);
    void read_inputs(http::Exchange& exchange, Turn& turn, Inputs& inputs);
    static bool may_replay(const Turn& turn, const http::RequestHead& request);
    bool replayed(http::Exchange& exchange, Turn& turn, const std::string& input_hash);

    Authenticator& authenticator_;
    IdempotencyStore& idempotency_;
    Observer* observer_;  // may be null
    DispatcherOptions options_;
    Router router_;
    CursorCodec cursors_;
    RateLimiter limiter_;
    std::vector<SideDoor*> side_doors_;
    http::TrustedProxies proxies_;
    CommonHeaders common_headers_;
};

}  // namespace grover::api
