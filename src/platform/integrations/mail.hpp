// Sending one mail. Queueing and trying again belong to platform/jobs; no request waits for this.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::integrations {

struct Mail {
    std::string to;       // one address, as validate_email returns it
    std::string subject;  // any valid UTF-8 without control characters
    std::string text;     // plain text, lines end in "\n"
};

// The message as it travels (RFC 5322, MIME): CRLF, ASCII only, what is not ASCII encoded. Throws
// std::invalid_argument when an address or the subject could break out of its header.
std::string format_mail(const Mail& mail, std::string_view from, Time date, std::string_view message_id);

enum class MailBackend : std::uint8_t { smtp, file, log, none };
constexpr std::array<std::string_view, 4> enum_names(MailBackend) { return {"smtp", "file", "log", "none"}; }

struct MailOptions {
    MailBackend backend = MailBackend::log;
    std::string from = "noreply@grover.app";
    std::string directory;  // file: one file for each mail, made when missing
    // log: told the address and the subject, never the text.
    std::function<void(std::string_view line)> log;

    // smtp. Port 465 is TLS from the first byte; on any other STARTTLS is required, and a server without it
    // is refused.
    std::string host;
    std::uint16_t port = 587;
    std::string user;
    std::string password;
    std::string ca_file;  // PEM, trusted beside the system's certificates
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{60'000};
};

struct MailOutcome {
    enum class Status : std::uint8_t {
        sent,
        refused,  // the server will not take it, now or later
        failed,   // try again later
    };
    Status status = Status::sent;
    std::string cause;  // for the log; names neither address nor text
};

class Mailer {
public:
    // `loops` as for HttpClient.
    Mailer(runtime::Loops* loops, const Clock& clock, MailOptions options);
    ~Mailer();

    // Whether mail leaves this server at all (health: "configured").
    bool is_configured() const;
    // In a fiber only the fiber waits. Any thread.
    MailOutcome send(const Mail& mail);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::integrations
