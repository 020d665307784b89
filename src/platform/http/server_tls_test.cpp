#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "platform/http/server_fixture.hpp"
#include "platform/http/tls.hpp"
#include "testing/certificate.hpp"

using namespace grover;
using namespace grover::http;
using testing::Certificate;
using namespace std::chrono_literals;

namespace {

ServerOptions options_with(const Certificate& certificate) {
    ServerOptions options;
    options.tls_cert_file = certificate.cert();
    options.tls_key_file = certificate.key();
    return options;
}

class TlsClient {
public:
    explicit TlsClient(const TestServer& server, int version = TLS1_3_VERSION,
                       std::string alpn = "\x08http/1.1")
        : tcp(server), context_(::SSL_CTX_new(::TLS_client_method())) {
        ::SSL_CTX_set_min_proto_version(context_, version);
        ::SSL_CTX_set_max_proto_version(context_, version);
        ssl_ = ::SSL_new(context_);
        ::SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()),
                              static_cast<unsigned>(alpn.size()));
        ::SSL_set_fd(ssl_, tcp.fd());
        connected = ::SSL_connect(ssl_) == 1;
        ::ERR_clear_error();
    }
    ~TlsClient() {
        ::SSL_free(ssl_);
        ::SSL_CTX_free(context_);
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    void send(const std::string& data) {
        REQUIRE(::SSL_write(ssl_, data.data(), static_cast<int>(data.size())) > 0);
    }
    // At least until `end` has come, or the connection ends.
    std::string read_until(std::string_view end) {
        std::string all;
        while (!all.ends_with(end)) {
            std::string piece(64 * 1024, '\0');
            const int size = ::SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
            if (size <= 0) {
                closed_in_order = ::SSL_get_error(ssl_, size) == SSL_ERROR_ZERO_RETURN;
                ::ERR_clear_error();
                break;
            }
            all.append(piece, 0, static_cast<std::size_t>(size));
        }
        return all;
    }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        ::SSL_get0_alpn_selected(ssl_, &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }

    Client tcp;
    bool connected = false;
    bool closed_in_order = false;

private:
    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
};

// Whether the two ends of a connection agree.
bool shake_hands(const TlsContext& of_server, const TlsContext& of_client) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    bool server_done = false, client_done = false, failed = false;
    {
        TlsSession server(of_server, ends[0]), client(of_client, ends[1]);
        const auto step = [&](TlsSession& session, bool& done) {
            if (done || failed) return;
            const auto status = session.handshake().status;
            done = status == IoStatus::done;
            failed = status == IoStatus::failed || status == IoStatus::end;
        };
        for (int i = 0; i < 10; ++i) {
            step(client, client_done);
            step(server, server_done);
        }
    }
    ::close(ends[0]);
    ::close(ends[1]);
    return server_done && client_done;
}

}  // namespace

TEST_CASE("one end may speak to nobody but holders of its own certificate's key") {
    const Certificate ours, other;
    const TlsContext server(ours.cert(), ours.key());
    CHECK(shake_hands(server, *TlsContext::to_holders_of(ours.cert())));
    CHECK_FALSE(shake_hands(server, *TlsContext::to_holders_of(other.cert())));
    // Showing our certificate without having its key is not enough to begin with.
    CHECK_THROWS_WITH_AS(TlsContext(ours.cert(), other.key()), doctest::Contains("Cannot read the TLS key"),
                         std::runtime_error);
    CHECK_THROWS_AS(TlsContext::to_holders_of("/nowhere.pem"), std::runtime_error);
}

TEST_CASE("TLS serves as plain HTTP does") {
    const Certificate certificate;
    TestServer server(
        [](Exchange& exchange) {
            CHECK(exchange.request().https);
            if (exchange.request().path == "/file") {
                const int fd = ::memfd_create("file", MFD_CLOEXEC);
                const std::string content(1'000'000, 'f');
                REQUIRE(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
                exchange.response().file = FileBody{.fd = fd, .offset = 0, .length = content.size()};
                return;
            }
            exchange.response().body = std::string(exchange.read_body(1 << 20)) + "|end";
        },
        options_with(certificate));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        TlsClient client(server, version);
        REQUIRE(client.connected);
        CHECK(client.protocol() == "http/1.1");
        client.send(get("/at-once"));
        CHECK(client.read_until("at once").starts_with("HTTP/1.1 200 OK"));
        const std::string large(500'000, 'x');
        client.send(post("/", large));
        CHECK(client.read_until("|end").size() > large.size());
        client.send(get("/1") + get("/2"));
        CHECK(client.read_until("|end").find("HTTP/1.1 200 OK") == 0);
        client.send(get("/file", "Connection: close\r\n"));
        CHECK(client.read_until("never").size() > 1'000'000);
        CHECK(client.closed_in_order);
    }
}

TEST_CASE("old TLS, other protocols and plain HTTP on a TLS port are turned away") {
    const Certificate certificate;
    TestServer server([](Exchange&) {}, options_with(certificate));
    CHECK_FALSE(TlsClient(server, TLS1_1_VERSION).connected);
    CHECK_FALSE(TlsClient(server, TLS1_3_VERSION, "\x02h2").connected);
    Client plain(server);
    plain.send(get("/"));
    CHECK(plain.read_all().find("HTTP") == std::string::npos);
    CHECK(server.handler.handled == 0);
    TlsClient good(server);
    CHECK(good.connected);
}

TEST_CASE("a handshake has 10 seconds") {
    const Certificate certificate;
    TestServer server([](Exchange&) {}, options_with(certificate));
    Client silent(server);
    TlsClient good(server);
    server.pass(11s);
    CHECK(silent.is_closed());
    good.send(get("/at-once"));
    CHECK(good.read_until("at once").size() > 10);
}

TEST_CASE("certificates that cannot be used are explained") {
    const Certificate certificate;
    const Certificate other;
    runtime::Loops loops(1);
    TestHandler handler;
    auto options = options_with(certificate);
    options.port = 0;
    options.tls_cert_file = "/nowhere.pem";
    CHECK_THROWS_WITH(Server(loops, handler, options),
                      doctest::Contains("Cannot read the TLS certificate /nowhere.pem"));
    options = options_with(certificate);
    options.port = 0;
    options.tls_key_file = other.key();
    CHECK_THROWS_WITH(Server(loops, handler, options), doctest::Contains("Cannot read the TLS key"));
}
