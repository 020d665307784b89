#include "platform/api/dispatcher.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "platform/api/errors.hpp"
#include "platform/api/fingerprint.hpp"
#include "platform/api/origin.hpp"
#include "platform/api/request_body.hpp"
#include "platform/base/random_text.hpp"
#include "platform/http/form.hpp"
#include "platform/observability/reports.hpp"

namespace grover::api {
namespace {

using http::Method;
using http::RequestHead;
using http::Response;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kSwitchedOffRetry{3600};
constexpr std::size_t kMaxIdempotencyKey = 128;
// What one user may upload in a day (system.md §7): 2 GB, in tokens of 1 KiB.
constexpr BucketSize kUploadedKib{.per_minute = 2 * 1024.0 * 1024.0 / (24 * 60),
                                  .burst = 2 * 1024.0 * 1024.0};
constexpr std::chrono::seconds kUploadedRetry{3600};

bool is_request_id(std::string_view text) {
    return text.size() >= 8 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
           });
}

// 22 characters in a buffer that the turn owns: making one costs no allocation.
using RequestIdText = std::array<char, 24>;

std::string_view request_id_of(const RequestHead& request, RequestIdText& buffer) {
    if (const auto given = request.header("x-request-id"); is_request_id(given)) return given;
    constexpr std::size_t kLength = 20;
    fill_random_text({buffer.data(), kLength});
    return {buffer.data(), kLength};
}

// The same on all nodes, and nobody's to guess.
std::uint64_t limits_seed(std::string_view secret) {
    std::array<unsigned char, crypto_generichash_BYTES> digest;
    const std::string text = "rate limits " + std::string(secret);
    crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(), nullptr, 0);
    std::uint64_t seed = 0;
    std::memcpy(&seed, digest.data(), sizeof seed);
    return seed;
}

void report_held_up(const RequestHead& request, const Endpoint* endpoint, std::string_view address,
                    int status) {
    const auto method = http::to_string(request.method);
    const auto transaction = std::string(method) + ' ' + (endpoint ? endpoint->name : "none");
    reports::report({.component = "http",
                     .action = "time_limit",
                     .transaction = transaction,
                     .type = "HandlerHeldUp",
                     .text = "the handler took longer than it may, in a wait that cannot be interrupted",
                     .group = "time_limit",
                     .request = reports::Request{.method = method,
                                                 .path = request.path,
                                                 .query = request.query,
                                                 .content_type = request.header("content-type"),
                                                 .user_agent = request.header("user-agent"),
                                                 .address = address,
                                                 .status = status}});
}

}  // namespace

struct Dispatcher::Turn {
    Steady::time_point started = Steady::now();
    RequestIdText request_id_buffer;
    Caller caller;
    const Endpoint* endpoint = nullptr;
    Match match;
    std::string client_address;
    std::size_t bytes_in = 0;
    Failure failure{.status = 0};
    log::Context context;  // of the lines logged meanwhile
    RateClass refused_class = RateClass::count;
    std::optional<Verdict> rate;
    std::unique_ptr<KeyedRun> keyed;  // when it took its Idempotency-Key
    std::string_view path;            // without the trailing slash, which means nothing
    std::string next;
};

Dispatcher::Dispatcher(const Api& api, const Clock& clock, Authenticator& authenticator,
                       IdempotencyStore& idempotency, Observer* observer, DispatcherOptions options)
    : authenticator_(authenticator),
      idempotency_(idempotency),
      observer_(observer),
      options_(std::move(options)),
      router_(api),
      cursors_(options_.signing_secret),
      limiter_(clock, options_.requests_per_minute, 1 << 16,
               options_.share_limits ? std::optional(limits_seed(options_.signing_secret)) : std::nullopt),
      proxies_(options_.trusted_proxies),
      common_headers_(options_.allowed_origins, options_.public_base_url.starts_with("https://")) {}

Dispatcher::~Dispatcher() = default;

