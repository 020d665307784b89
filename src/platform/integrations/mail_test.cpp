#include "platform/integrations/mail.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

using namespace grover;
using namespace grover::integrations;
using namespace std::chrono_literals;

namespace {

constexpr Time kDate{1'769'249'471'345'000};  // 2026-01-24T10:11:11Z

class Stopped final : public Clock {
public:
    Time now() const override { return kDate; }
};

// A server that knows no STARTTLS, for one connection.
class PlainSmtpServer {
public:
    PlainSmtpServer() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener_, 1) == 0);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { converse(); });
    }
    ~PlainSmtpServer() {
        if (thread_.joinable()) thread_.join();
        ::close(listener_);
    }

    std::uint16_t port() const { return port_; }
    std::string everything_heard() {
        thread_.join();
        return heard_;
    }

private:
    void converse() {
        const int connection = ::accept(listener_, nullptr, nullptr);
        const auto say = [&](std::string_view line) {
            ::send(connection, line.data(), line.size(), MSG_NOSIGNAL);
        };
        say("220 hello\r\n");
        char buffer[1024];
        for (ssize_t n; (n = ::recv(connection, buffer, sizeof buffer, 0)) > 0;) {
            heard_.append(buffer, static_cast<std::size_t>(n));
            say("250-hello\r\n250 AUTH PLAIN LOGIN\r\n");
        }
        ::close(connection);
    }

    int listener_;
    std::uint16_t port_ = 0;
    std::string heard_;
    std::thread thread_;
};

std::string format(const Mail& mail) {
    return format_mail(mail, "noreply@grover.app", kDate, "id@grover.app");
}

}  // namespace

TEST_CASE("a plain mail reads as it was written") {
    CHECK(format({"ada@example.com", "Hello", "One\nhttp://localhost/api?token=a=b\n"}) ==
          "From: Grover <noreply@grover.app>\r\n"
          "To: <ada@example.com>\r\n"
          "Subject: Hello\r\n"
          "Date: Sat, 24 Jan 2026 10:11:11 +0000\r\n"
          "Message-ID: <id@grover.app>\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: 7bit\r\n"
          "Auto-Submitted: auto-generated\r\n"
          "\r\n"
          "One\r\nhttp://localhost/api?token=a=b\r\n");
}

TEST_CASE("what is not ASCII travels encoded") {
    const auto message = format({"ada@example.com", "Grüße", "Hallo Zoë = \n" + std::string(90, 'x')});
    CHECK(message.find("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n") != std::string::npos);
    CHECK(message.find("Content-Transfer-Encoding: quoted-printable\r\n") != std::string::npos);
    CHECK(message.find("Hallo Zo=C3=AB =3D=20\r\n" + std::string(75, 'x') + "=\r\n" + std::string(15, 'x') +
                       "\r\n") != std::string::npos);
}

TEST_CASE("a long subject is cut between characters, never inside one") {
    std::string subject;
    for (int i = 0; i < 40; ++i) subject += "ü";
    const auto message = format({"ada@example.com", subject, "x"});
    // 42 bytes are 21 letters; each line stands alone.
    CHECK(
        message.find("=?UTF-8?B?w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8?=\r\n =?UTF-8?B?") !=
        std::string::npos);
}

TEST_CASE("nothing breaks out of a header") {
    for (const char* to :
         {"ada@example.com\r\nBcc: eve@example.com", "ada@example.com, eve@example.com", "ada@example.com>",
          "ada", "@x", "a@", "ada @example.com", "a@b@c", "adä@example.com"}) {
        INFO(to);
        CHECK_THROWS_AS(format({to, "Hello", "x"}), std::invalid_argument);
    }
    CHECK_THROWS_AS(format({"ada@example.com", "Hello\r\nBcc: eve@example.com", "x"}), std::invalid_argument);
    CHECK_THROWS_AS(format({"ada@example.com", "Hello\nthere", "x"}), std::invalid_argument);
    // An encoded word that somebody typed must not be decoded by the reader.
    CHECK(format({"ada@example.com", "=?UTF-8?B?QmNj?=", "x"}).find("Subject: =?UTF-8?B?QmNj?=") ==
          std::string::npos);
}

TEST_CASE("the file back end writes one whole file for each mail") {
    const Stopped clock;
    const auto directory =
        std::filesystem::temp_directory_path() / ("grover-mail-" + std::to_string(::getpid()));
    Mailer mailer(nullptr, clock, {.backend = MailBackend::file, .directory = directory.string()});
    CHECK(mailer.send({"ada@example.com", "One", "first\n"}).status == MailOutcome::Status::sent);
    CHECK(mailer.send({"bob@example.com", "Two", "second\n"}).status == MailOutcome::Status::sent);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        CHECK(entry.path().extension() == ".eml");
        std::stringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        CHECK((text.str().ends_with("\r\n\r\nfirst\r\n") || text.str().ends_with("\r\n\r\nsecond\r\n")));
        ++files;
    }
    CHECK(files == 2);
    std::filesystem::remove_all(directory);
}

TEST_CASE("the log back end tells address and subject, and never the text") {
    const Stopped clock;
    std::string line;
    Mailer mailer(nullptr, clock,
                  {.backend = MailBackend::log, .log = [&](std::string_view text) { line = text; }});
    CHECK(mailer.send({"ada@example.com", "Reset your password", "token=secret"}).status ==
          MailOutcome::Status::sent);
    CHECK(line == "mail to ada@example.com: Reset your password");
    CHECK_FALSE(mailer.is_configured());
}

TEST_CASE("an address that cannot be one is refused for good, on every back end") {
    const Stopped clock;
    for (const auto backend : {MailBackend::smtp, MailBackend::file, MailBackend::log, MailBackend::none}) {
        Mailer mailer(nullptr, clock,
                      {.backend = backend, .directory = "/nowhere", .host = "127.0.0.1", .port = 1});
        CHECK(mailer.send({"a\r\nb@c.de", "x", "x"}).status == MailOutcome::Status::refused);
    }
}

TEST_CASE("a mail server that is not there, or that offers no encryption, gets nothing") {
    const Stopped clock;
    {
        Mailer mailer(nullptr, clock, {.backend = MailBackend::smtp, .host = "127.0.0.1", .port = 1});
        CHECK(mailer.send({"ada@example.com", "x", "x"}).status == MailOutcome::Status::failed);
    }
    PlainSmtpServer server;
    Mailer mailer(nullptr, clock,
                  {.backend = MailBackend::smtp,
                   .host = "127.0.0.1",
                   .port = server.port(),
                   .user = "grover",
                   .password = "secret"});
    const auto outcome = mailer.send({"ada@example.com", "x", "x"});
    CHECK(outcome.status == MailOutcome::Status::failed);
    CHECK(outcome.cause.find("ada@") == std::string::npos);
    const auto heard = server.everything_heard();
    CHECK(heard.starts_with("EHLO "));
    for (const char* never : {"AUTH", "MAIL FROM", "RCPT", "DATA", "ada@"})
        CHECK(heard.find(never) == std::string::npos);
}
