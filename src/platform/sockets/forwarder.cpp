#include "platform/sockets/forwarder.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <stdexcept>

#include "platform/http/upgrade.hpp"
#include "platform/runtime/fiber.hpp"

namespace grover::sockets {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::string_view kForwarded = "X-Grover-Forwarded";
constexpr std::size_t kLargestHead = 16 * 1024;
constexpr std::size_t kLargestBody = 4 * 1024 * 1024;
constexpr std::size_t kLargestRequest = 1'000'000;
constexpr auto kConnectLimit = 1s;
// A poll is answered when something comes, at the latest with the next ping.
constexpr std::chrono::seconds kAnswerLimit{120};

// One connection to another node, used in a fiber as if it blocked. What the loop's handlers touch is shared with them: the
// fiber may be gone before they run.
class Peer {
public:
    explicit Peer(asio::io_context& context) : state_(std::make_shared<State>(context)) {}
    ~Peer() { close(); }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    bool connect(const std::string& address) {
        const auto colon = address.rfind(':');
        error_code error;
        const auto host = asio::ip::make_address(address.substr(0, colon), error);
        unsigned port = 0;
        if (error || colon == address.npos) return false;
        std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
        if (port == 0 || port > 65'535) return false;
        const tcp::endpoint endpoint(host, static_cast<std::uint16_t>(port));
        if (!wait(kConnectLimit, [&](auto done) { state_->socket.async_connect(endpoint, done); }))
            return false;
        state_->socket.set_option(tcp::no_delay(true), error);
        return true;
    }

    bool write(std::string bytes) {
        state_->out = std::move(bytes);
        return wait(kConnectLimit, [&](auto done) {
            asio::async_write(state_->socket, asio::buffer(state_->out),
                              [done](const error_code& error, std::size_t) { done(error); });
        });
    }

    // Appends what comes; false at the end.
    bool read(std::string& into) {
        const auto good = wait(kAnswerLimit, [&](auto done) {
            state_->socket.async_read_some(asio::buffer(state_->in),
                                           [state = state_, done](const error_code& error, std::size_t size) {
                                               state->size = size;
                                               done(error);
                                           });
        });
        if (good) into.append(state_->in.data(), state_->size);
        return good;
    }

    tcp::socket release() { return std::move(state_->socket); }

private:
    struct State {
        explicit State(asio::io_context& context) : socket(context) {}
        tcp::socket socket;
        std::string out;
        std::array<char, 16 * 1024> in;
        std::size_t size = 0;
        error_code result;
    };

    template <class Start>
    bool wait(std::chrono::milliseconds limit, Start&& start) {
        const auto ticket = runtime::next_wait();
        start([state = state_, ticket](const error_code& error) {
            state->result = error;
            runtime::wake(ticket);
        });
        if (!runtime::suspend_for(limit)) {
            close();
            return false;
        }
        return !state_->result;
    }

    void close() {
        error_code ignored;
        state_->socket.close(ignored);
    }

    std::shared_ptr<State> state_;
};

bool is_hop_by_hop(std::string_view name, bool upgrade) {
    for (const std::string_view known : {"content-length", "transfer-encoding", "expect", "keep-alive", "te",
                                         "proxy-connection", "accept-encoding", "x-grover-forwarded"}) {
        if (http::equals_ignoring_case(name, known)) return true;
    }
    return !upgrade &&
           (http::equals_ignoring_case(name, "connection") || http::equals_ignoring_case(name, "upgrade"));
}

std::string request_text(const http::RequestHead& head, std::string_view body, bool upgrade) {
    std::string out(http::to_string(head.method));
    out.append(" ").append(head.target).append(" HTTP/1.1\r\n");
    for (const auto& [name, value] : head.headers) {
        if (!is_hop_by_hop(name, upgrade)) out.append(name).append(": ").append(value).append("\r\n");
    }
    out.append(kForwarded).append(": 1\r\n");
    if (!upgrade)
        out.append("Connection: close\r\nContent-Length: ")
            .append(std::to_string(body.size()))
            .append("\r\n");
    out.append("\r\n").append(body);
    return out;
}

// Two connections that say the same. Holds a buffer only while one side does not take what the other sent.
class Pipe : public std::enable_shared_from_this<Pipe> {
public:
    Pipe(tcp::socket client, tcp::socket node) : ends_{{{std::move(client), {}}, {std::move(node), {}}}} {}

    void start(std::string to_node, std::string to_client) {
        for (auto& end : ends_) {
            error_code error;
            end.socket.non_blocking(true, error);
        }
        ends_[1].pending = std::move(to_node);
        ends_[0].pending = std::move(to_client);
        for (const unsigned from : {0u, 1u}) push(from);
    }

private:
    struct End {
        tcp::socket socket;
        std::string pending;  // to be written to it
    };

    void watch(unsigned from) {
        ends_[from].socket.async_wait(tcp::socket::wait_read,
                                      [self = shared_from_this(), from](const error_code& error) {
                                          if (error) return self->end();
                                          self->move(from);
                                      });
    }

