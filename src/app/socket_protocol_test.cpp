#include "app/socket_protocol_test.hpp"

#include <string>
#include <utility>
#include <vector>

#include "app/socket_door.hpp"
#include "platform/realtime/engine_server.hpp"
#include "platform/realtime/server.hpp"
#include "platform/realtime/session.hpp"

namespace grover::app {
namespace {

using namespace std::chrono_literals;

realtime::ServerOptions options(std::string path, const Config& config) {
    realtime::ServerOptions options;
    options.path = std::move(path);
    options.node = "test";
    options.ping_interval = 300ms;
    options.ping_timeout = 200ms;
    options.connect_timeout = 1s;
    options.sweep_period = 20ms;
    if (config.socket_permessage_deflate) options.compression = realtime::Compression::deflate;
    return options;
}

std::vector<std::string_view> views(std::span<const std::string> texts) {
    return {texts.begin(), texts.end()};
}

struct Payload final : realtime::SocketData {
    explicit Payload(std::string its_json) : json(std::move(its_json)) {}
    std::string json;
};

class EchoEvents final : public realtime::Application {
    void on_connect(realtime::Socket& socket, realtime::Connect& connect) override {
        const auto text = connect.payload_text;
        socket.data = std::make_unique<Payload>(text.empty() ? "{}" : std::string(text));
    }
    void on_connected(realtime::Socket& socket) override {
        socket.emit({.name = "auth", .arguments = static_cast<const Payload&>(*socket.data).json});
    }
    void on_event(realtime::Socket& socket, realtime::Event& event) override {
        const auto attachments = views(event.attachments);
        if (event.name == "message") {
            socket.emit({.name = "message-back", .arguments = event.arguments, .attachments = attachments});
        } else if (event.name == "message-with-ack") {
            event.ack.answer(event.arguments, attachments);
        }
    }
    void on_disconnected(realtime::Socket&, realtime::Reason) override {}
};

class EchoMessages final : public realtime::EngineApplication {
    struct User final : realtime::SessionUser {
        explicit User(realtime::Session& its_session) : session(its_session) {}
        void on_message(std::string_view data, bool binary) override {
            session.send(binary ? realtime::Packet::binary(data) : realtime::Packet::message(data),
                         realtime::Delivery::durable);
        }
        void on_closed(realtime::Reason) override {}
        realtime::Session& session;
    };
    std::shared_ptr<realtime::SessionUser> on_open(realtime::Session& session,
                                                   std::unique_ptr<realtime::Handshake>) override {
        return std::make_shared<User>(session);
    }
};

}  // namespace

struct SocketProtocolTest::Impl {
    Impl(runtime::Loops& loops, const Config& config)
        : socket_io(loops, options("/socket.io", config)),
          engine_io(loops, options("/engine.io", config), echo_messages, nullptr, nullptr, nullptr) {
        socket_io.add_namespace("/", echo_events);
        socket_io.add_namespace("/custom", echo_events);
    }

    EchoEvents echo_events;
    EchoMessages echo_messages;
    realtime::Server socket_io;
    realtime::EngineServer engine_io;
    SocketDoor<realtime::Server> socket_io_door{socket_io};
    SocketDoor<realtime::EngineServer> engine_io_door{engine_io};
};

SocketProtocolTest::SocketProtocolTest(runtime::Loops& loops, api::Dispatcher& dispatcher,
                                       const Config& config)
    : impl_(std::make_unique<Impl>(loops, config)) {
    dispatcher.add(impl_->socket_io_door);
    dispatcher.add(impl_->engine_io_door);
}

SocketProtocolTest::~SocketProtocolTest() = default;

void SocketProtocolTest::drain(std::chrono::milliseconds limit) {
    impl_->socket_io.drain(limit);
    impl_->engine_io.drain(limit);
}

}  // namespace grover::app