bool Dispatcher::answer_at_once(const RequestHead& request, Response& response) {
    // Liveness touches nothing but the process: no route, no fiber, no clock.
    if (request.path != "/health" || (request.method != Method::get && request.method != Method::head))
        return false;
    RequestIdText buffer;
    response.body = R"({"status":"ok"})";
    response.may_compress = false;
    response.add_header("Cache-Control", "no-store");
    common_headers_.add(request, request_id_of(request, buffer), response);
    return true;
}

void Dispatcher::refuse(const RequestHead* request, int status, std::string_view detail, Response& response) {
    static constexpr RequestHead kNothing{};
    RequestIdText buffer;
    const auto& head = request ? *request : kNothing;
    const auto id = request_id_of(head, buffer);
    auto kind = ErrorKind::validation_error;
    if (status == 413) kind = ErrorKind::too_large;
    if (status >= 500) kind = ErrorKind::unavailable;
    auto error = Error(kind, std::string(detail)).with_status(status);
    if (status == 503) error.retry_after = std::chrono::seconds{2};
    // No observer hears of it: the handler goes on without its client.
    if (request && status >= 500 && reports::has_receiver()) {
        const log::Context context{.request_id = id};
        const log::ContextScope scope(context);
        report_held_up(head, router_.find(head.method, head.path).endpoint, proxies_.client_address(head),
                       status);
    }
    answer_error(error, response, id);
    common_headers_.add(head, id, response);
}

void Dispatcher::handle(http::Exchange& exchange) {
    const auto& request = exchange.request();
    auto& response = exchange.response();
    Turn turn;
    turn.caller.request_id = request_id_of(request, turn.request_id_buffer);
    turn.context.request_id = turn.caller.request_id;
    const log::ContextScope context(turn.context);
    try {
        if (went_through_side_door(exchange, turn)) {
            return common_headers_.add(request, turn.caller.request_id, response);
        }
        process(exchange, turn);
    } catch (...) {
        turn.failure = answer_current_exception(response, turn.caller.request_id);
        if (turn.failure.status == 405) {
            response.add_header("Allow", turn.match.allow);
            if (turn.match.is_never_stored) response.add_header("Cache-Control", kNeverStored);
        }
    }
    common_headers_.add(request, turn.caller.request_id, response);
    if (turn.rate) {
        response.add_header("X-RateLimit-Limit", std::to_string(turn.rate->limit));
        response.add_header("X-RateLimit-Remaining", std::to_string(turn.rate->remaining));
        response.add_header("X-RateLimit-Reset", std::to_string(turn.rate->reset_seconds));
    }
    if (turn.endpoint && !turn.endpoint->route.cache_control.empty() &&
        !response.has_header("Cache-Control")) {
        response.add_header("Cache-Control", turn.endpoint->route.cache_control);
    }
    const auto bytes_out = response.file          ? response.file->length
                           : response.shared_body ? response.shared_body->size()
                                                  : response.body.size();
    if (!observer_) return;
    observer_->done({.method = http::to_string(request.method),
                     .method_kind = request.method,
                     .route = turn.endpoint ? std::string_view(turn.endpoint->name) : "none",
                     .endpoint_index = turn.endpoint ? turn.endpoint->index : SIZE_MAX,
                     .path = request.path,
                     .status = response.status,
                     .duration = Steady::now() - turn.started,
                     .bytes_in = turn.bytes_in,
                     .bytes_out = bytes_out,
                     .store = turn.context.store,
                     .caller = turn.caller,
                     .code = turn.failure.code,
                     .cause = turn.failure.cause,
                     .is_bug = turn.failure.is_bug,
                     .is_fault = turn.failure.is_fault,
                     .type = turn.failure.type,
                     .is_exempt = turn.endpoint && turn.endpoint->route.limit == RateClass::exempt,
                     .refused_class = turn.refused_class,
                     .request = request});
}

bool Dispatcher::went_through_side_door(http::Exchange& exchange, Turn& turn) {
    const auto& request = exchange.request();
    for (SideDoor* door : side_doors_) {
        if (!door->takes(request.path)) continue;
        turn.match.allow = "GET, POST, OPTIONS";
        if (request.method == Method::options) {
            common_headers_.preflight(request, turn.match.allow, exchange.response());
        } else {
            door->handle(exchange);
        }
        return true;
    }
    return false;
}

