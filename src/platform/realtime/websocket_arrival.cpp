#include "platform/realtime/websocket_arrival.hpp"

#include <unistd.h>

#include <utility>

#include "platform/realtime/io_thread_asio.hpp"

namespace grover::realtime {

namespace {

// A descriptor on its way between threads: closed if it does not arrive.
struct Descriptor {
    explicit Descriptor(int its_fd) : fd(its_fd) {}
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int fd;
};

struct Arrival {
    explicit Arrival(http::UpgradedConnection connection)
        : socket(connection.fd),
          tls(std::move(connection.tls)),
          read_ahead(std::move(connection.read_ahead)) {}

    std::unique_ptr<WebSocket> make(IoThread& thread, int deflate_window) {
        return std::make_unique<WebSocket>(thread, std::exchange(socket.fd, -1), std::move(tls),
                                           thread.state.options.max_payload, deflate_window);
    }

    Descriptor socket;
    std::unique_ptr<http::TlsSession> tls;
    std::string read_ahead;
};

class NewSocket final : public http::UpgradeHandler {
public:
    NewSocket(IoThread& thread, std::unique_ptr<Handshake> handshake, int deflate_window)
        : thread_(thread), handshake_(std::move(handshake)), deflate_window_(deflate_window) {}

    void taken(http::UpgradedConnection connection) override {
        Arrival arrival(std::move(connection));
        if (thread_.state.draining) return;
        thread_.open_websocket(arrival.make(thread_, deflate_window_), std::move(handshake_),
                               std::move(arrival.read_ahead));
    }

private:
    IoThread& thread_;
    std::unique_ptr<Handshake> handshake_;
    int deflate_window_;
};

// Brings the socket to the thread of the session that it wants to join.
class JoiningSocket final : public http::UpgradeHandler {
public:
    JoiningSocket(IoThread& home, std::string id, int deflate_window)
        : home_(home), id_(std::move(id)), deflate_window_(deflate_window) {}

    void taken(http::UpgradedConnection connection) override {
        auto arrival = std::make_shared<Arrival>(std::move(connection));
        const auto arrive = [&home = home_, id = id_, arrival, window = deflate_window_] {
            join(home, id, *arrival, window);
        };
        if (home_.state.here() == static_cast<int>(home_.index)) return arrive();
        home_.state.loops.post(home_.index, arrive);
    }

private:
    static void join(IoThread& home, const std::string& id, Arrival& arrival, int deflate_window) {
        Session* session = home.find(id);
        auto socket = arrival.make(home, deflate_window);
        if (session == nullptr || !session->can_upgrade())
            return home.let_finish(std::move(socket), CloseCode::normal);
        session->attach_probe(std::move(socket), std::move(arrival.read_ahead));
    }

    IoThread& home_;
    std::string id_;
    int deflate_window_;
};

}  // namespace

std::unique_ptr<http::UpgradeHandler> open_on_arrival(IoThread& thread, std::unique_ptr<Handshake> handshake,
                                                      int deflate_window) {
    return std::make_unique<NewSocket>(thread, std::move(handshake), deflate_window);
}

std::unique_ptr<http::UpgradeHandler> join_on_arrival(IoThread& home, std::string id, int deflate_window) {
    return std::make_unique<JoiningSocket>(home, std::move(id), deflate_window);
}

}  // namespace grover::realtime
