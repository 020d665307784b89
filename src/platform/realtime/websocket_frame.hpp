// WebSocket frames (RFC 6455 §5 to §7): reading a client's, writing a server's. No sockets in here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace grover::realtime {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

enum class CloseCode : std::uint16_t {
    none = 0,
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    no_status = 1005,  // never sent
    invalid_text = 1007,
    policy = 1008,
    too_big = 1009,
    internal_error = 1011,
    restart = 1012,
};

// permessage-deflate (RFC 7692): whether a message went through it, or whether on a connection messages may.
enum class Compression : std::uint8_t { none, deflate };

inline constexpr std::size_t kMaxFrameHeader = 10;

// Of a whole, unmasked message, as servers send it.
void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_size,
                         Compression compression = Compression::none);
std::string close_frame(CloseCode code);
std::string pong_frame(std::string_view payload);

// Takes a client's bytes apart. Between messages it holds one pointer; what is incomplete lies in memory that grows with
// what has really come. A compressed message is inflated when it is complete, up to the size that a plain one may have.
class FrameReader {
public:
    // What is read; views live until the call returns. False: nothing more is wanted.
    class Sink {
    public:
        virtual bool on_message(std::string_view payload, bool binary) = 0;
        virtual bool on_ping(std::string_view payload) = 0;
        // The client closes: `code` is what it gave, no_status if nothing.
        virtual bool on_close(CloseCode code) = 0;

    protected:
        ~Sink() = default;
    };

    explicit FrameReader(std::size_t max_message, Compression compression = Compression::none);
    ~FrameReader();
    FrameReader(const FrameReader&) = delete;
    FrameReader& operator=(const FrameReader&) = delete;

    // Unmasks in place. Not none: the connection must be closed with that code. Ends early when the sink says so.
    CloseCode feed(std::span<char> bytes, Sink& sink);

    bool holds_bytes() const { return partial_ != nullptr; }

private:
    struct Partial;
    struct Header;
    struct Outcome;

    CloseCode check(const Header& header) const;
    std::size_t wanted(std::string_view frame, Outcome& outcome) const;
    std::span<char> complete(std::span<char> bytes, std::string& whole, Outcome& outcome);
    Outcome take(std::span<char> frame, Sink& sink);
    Outcome take_data(const Header& header, std::string_view payload, Sink& sink);
    static Outcome take_control(const Header& header, std::string_view payload, Sink& sink);

    std::unique_ptr<Partial> partial_;
    std::uint32_t max_message_;
    Compression compression_;
};

}  // namespace grover::realtime
