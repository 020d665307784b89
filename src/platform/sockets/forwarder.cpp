#include "platform/sockets/forwarder.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <stdexcept>

#include "platform/http/upgrade.hpp"
#include "platform/runtime/fiber.hpp"
#include "platform/sockets/stream_asio.hpp"

namespace grover::sockets {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::string_view kTls = "https://";
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
    explicit Peer(asio::io_context& context) : stream_(std::make_shared<Stream>(context)) {}
    ~Peer() { stream_->close(); }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    // With `tls` only to whoever it trusts.
    bool connect(std::string_view address, const http::TlsContext* tls) {
        const auto colon = address.rfind(':');
        error_code error;
        const auto host = asio::ip::make_address(std::string(address.substr(0, colon)), error);
        unsigned port = 0;
        if (error || colon == address.npos) return false;
        std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
        if (port == 0 || port > 65'535) return false;
        const tcp::endpoint endpoint(host, static_cast<std::uint16_t>(port));
        const auto until = runtime::Steady::now() + kConnectLimit;
        auto& socket = stream_->socket();
        if (!wait(until, [&](auto done) { socket.async_connect(endpoint, done); })) return false;
        socket.set_option(tcp::no_delay(true), error);
        socket.non_blocking(true, error);
        if (tls == nullptr) return true;
        stream_->begin_tls(*tls);
        return finish(until, [&] { return stream_->handshake(); }).has_value();
    }

    bool write(std::string_view bytes) {
        const auto until = runtime::Steady::now() + kConnectLimit;
        while (!bytes.empty()) {
            const auto size = finish(until, [&] { return stream_->write(bytes); });
            if (!size) return false;
            bytes.remove_prefix(*size);
        }
        return true;
    }

    // Appends what comes; false at the end, or when nothing came by then.
    bool read(std::string& into, runtime::Steady::time_point until) {
        return finish(until,
                      [&] {
                          thread_local std::array<char, 16 * 1024> buffer;
                          const auto result = stream_->read(buffer);
                          if (result.status == http::IoStatus::done) into.append(buffer.data(), result.size);
                          return result;
                      })
            .has_value();
    }

    Stream release() { return std::move(*stream_); }

private:
    // What `step` did in the end; nothing when it failed, or was not done by then.
    template <class Step>
    std::optional<std::size_t> finish(runtime::Steady::time_point until, Step&& step) {
        while (true) {
            const auto result = step();
            if (result.status == http::IoStatus::done) return result.size;
            if (!must_wait(result.status)) return std::nullopt;
            if (!wait(until, [&](auto done) { stream_->when_ready(result.status, done); }))
                return std::nullopt;
        }
    }

    template <class Start>
    bool wait(runtime::Steady::time_point until, Start&& start) {
        const auto ticket = runtime::next_wait();
        const auto good = std::make_shared<bool>(false);
        start([stream = stream_, good, ticket](const error_code& error) {
            *good = !error;
            runtime::wake(ticket);
        });
        return runtime::suspend_for(until - runtime::Steady::now()) && *good;
    }

    std::shared_ptr<Stream> stream_;
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
    Pipe(Stream client, Stream node) : ends_{{{std::move(client), {}}, {std::move(node), {}}}} {}

    void start(std::string to_node, std::string to_client) {
        ends_[1].pending = std::move(to_node);
        ends_[0].pending = std::move(to_client);
        for (const unsigned from : {0u, 1u}) push(from);
    }

private:
    struct End {
        Stream stream;
        std::string pending;  // to be written to it
    };

    void when_ready(unsigned end, http::IoStatus wanted, void (Pipe::*then)(unsigned), unsigned from) {
        ends_[end].stream.when_ready(wanted,
                                     [self = shared_from_this(), then, from](const error_code& error) {
                                         if (error) return self->end();
                                         (self.get()->*then)(from);
                                     });
    }

    void move(unsigned from) {
        thread_local std::array<char, 64 * 1024> buffer;
        const auto result = ends_[from].stream.read(buffer);
        if (must_wait(result.status)) return when_ready(from, result.status, &Pipe::move, from);
        if (result.status != http::IoStatus::done) return end();
        ends_[1 - from].pending.append(buffer.data(), result.size);
        push(from);
    }

    // Writes what came from that end to the other one, and reads on when that is done.
    void push(unsigned from) {
        auto& to = ends_[1 - from];
        while (!to.pending.empty()) {
            const auto result = to.stream.write(to.pending);
            if (must_wait(result.status)) return when_ready(1 - from, result.status, &Pipe::push, from);
            if (result.status != http::IoStatus::done) return end();
            to.pending.erase(0, result.size);
        }
        to.pending.shrink_to_fit();
        when_ready(from, http::IoStatus::wants_read, &Pipe::move, from);
    }

    void end() {
        for (auto& end : ends_) end.stream.close();
    }

    std::array<End, 2> ends_;
};

class Join final : public http::UpgradeHandler {
public:
    Join(asio::io_context& context, Stream node, std::string read_ahead)
        : context_(context), node_(std::move(node)), read_ahead_(std::move(read_ahead)) {}

