// Bytes received from a client and not yet used up.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace grover::http {

// Small while the client is idle; grows for a large head, and shrinks again.
class InputBuffer {
public:
    InputBuffer();

    std::string_view unread() const { return {data_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t size) { begin_ += size; }
    // Room for at least one more byte behind the unread ones, which may move.
    std::span<char> room();
    void filled(std::size_t size) { end_ += size; }
    void assign(std::string_view bytes);

private:
    void resize(std::size_t capacity);

    std::size_t capacity_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::unique_ptr<char[]> data_;
};

}  // namespace grover::http
