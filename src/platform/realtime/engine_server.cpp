#include "platform/realtime/engine_server.hpp"

#include <boost/asio/io_context.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/http/form.hpp"
#include "platform/realtime/id.hpp"
#include "platform/realtime/io_thread_asio.hpp"
#include "platform/realtime/polling.hpp"
#include "platform/realtime/websocket_arrival.hpp"
#include "platform/realtime/websocket_handshake.hpp"

namespace grover::realtime {

namespace {

// Between two looks at whether a client that has sent a lot may go on.
constexpr std::chrono::milliseconds kBusyWait{20};

struct Refusal {
    int status;
    int code;
    std::string_view message;
};
constexpr Refusal kTransportUnknown{400, 0, "Transport unknown"};
constexpr Refusal kSessionUnknown{400, 1, "Session ID unknown"};
constexpr Refusal kBadMethod{400, 2, "Bad handshake method"};
constexpr Refusal kBadRequest{400, 3, "Bad request"};
constexpr Refusal kForbidden{403, 4, "Forbidden"};
constexpr Refusal kBadVersion{400, 5, "Unsupported protocol version"};

void refuse(http::Response& response, const Refusal& refusal) {
    response.status = refusal.status;
    response.content_type = "application/json";
    response.body = R"({"code":)" + std::to_string(refusal.code) + R"(,"message":")" +
                    std::string(refusal.message) + R"("})";
}

void answer_text(http::Response& response, std::string body) {
    response.content_type = "text/plain; charset=UTF-8";
    response.body = std::move(body);
}

// Nothing: it was refused.
std::optional<Extensions> shake_hands(http::Exchange& exchange, const ServerOptions& options) {
    auto& response = exchange.response();
    auto extensions = answer_websocket(exchange.request(), response, options.compression);
    if (extensions) return extensions;
    const int status = response.status;
    refuse(response, kBadRequest);
    response.status = status;
    return std::nullopt;
}

struct Query {
    std::string version;
    std::string transport;
    std::string sid;

    explicit Query(std::string_view text) {
        for (auto& field : http::parse_form(text)) {
            if (field.name == "EIO") version = std::move(field.value);
            if (field.name == "transport") transport = std::move(field.value);
            if (field.name == "sid") sid = std::move(field.value);
        }
    }
};

// Runs `f` on the thread of the session and waits for it.
template <class F>
auto on_thread(IoThread& home, F f) -> decltype(f()) {
    if (home.state.here() == static_cast<int>(home.index)) return f();
    std::optional<decltype(f())> result;
    runtime::Signal done;
    home.state.loops.post(home.index, [&] {
        result.emplace(f());
        done.notify();
    });
    done.wait();
    return std::move(*result);
}

}  // namespace

EngineState::EngineState(runtime::Loops& its_loops, ServerOptions its_options,
                         EngineApplication& its_application, Gate* its_gate, Forwarder* its_forwarder,
                         Observer* its_observer)
    : loops(its_loops),
      options(std::move(its_options)),
      application(its_application),
      gate(its_gate),
      forwarder(its_forwarder),
      observer(its_observer) {
    for (unsigned i = 0; i < loops.size(); ++i) {
        auto& context = *static_cast<boost::asio::io_context*>(loops.io_context(i));
        threads.push_back(std::make_unique<IoThread>(*this, i, context));
        loops.post(i, [thread = threads.back().get()] { thread->start(); });
    }
}

EngineState::~EngineState() = default;

int EngineState::here() const {
    const int index = runtime::this_loop();
    if (index < 0 || static_cast<std::size_t>(index) >= threads.size()) return -1;
    return threads[static_cast<std::size_t>(index)]->runs_on == std::this_thread::get_id() ? index : -1;
}

void EngineState::opened(TransportKind transport) {
    auto& count = transport == TransportKind::polling ? polling_sessions : websocket_sessions;
    count.fetch_add(1, std::memory_order_relaxed);
    if (observer != nullptr) observer->opened(transport);
}

void EngineState::upgraded() {
    websocket_sessions.fetch_add(1, std::memory_order_relaxed);
    polling_sessions.fetch_sub(1, std::memory_order_relaxed);
    if (observer != nullptr) observer->upgraded();
}