void Dispatcher::process(http::Exchange& exchange, Turn& turn) {
    const auto& request = exchange.request();
    auto& response = exchange.response();
    auto& caller = turn.caller;

    turn.client_address = proxies_.client_address(request);
    caller.address = turn.client_address;
    caller.user_agent = request.header("user-agent");
    turn.path = request.path;
    if (turn.path.size() > 1 && turn.path.ends_with('/')) turn.path.remove_suffix(1);
    turn.match = router_.find(request.method, turn.path);
    if (!turn.match.path_known) throw not_found("Not Found");
    if (request.method == Method::options)
        return common_headers_.preflight(request, turn.match.allow, response);
    if (!turn.match.endpoint) throw Error(ErrorKind::method_not_allowed, "Method Not Allowed");
    turn.endpoint = turn.match.endpoint;
    if (observer_) observer_->begun(*turn.endpoint);
    if (!turn.endpoint->switched_off.empty())
        throw unavailable(turn.endpoint->switched_off, kSwitchedOffRetry);
    const Route& route = turn.endpoint->route;
    caller.cookies = request.header("cookie");
    caller.base_url = base_url_for(options_.public_base_url, request.header("host"), request.https,
                                   options_.allowed_origins, options_.port);
    authenticate(request, turn);
    if (!turn.endpoint->is_on) throw not_found("Not Found");

    Inputs inputs;
    read_inputs(exchange, turn, inputs);
    if (!inputs.files.empty()) limit_upload(turn);
    Reply reply(response, request, &cursors_, turn.endpoint->name);
    auto open_cursor = [&](std::string_view text) {
        auto position = cursors_.open(turn.endpoint->name, text);
        if (!position) throw validation_error("Invalid cursor");
        return std::move(*position);
    };
    auto set_next = [&](std::string_view position) {
        if (!position.empty()) turn.next = cursors_.seal(turn.endpoint->name, position);
    };
    // Before the inputs are taken apart: a file goes to the handler.
    const auto input_hash = may_replay(turn, request) ? fingerprint_of(inputs) : std::string();
    auto replay = [&] { return !input_hash.empty() && replayed(exchange, turn, input_hash); };
    response.status = route.status;
    Call call{caller, inputs, reply, open_cursor, set_next, replay};
    try {
        turn.endpoint->run(call);
        turn.context.claim = nullptr;
    } catch (...) {
        turn.context.claim = nullptr;
        if (turn.keyed) {
            const auto failure = answer_current_exception(response, caller.request_id);
            if (failure.status >= 500) {
                turn.keyed->give_up();
            } else if (failure.status == 401 || failure.status == 429) {
                turn.keyed->forget();
            } else {
                turn.keyed->finish(failure.status, response.body);
            }
        }
        throw;
    }
    if (!turn.next.empty()) response.add_header("X-Next-Cursor", turn.next);
    if (!turn.keyed) return;
    // With a cookie comes a secret, and secrets are not kept; nor would the kept answer set the cookie again.
    if (response.has_header("Set-Cookie")) return turn.keyed->forget();
    turn.keyed->finish(response.status, response.body);
}

void Dispatcher::limit_rate(Turn& turn, RateClass limit, std::string_view key) {
    if (!options_.rate_limits || limit == RateClass::exempt) return;
    const int own = turn.endpoint->route.per_minute;
    turn.rate = own > 0 ? limiter_.take(limit, key, turn.endpoint->name, own) : limiter_.take(limit, key);
    if (turn.rate->allowed) return;
    turn.refused_class = limit;
    throw rate_limited(std::chrono::seconds{turn.rate->retry_after_seconds});
}

