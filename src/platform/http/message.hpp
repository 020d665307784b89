// One HTTP request and its answer, as the transport (server.hpp) hands them to the application above
// (platform/api). Views into the request live until the handler returns.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace grover::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method method);

bool equals_ignoring_case(std::string_view text, std::string_view lower_case);

struct Header {
    std::string_view name;  // as sent; compared without regard to case
    std::string_view value;
};

struct RequestHead {
    Method method = Method::get;
    std::string_view target;  // as sent
    std::string_view path;    // before '?', still percent-encoded
    std::string_view query;   // after '?', or empty
    std::span<const Header> headers;
    bool http_1_0 = false;
    bool https = false;
    std::string_view peer;  // address of the other end of the connection, without port
    std::optional<std::uint64_t> content_length;
    bool has_body = false;  // Content-Length > 0 or chunked

    // Value of the first header of that name (given in lower case), or empty.
    std::string_view header(std::string_view lower_case_name) const;
};

// A part of a file on disk, sent without copying it through user space where the transport can.
struct FileBody {
    int fd = -1;  // owned by the Response; closed after sending
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

class Response {
public:
    Response() = default;
    ~Response();
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;

    int status = 200;
    // Answer body: exactly one of these is used; an empty `body` is an empty answer.
    std::string body;
    std::shared_ptr<const std::string> shared_body;
    std::optional<FileBody> file;
    std::string_view content_type = "application/json";  // static or living as long as the response
    bool may_compress = true;
    bool close = false;  // end the connection after this answer

    // Header names in their usual spelling ("X-Request-Id"). Content-Length, Content-Type, Content-Encoding,
    // Date and Connection belong to the transport.
    void add_header(std::string_view name, std::string_view value);
    bool has_header(std::string_view name) const;
    // "Name: value\r\n" of everything added.
    std::string_view header_block() const { return headers_; }
    void clear();

private:
    std::string headers_;
};

// The conversation about one request. Used on its connection's fiber only.
class Exchange {
public:
    virtual const RequestHead& request() const = 0;
    virtual Response& response() = 0;

    // The whole body, at most `limit` bytes: more is thrown as too_large (413), sent too slowly or cut off
    // ends the connection.
    virtual std::string_view read_body(std::size_t limit) = 0;
    // The next piece of the body, empty at its end. Never more than the transport's buffer: bodies are
    // streamed, not held.
    virtual std::string_view read_some() = 0;

    // Hands the connection over after a 101 answer was prepared (WebSocket). The transport writes nothing
    // more; `taken` runs on this thread with the connected descriptor (plain) or a stream object (TLS) and
    // any bytes read ahead.
    virtual void upgrade(std::unique_ptr<class UpgradeHandler> handler) = 0;

    // For a handler that is about to wait for something that comes when it comes, a long poll: its time limit
    // is this now, and it is cancelled as soon as the client goes away.
    virtual void hold(std::chrono::seconds) {}

protected:
    ~Exchange() = default;
};

// Multipart and urlencoded helpers: multipart.hpp, form.hpp.

}  // namespace grover::http
