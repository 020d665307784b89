// What bench/socketio/server.js does, on platform/realtime: everybody is in one room, and what one says all hear. One thread.
//
//     build/release/bench_realtime_server PORT
#include <cstdio>
#include <cstdlib>

#include "platform/http/server.hpp"
#include "platform/realtime/server.hpp"
#include "platform/runtime/runtime.hpp"

namespace {

using namespace grover;

class Room final : public realtime::Application {
public:
    void on_connect(realtime::Socket&, realtime::Connect&) override {}
    void on_connected(realtime::Socket& socket) override {
        socket.join("room");
        socket.emit({.name = "ready", .arguments = R"({"user_id":null})"});
    }
    void on_event(realtime::Socket& socket, realtime::Event& event) override {
        if (event.name == "say")
            socket.nsp().emit(realtime::Audience::room("room"),
                              {.name = "said", .arguments = event.arguments});
    }
    void on_disconnected(realtime::Socket&, realtime::Reason) override {}
};

class Handler final : public http::Handler {
public:
    explicit Handler(realtime::Server& server) : server_(server) {}
    bool answer_at_once(const http::RequestHead&, http::Response&) override { return false; }
    void handle(http::Exchange& exchange) override { server_.handle(exchange); }
    void refuse(const http::RequestHead*, int status, std::string_view, http::Response& response) override {
        response.status = status;
    }

private:
    realtime::Server& server_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_realtime_server PORT\n");
        return 64;
    }
    runtime::Loops loops(1);
    Room room;
    realtime::ServerOptions options;
    options.flood_messages = 0;
    realtime::Server server(loops, options);
    server.add_namespace("/", room);
    Handler handler(server);
    http::ServerOptions listening;
    listening.host = "127.0.0.1";
    listening.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    http::Server listener(loops, handler, listening);
    loops.run();
    return 0;
}
