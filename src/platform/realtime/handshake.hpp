// The HTTP request that opened a connection, kept until the application has decided about it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.hpp"

namespace grover::realtime {

enum class TransportKind : std::uint8_t { polling, websocket };
std::string_view to_string(TransportKind kind);

class Handshake {
public:
    // Copies the request.
    Handshake(const http::RequestHead& request, TransportKind transport);
    Handshake(const Handshake&) = delete;
    Handshake& operator=(const Handshake&) = delete;

    // Headers, query, peer: everything that platform/http can read out of a request.
    const http::RequestHead& request() const { return head_; }
    std::string_view header(std::string_view lower_case_name) const { return head_.header(lower_case_name); }
    // A parameter of the query, decoded; the last one of that name.
    std::optional<std::string> query(std::string_view name) const;
    // Of the transport the client began with; it may upgrade later.
    TransportKind transport() const { return transport_; }

private:
    std::unique_ptr<char[]> bytes_;
    std::vector<http::Header> headers_;
    http::RequestHead head_;
    TransportKind transport_;
};

}  // namespace grover::realtime
