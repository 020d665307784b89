#include "platform/http/body_framing.hpp"

#include <algorithm>

namespace grover::http {

namespace {

// No body is that large; the sum cannot overflow.
constexpr std::uint64_t kMaxChunk = std::uint64_t{1} << 40;
constexpr std::uint8_t kMaxDigits = 16;
constexpr std::uint32_t kMaxExtra = 8 * 1024;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace

BodyFraming BodyFraming::of_length(std::uint64_t length) {
    BodyFraming framing;
    framing.state_ = length == 0 ? State::done : State::counted;
    framing.left_ = length;
    return framing;
}

BodyFraming BodyFraming::chunked() {
    BodyFraming framing;
    framing.state_ = State::chunk_size_first;
    return framing;
}

BodyFraming::Step BodyFraming::take(std::string_view raw) {
    Step result;
    while (result.consumed < raw.size() && state_ != State::done && state_ != State::malformed) {
        if (state_ != State::counted && state_ != State::chunk_data) {
            step(raw[result.consumed++]);
            continue;
        }
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(left_, raw.size() - result.consumed));
        result.content = raw.substr(result.consumed, size);
        result.consumed += size;
        left_ -= size;
        if (left_ == 0) state_ = state_ == State::counted ? State::done : State::chunk_data_cr;
        break;
    }
    return result;
}

void BodyFraming::on_size_digit(char c) {
    left_ = left_ * 16 + static_cast<std::uint64_t>(hex_value(c));
    // Zeros in front do not make the number larger, but may not go on for ever either.
    state_ = left_ > kMaxChunk || ++digits_ > kMaxDigits ? State::malformed : State::chunk_size;
}

void BodyFraming::step(char c) {
    switch (state_) {
        case State::chunk_size_first:
            left_ = 0;
            digits_ = 0;
            if (hex_value(c) < 0) {
                state_ = State::malformed;
            } else {
                on_size_digit(c);
            }
            break;
        case State::chunk_size:
            if (hex_value(c) >= 0) {
                on_size_digit(c);
            } else if (c == '\r') {
                state_ = State::chunk_size_lf;
            } else {
                state_ = c == ';' ? State::chunk_extension : State::malformed;
            }
            break;
        case State::chunk_extension:
            if (c == '\r') {
                state_ = State::chunk_size_lf;
            } else if (is_control(c) || ++extra_ > kMaxExtra) {
                state_ = State::malformed;
            }
            break;
        case State::chunk_size_lf:
            if (c != '\n') {
                state_ = State::malformed;
            } else {
                state_ = left_ > 0 ? State::chunk_data : State::trailer_line_first;
            }
            break;
        case State::chunk_data_cr:
            state_ = c == '\r' ? State::chunk_data_lf : State::malformed;
            break;
        case State::chunk_data_lf:
            state_ = c == '\n' ? State::chunk_size_first : State::malformed;
            break;
        case State::trailer_line_first:
            if (c == '\r') {
                state_ = State::last_lf;
                break;
            }
            state_ = State::trailer_line;
            [[fallthrough]];
        case State::trailer_line:
            if (c == '\r') {
                state_ = State::trailer_lf;
            } else if (is_control(c) || ++extra_ > kMaxExtra) {
                state_ = State::malformed;
            }
            break;
        case State::trailer_lf:
            state_ = c == '\n' ? State::trailer_line_first : State::malformed;
            break;
        case State::last_lf:
            state_ = c == '\n' ? State::done : State::malformed;
            break;
        case State::done:
        case State::malformed:
        case State::counted:
        case State::chunk_data:
            break;
    }
}

}  // namespace grover::http