// Only now is it known that the request carries a file: most that could do not.
void Dispatcher::limit_upload(Turn& turn) {
    if (!options_.rate_limits) return;
    const auto user = turn.caller.id.view();
    turn.refused_class = RateClass::upload;
    if (turn.endpoint->route.limit != RateClass::upload) {
        const auto verdict = limiter_.take_one(RateClass::upload, user);
        if (!turn.rate || verdict.remaining < turn.rate->remaining) turn.rate = verdict;
        if (!verdict.allowed) throw rate_limited(std::chrono::seconds{verdict.retry_after_seconds});
    }
    const auto kib = static_cast<std::int64_t>(turn.bytes_in / 1024 + 1);
    if (!limiter_.take("uploaded " + std::string(user), kUploadedKib, kib))
        throw rate_limited(kUploadedRetry);
    turn.refused_class = RateClass::count;
}

void Dispatcher::authenticate(const RequestHead& request, Turn& turn) {
    const Route& route = turn.endpoint->route;
    auto& caller = turn.caller;
    if (route.limit == RateClass::exempt && route.auth == Auth::none) return;
    const auto address_key = http::rate_key(turn.client_address);
    // Guessing is limited where it comes from, before anything is looked up.
    if (route.limit == RateClass::auth) limit_rate(turn, RateClass::auth, address_key);
    const bool known = route.auth != Auth::none && authenticator_.authenticate(request, route, caller);
    if (known) turn.context.user_id = caller.id.view(), turn.context.session_id = caller.session_id.view();
    if (!known) {
        caller.id = {};
        if (route.limit != RateClass::auth) limit_rate(turn, route.limit, address_key);
        if (route.auth == Auth::required || route.auth == Auth::admin) throw not_authenticated();
        return;
    }
    if (route.limit != RateClass::auth) limit_rate(turn, route.limit, caller.id.view());
    if (route.auth == Auth::admin && !caller.is_admin) throw not_authorized();
}

void Dispatcher::read_inputs(http::Exchange& exchange, Turn& turn, Inputs& inputs) {
    const auto& request = exchange.request();
    for (std::size_t i = 0; i < turn.match.parameter_count; ++i) {
        const auto& [name, value] = turn.match.parameters[i];
        inputs.path.emplace_back(name, http::percent_decoded(value, http::PlusIs::plus));
    }
    if (!request.query.empty()) inputs.query = http::parse_form(request.query);
    if (request.has_body && turn.endpoint->reads_body)
        read_body(exchange, *turn.endpoint, options_.upload_directory, inputs, turn.bytes_in);
}

bool Dispatcher::may_replay(const Turn& turn, const RequestHead& request) {
    return !request.header("idempotency-key").empty() && !turn.caller.is_anonymous() &&
           !turn.endpoint->route.answers_secret && request.method != Method::get &&
           request.method != Method::head;
}

bool Dispatcher::replayed(http::Exchange& exchange, Turn& turn, const std::string& input_hash) {
    const auto& request = exchange.request();
    const auto key = request.header("idempotency-key");
    const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 127; });
    if (key.size() > kMaxIdempotencyKey || !visible) {
        throw invalid_input({"header", "Idempotency-Key"},
                            "Idempotency-Key should have 1 to 128 visible ASCII characters");
    }
    auto& response = exchange.response();
    auto outcome =
        idempotency_.begin(turn.caller.id, http::to_string(request.method), turn.path, key, input_hash);
    if (std::holds_alternative<IdempotencyStore::OtherInput>(outcome)) {
        throw Error(ErrorKind::invalid_input, "Idempotency-Key was used with another request");
    }
    if (std::holds_alternative<IdempotencyStore::StillRunning>(outcome)) {
        auto error = conflict("A request with this Idempotency-Key is still running");
        error.retry_after = std::chrono::seconds{1};
        throw error;
    }
    if (std::holds_alternative<IdempotencyStore::Interrupted>(outcome)) {
        throw conflict(
            "The first request with this Idempotency-Key was interrupted after it had changed something");
    }
    if (const auto* stored = std::get_if<IdempotencyStore::Replay>(&outcome)) {
        response.status = stored->status;
        response.body = stored->body;
        response.add_header("Idempotency-Replayed", "true");
        return true;
    }
    turn.keyed = std::move(std::get<IdempotencyStore::Fresh>(outcome));
    if (turn.keyed) turn.context.claim = turn.keyed->claim();
    return false;
}

}  // namespace grover::api
