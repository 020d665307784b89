// Where a request's body ends: a length, or chunks. Decodes as bytes arrive; holds none of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace grover::http {

class BodyFraming {
public:
    static BodyFraming none() { return {}; }
    static BodyFraming of_length(std::uint64_t length);
    static BodyFraming chunked();

    struct Step {
        std::string_view content;  // points into the raw bytes; may be empty while more raw bytes are needed
        std::size_t consumed = 0;  // raw bytes used up, content included
    };
    // Takes raw bytes up to the end of the next piece of content. Call again with what was not consumed.
    Step take(std::string_view raw);

    bool done() const { return state_ == State::done; }
    bool malformed() const { return state_ == State::malformed; }
    // Bytes of content still to come, if that is known.
    bool knows_rest() const { return state_ == State::done || state_ == State::counted; }
    std::uint64_t rest() const { return state_ == State::counted ? left_ : 0; }

private:
    enum class State : std::uint8_t {
        done,
        malformed,
        counted,
        chunk_size_first,
        chunk_size,
        chunk_extension,
        chunk_size_lf,
        chunk_data,
        chunk_data_cr,
        chunk_data_lf,
        trailer_line_first,
        trailer_line,
        trailer_lf,
        last_lf,
    };
    void step(char c);
    void on_size_digit(char c);

    State state_ = State::done;
    std::uint8_t digits_ = 0;  // of this chunk's size
    std::uint64_t left_ = 0;   // of the body or of this chunk
    std::uint32_t extra_ = 0;  // bytes of all extensions and trailers, which are read over
};

}  // namespace grover::http