    void taken(http::UpgradedConnection connection) override {
        std::make_shared<Pipe>(Stream(context_, connection.fd, std::move(connection.tls)), std::move(node_))
            ->start(std::move(connection.read_ahead), std::move(read_ahead_));
    }

private:
    asio::io_context& context_;
    Stream node_;
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
        if (const auto value = value_of(line, "sec-websocket-extensions"); !value.empty())
            head.websocket_extensions = value;
    }
    if (head.status < 100 || head.status > 599) throw std::invalid_argument("no status");
    return head;
}

Forwarder::Forwarder(runtime::Loops& loops, Attendance& attendance, const std::string& tls_cert_file)
    : loops_(loops), attendance_(attendance) {
    if (!tls_cert_file.empty()) peers_ = http::TlsContext::to_holders_of(tls_cert_file);
}

Forwarder::~Forwarder() = default;

std::string Forwarder::address_for(const std::string& host_and_port, bool tls) {
    return tls ? std::string(kTls) + host_and_port : host_and_port;
}

bool Forwarder::forward(std::string_view node, http::Exchange& exchange) {
    const auto& head = exchange.request();
    // One that was forwarded already has come to where its session is not: it is nowhere.
    if (!head.header("x-grover-forwarded").empty()) return false;
    const auto known = attendance_.address_of(node);
    std::string_view address = known;
    const bool tls = address.starts_with(kTls);
    if (tls) address.remove_prefix(kTls.size());
    // Without a certificate of our own nobody is known who could be trusted.
    if (address.empty() || (tls && peers_ == nullptr)) return false;

    const bool upgrade = !head.header("upgrade").empty();
    const std::string body(head.has_body ? exchange.read_body(kLargestRequest) : std::string_view{});
    exchange.hold(kAnswerLimit);
    const auto until = runtime::Steady::now() + kAnswerLimit;
    auto& context =
        *static_cast<asio::io_context*>(loops_.io_context(static_cast<unsigned>(runtime::this_loop())));
    Peer peer(context);
    if (!peer.connect(address, tls ? peers_.get() : nullptr) ||
        !peer.write(request_text(head, body, upgrade)))
        return false;

    std::string text;
    std::optional<ForwardedHead> answer;
    try {
        while (!(answer = parse_forwarded_head(text))) {
            if (!peer.read(text, until)) return false;
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
        if (!answer->websocket_extensions.empty())
            response.add_header("Sec-WebSocket-Extensions", answer->websocket_extensions);
        exchange.upgrade(std::make_unique<Join>(context, peer.release(), std::move(text)));
        return true;
    }
    while (text.size() < answer->content_length) {
        if (!peer.read(text, until)) return false;
    }
    response.content_type = answer->is_json ? "application/json" : "text/plain; charset=UTF-8";
    response.body = std::move(text);
    response.add_header("Cache-Control", "no-store");
    return true;
}

}  // namespace grover::sockets