    void move(unsigned from) {
        thread_local std::array<char, 64 * 1024> buffer;
        error_code error;
        const auto size = ends_[from].socket.read_some(asio::buffer(buffer), error);
        if (error == asio::error::would_block) return watch(from);
        if (error) return end();
        ends_[1 - from].pending.append(buffer.data(), size);
        push(from);
    }

    // Writes what came from that end to the other one, and reads on when that is done.
    void push(unsigned from) {
        auto& to = ends_[1 - from];
        while (!to.pending.empty()) {
            error_code error;
            const auto size = to.socket.write_some(asio::buffer(to.pending), error);
            if (error == asio::error::would_block) {
                to.socket.async_wait(tcp::socket::wait_write,
                                     [self = shared_from_this(), from](const error_code& why) {
                                         if (why) return self->end();
                                         self->push(from);
                                     });
                return;
            }
            if (error) return end();
            to.pending.erase(0, size);
        }
        to.pending.shrink_to_fit();
        watch(from);
    }

    void end() {
        for (auto& end : ends_) {
            error_code ignored;
            end.socket.close(ignored);
        }
    }

    std::array<End, 2> ends_;
};

class Join final : public http::UpgradeHandler {
public:
    Join(asio::io_context& context, tcp::socket node, std::string read_ahead)
        : context_(context), node_(std::move(node)), read_ahead_(std::move(read_ahead)) {}

    void taken(http::UpgradedConnection connection) override {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        getsockname(connection.fd, reinterpret_cast<sockaddr*>(&address), &size);
        tcp::socket client(context_, address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), connection.fd);
        std::make_shared<Pipe>(std::move(client), std::move(node_))
            ->start(std::move(connection.read_ahead), std::move(read_ahead_));
    }

private:
    asio::io_context& context_;
    tcp::socket node_;
    std::string read_ahead_;
};

std::string_view value_of(std::string_view line, std::string_view name) {
    if (line.size() <= name.size() || line[name.size()] != ':' ||
        !http::equals_ignoring_case(line.substr(0, name.size()), name))
        return {};
    line.remove_prefix(name.size() + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    return line;
}

}  // namespace

std::optional<ForwardedHead> parse_forwarded_head(std::string_view text) {
    const auto end = text.find("\r\n\r\n");
    if (end == text.npos) {
        if (text.size() > kLargestHead) throw std::invalid_argument("too long");
        return std::nullopt;
    }
    ForwardedHead head;
    head.size = end + 4;
    auto lines = text.substr(0, end + 2);
    if (!lines.starts_with("HTTP/1.1 ") || lines.size() < 14) throw std::invalid_argument("no answer");
    std::from_chars(lines.data() + 9, lines.data() + 12, head.status);
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(line.size() + 2);
        if (const auto value = value_of(line, "content-length"); !value.empty()) {
            const auto [stop, error] =
                std::from_chars(value.data(), value.data() + value.size(), head.content_length);
            if (error != std::errc{} || head.content_length > kLargestBody)
                throw std::invalid_argument("too long");
        }
        if (const auto value = value_of(line, "content-type"); !value.empty())
            head.is_json = value.starts_with("application/json");
        if (const auto value = value_of(line, "sec-websocket-accept"); !value.empty())
            head.websocket_accept = value;
    }
    if (head.status < 100 || head.status > 599) throw std::invalid_argument("no status");
    return head;
}

bool Forwarder::forward(std::string_view node, http::Exchange& exchange) {
    const auto& head = exchange.request();
    // One that was forwarded already has come to where its session is not: it is nowhere.
    if (!head.header("x-grover-forwarded").empty()) return false;
    const bool upgrade = !head.header("upgrade").empty();
    if (upgrade && head.https) return false;
    const auto address = attendance_.address_of(node);
    if (address.empty()) return false;

    const std::string body(head.has_body ? exchange.read_body(kLargestRequest) : std::string_view{});
    exchange.hold(kAnswerLimit);
    auto& context =
        *static_cast<asio::io_context*>(loops_.io_context(static_cast<unsigned>(runtime::this_loop())));
    Peer peer(context);
    if (!peer.connect(address) || !peer.write(request_text(head, body, upgrade))) return false;

    std::string text;
    std::optional<ForwardedHead> answer;
    try {
        while (!(answer = parse_forwarded_head(text))) {
            if (!peer.read(text)) return false;
        }
    } catch (const std::invalid_argument&) {
        return false;
    }
    text.erase(0, answer->size);
    auto& response = exchange.response();
    response.status = answer->status;
    if (answer->status == 101) {
        response.add_header("Upgrade", "websocket");
        response.add_header("Sec-WebSocket-Accept", answer->websocket_accept);
        exchange.upgrade(std::make_unique<Join>(context, peer.release(), std::move(text)));
        return true;
    }
    while (text.size() < answer->content_length) {
        if (!peer.read(text)) return false;
    }
    response.content_type = answer->is_json ? "application/json" : "text/plain; charset=UTF-8";
    response.body = std::move(text);
    response.add_header("Cache-Control", "no-store");
    return true;
}

}  // namespace grover::sockets
