// The head of a request: from bytes to RequestHead, with everything refused that two servers could read
// differently.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "platform/http/message.hpp"

namespace grover::http {

struct HeadLimits {
    std::size_t target = 8 * 1024;    // 414
    std::size_t headers = 32 * 1024;  // 431
};

// A refused head is answered with this status, and its connection ends.
struct HeadProblem {
    int status = 0;  // 0: none
    std::string_view detail;
};

// Looks for the end of a head in bytes that arrive piece by piece, each byte once.
class HeadScanner {
public:
    // `bytes` start where the head does and are never fewer than before. The length of the head with its
    // empty line, or 0 while it is incomplete or `problem` says why it never will be complete.
    std::size_t find_end(std::string_view bytes, const HeadLimits& limits, HeadProblem& problem);
    void reset() { *this = {}; }

private:
    std::size_t scanned_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t first_line_ = 0;  // its length
};

// What the transport needs to know of a head besides the head.
struct Framing {
    bool keep_alive = false;
    bool chunked = false;
    bool expects_continue = false;
};

// `bytes` are one whole head as HeadScanner found it. Names and values point into it; `headers` holds them.
HeadProblem parse_head(std::string_view bytes, const HeadLimits& limits, std::vector<Header>& headers,
                       RequestHead& head, Framing& framing);

// Of a head that cannot be read as a whole, or has not arrived as one: the headers that even the answer to it needs, each as
// far as a whole line of `bytes` says it. Everything else of `head` is as in a new one.
void salvage(std::string_view bytes, std::vector<Header>& headers, RequestHead& head);

}  // namespace grover::http