void EngineState::closed(TransportKind transport, Reason reason) {
    auto& count = transport == TransportKind::polling ? polling_sessions : websocket_sessions;
    count.fetch_sub(1, std::memory_order_relaxed);
    if (observer != nullptr) observer->closed(transport, reason);
    tell_drain();
}

void EngineState::dropped(std::size_t packets) const {
    if (observer != nullptr) observer->dropped(packets);
}

void EngineState::socket_gone() {
    sockets.fetch_sub(1, std::memory_order_relaxed);
    tell_drain();
}

void EngineState::tell_drain() {
    if (!draining.load(std::memory_order_relaxed)) return;
    const std::scoped_lock lock(drain_mutex);
    drained.notify_all();
}

namespace {

ServerOptions checked(ServerOptions options) {
    if (!is_node_name(options.node))
        throw std::invalid_argument("a node's name is 1 to 8 letters and digits");
    while (options.path.ends_with('/')) options.path.pop_back();
    return options;
}

}  // namespace

EngineServer::EngineServer(runtime::Loops& loops, const ServerOptions& options,
                           EngineApplication& application, Gate* gate, Forwarder* forwarder,
                           Observer* observer)
    : state_(std::make_unique<EngineState>(loops, checked(options), application, gate, forwarder, observer)) {
}

EngineServer::~EngineServer() = default;

int EngineServer::here() const { return state_->here(); }

const ServerOptions& EngineServer::options() const { return state_->options; }

std::size_t EngineServer::sessions(TransportKind transport) const {
    const auto& count =
        transport == TransportKind::polling ? state_->polling_sessions : state_->websocket_sessions;
    return count.load(std::memory_order_relaxed);
}

bool EngineServer::takes(std::string_view path) const {
    const std::string_view own = state_->options.path;
    return path.starts_with(own) && (path.size() == own.size() || path.substr(own.size()) == "/");
}

void EngineServer::handle(http::Exchange& exchange) {
    const auto& request = exchange.request();
    auto& response = exchange.response();
    response.add_header("Cache-Control", "no-store");
    const Query query(request.query);
    const bool websocket = query.transport == "websocket";
    if (!websocket && query.transport != "polling") return refuse(response, kTransportUnknown);
    if (!query.sid.empty()) return handle_known(exchange, query.sid, websocket);

    if (request.method != http::Method::get) return refuse(response, kBadMethod);
    if (query.version != "4") return refuse(response, kBadVersion);
    if (websocket != asks_for_websocket(request)) return refuse(response, kBadRequest);
    open(exchange, websocket);
}

void EngineServer::open(http::Exchange& exchange, bool websocket) {
    auto& response = exchange.response();
    const auto& request = exchange.request();
    if (state_->draining || sessions(TransportKind::polling) + sessions(TransportKind::websocket) >=
                                state_->options.max_sessions) {
        throw unavailable("Service temporarily unavailable", std::chrono::seconds{2});
    }
    if (state_->gate != nullptr) {
        const int status = state_->gate->admit(request, response);
        if (status == kForbidden.status) return refuse(response, kForbidden);
        if (status != 0) {
            if (response.body.empty()) refuse(response, {status, kForbidden.code, "Too many requests"});
            response.status = status;
            return;
        }
    }
    IoThread& here = *state_->threads.at(static_cast<std::size_t>(runtime::this_loop()));
    if (!websocket) {
        auto handshake = std::make_unique<Handshake>(request, TransportKind::polling);
        return answer_text(response, here.open_polling(std::move(handshake)));
    }
    const auto extensions = shake_hands(exchange, state_->options);
    if (!extensions) return;
    exchange.upgrade(open_on_arrival(here, std::make_unique<Handshake>(request, TransportKind::websocket),
                                     extensions->deflate_window));
}

void EngineServer::handle_known(http::Exchange& exchange, const std::string& sid, bool websocket) {
    const auto& request = exchange.request();
    auto& response = exchange.response();
    const auto id = parse_id(sid);
    if (!id) return refuse(response, kSessionUnknown);
    if (id->node != state_->options.node) {
        if (state_->forwarder != nullptr && state_->forwarder->forward(id->node, exchange)) return;
        return refuse(response, kSessionUnknown);
    }
    if (id->thread >= state_->threads.size()) return refuse(response, kSessionUnknown);
    IoThread& home = *state_->threads[id->thread];
    if (websocket != asks_for_websocket(request)) return refuse(response, kBadRequest);
    if (websocket) return join(exchange, home, sid);
    if (request.method == http::Method::get) return poll(exchange, home, sid);
    if (request.method == http::Method::post) return post(exchange, home, sid);
    refuse(response, kBadRequest);
}

