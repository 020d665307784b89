// TLS over a connected, non-blocking socket, without buffers of our own between them.
#pragma once

#include <sys/types.h>

#include <memory>
#include <span>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace grover::http {

// TLS 1.2 and later; ALPN http/1.1. Any thread.
class TlsContext {
public:
    // PEM files; throws std::runtime_error with a sentence saying what to do.
    TlsContext(const std::string& cert_file, const std::string& key_file);
    // For the other end: speaks to whoever holds the key of the certificate in this PEM file, whatever names and dates it
    // bears, and to nobody else.
    static std::unique_ptr<const TlsContext> to_holders_of(const std::string& cert_file);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    ssl_ctx_st* get() const { return context_; }

private:
    explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

    ssl_ctx_st* context_;
};

enum class IoStatus : std::uint8_t {
    done,         // some bytes, or the handshake is complete
    wants_read,   // again when the socket is readable
    wants_write,  // again when it is writable
    end,          // the peer has closed in an orderly way
    failed,
};

struct IoResult {
    IoStatus status = IoStatus::failed;
    std::size_t size = 0;
};

// One connection's session. One thread. Does not own the socket.
class TlsSession {
public:
    TlsSession(const TlsContext& context, int socket);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    IoResult handshake();
    IoResult read(std::span<char> buffer);
    IoResult write(std::string_view data);
    // Tells the peer that nothing more comes; does not wait for its answer.
    void close_notify();

private:
    IoResult result_of(int returned);

    ssl_st* session_;
};

}  // namespace grover::http
