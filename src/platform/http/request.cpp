#include "platform/http/request.hpp"

#include <algorithm>

#include "platform/base/error.hpp"

namespace grover::http {

namespace {

constexpr std::size_t kPiece = 32 * 1024;

// A length that the client claims buys no more memory than this before its bytes arrive.
constexpr std::size_t kFirstReserve = 256 * 1024;

// What a pooled request may keep.
constexpr std::size_t kKeptCapacity = 32 * 1024;
constexpr std::size_t kKeptHeaders = 64;

void drop_if_large(std::string& text) {
    text.clear();
    if (text.capacity() > kKeptCapacity) text.shrink_to_fit();
}

[[noreturn]] void fail_too_large() { throw Error(ErrorKind::too_large, "Request body too large"); }

}  // namespace

void Request::fail_malformed() {
    body_failed = true;
    throw validation_error("Malformed HTTP request");
}

// Content among the bytes received, or nothing if more are needed or the body has ended.
std::string_view Request::take_content() {
    while (!raw.empty() && !body.done()) {
        const auto step = body.take(raw);
        raw.remove_prefix(step.consumed);
        if (body.malformed()) fail_malformed();
        if (!step.content.empty()) return step.content;
    }
    return {};
}

std::string_view Request::read_some() {
    for (;;) {
        if (abandoned) throw runtime::Cancelled();
        if (const auto content = take_content(); !content.empty()) return content;
        if (body.done()) return {};
        if (!buffer_) buffer_ = std::make_unique<char[]>(kPiece);
        // Never beyond a known end, so that the next request stays where the connection looks for it.
        const auto room = body.knows_rest()
                              ? static_cast<std::size_t>(std::min<std::uint64_t>(body.rest(), kPiece))
                              : kPiece;
        raw = {buffer_.get(), source->receive(buffer_.get(), room)};
        raw_in_input = false;
    }
}

std::string_view Request::read_body(std::size_t limit) {
    if (body_was_read_) return body_view_;
    if (head.content_length.value_or(0) > limit) fail_too_large();

    const auto first = take_content();
    if (first.size() > limit) fail_too_large();
    if (body.done()) {
        body_view_ = first;
    } else {
        whole_body_ = first;
        // Straight to where it belongs, when the length is known.
        auto filled = whole_body_.size();
        while (body.rest() > 0) {
            if (filled == whole_body_.size()) {
                const auto more = std::min<std::uint64_t>(body.rest(), std::max(filled, kFirstReserve));
                whole_body_.resize(filled + static_cast<std::size_t>(more));
            }
            const auto size = source->receive(whole_body_.data() + filled, whole_body_.size() - filled);
            static_cast<void>(body.take({whole_body_.data() + filled, size}));
            filled += size;
        }
        whole_body_.resize(filled);
        if (!body.knows_rest()) {
            for (auto piece = read_some(); !piece.empty(); piece = read_some()) {
                if (piece.size() > limit - whole_body_.size()) fail_too_large();
                whole_body_ += piece;
            }
        }
        body_view_ = whole_body_;
    }
    body_was_read_ = true;
    return body_view_;
}

bool Request::skip_received() {
    while (!raw.empty() && !body.done() && !body.malformed()) {
        raw.remove_prefix(body.take(raw).consumed);
    }
    return body.done();
}

void Request::clear() {
    headers.clear();
    if (headers.capacity() > kKeptHeaders) headers.shrink_to_fit();
    head = {};
    framing = {};
    answer.clear();
    drop_if_large(answer.body);
    upgrade_handler.reset();
    source = nullptr;
    body = BodyFraming::none();
    raw = {};
    raw_in_input = true;
    body_failed = false;
    continue_sent = false;
    fiber = {};
    in_handler = false;
    abandoned = false;
    drop_if_large(head_bytes);
    drop_if_large(compressed);
    compressed_shared.reset();
    head_left = {};
    body_left = {};
    file_offset = 0;
    file_left = 0;
    close_after = false;
    drop_if_large(whole_body_);
    body_view_ = {};
    body_was_read_ = false;
    buffer_.reset();
}

}  // namespace grover::http