void EngineServer::join(http::Exchange& exchange, IoThread& home, const std::string& sid) {
    const bool known = on_thread(home, [&] {
        const Session* session = home.find(sid);
        return session != nullptr && session->can_upgrade();
    });
    if (!known) return refuse(exchange.response(), kSessionUnknown);
    const auto extensions = shake_hands(exchange, state_->options);
    if (!extensions) return;
    exchange.upgrade(join_on_arrival(home, sid, extensions->deflate_window));
}

void EngineServer::poll(http::Exchange& exchange, IoThread& home, const std::string& sid) {
    const auto poll = std::make_shared<Poll>();
    enum class Taken : std::uint8_t { answered, waits, refused, unknown };
    const auto taken = on_thread(home, [&] {
        Session* session = home.find(sid);
        if (session == nullptr) return Taken::unknown;
        if (!session->take_poll(poll)) return Taken::refused;
        return poll->body.empty() ? Taken::waits : Taken::answered;
    });
    if (taken == Taken::answered) return answer_text(exchange.response(), std::move(poll->body));
    if (taken != Taken::waits) {
        return refuse(exchange.response(), taken == Taken::refused ? kBadRequest : kSessionUnknown);
    }
    // A packet comes at the next ping at the latest.
    exchange.hold(std::chrono::ceil<std::chrono::seconds>(state_->options.ping_interval) +
                  std::chrono::ceil<std::chrono::seconds>(state_->options.ping_timeout));
    try {
        poll->ready.wait_for(runtime::Steady::duration::max());
    } catch (...) {
        // What was on its way to this client is lost, so its session is over.
        home.state.loops.post(home.index, [&home, sid] {
            if (Session* session = home.find(sid)) session->close(Reason::transport_closed);
        });
        throw;
    }
    answer_text(exchange.response(), std::move(poll->body));
}

void EngineServer::post(http::Exchange& exchange, IoThread& home, const std::string& sid) {
    enum class Begun : std::uint8_t { yes, no, unknown };
    const auto begun = on_thread(home, [&] {
        Session* session = home.find(sid);
        if (session == nullptr) return Begun::unknown;
        return session->begin_post() ? Begun::yes : Begun::no;
    });
    if (begun != Begun::yes) {
        return refuse(exchange.response(), begun == Begun::no ? kBadRequest : kSessionUnknown);
    }
    const auto end_with = [&](Reason reason) {
        home.state.loops.post(home.index, [&home, sid, reason] {
            if (Session* session = home.find(sid)) session->close(reason);
        });
    };
    Payload payload;
    try {
        if (!payload.decode(exchange.read_body(state_->options.max_payload), state_->options.max_packets)) {
            end_with(Reason::protocol_error);
            return refuse(exchange.response(), kBadRequest);
        }
    } catch (const Error&) {
        end_with(Reason::too_large);
        throw;
    } catch (...) {
        end_with(Reason::transport_closed);
        throw;
    }
    const bool good = on_thread(home, [&] {
        Session* session = home.find(sid);
        return session != nullptr && session->end_post(payload);
    });
    if (!good) return refuse(exchange.response(), kBadRequest);
    while (on_thread(home, [&] {
        const Session* session = home.find(sid);
        return session != nullptr && session->is_busy();
    })) {
        runtime::sleep_for(kBusyWait);
    }
    answer_text(exchange.response(), "ok");
}

void EngineServer::drain(std::chrono::milliseconds limit) {
    state_->draining = true;
    for (const auto& thread : state_->threads) {
        state_->loops.post(thread->index, [thread = thread.get()] { thread->close_all(Reason::shutdown); });
    }
    std::unique_lock lock(state_->drain_mutex);
    state_->drained.wait_for(lock, limit, [&] { return state_->all_gone(); });
}

}  // namespace grover::realtime
