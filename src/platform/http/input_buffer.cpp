#include "platform/http/input_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace grover::http {

namespace {

// Holds the requests of nearly all clients; ten thousand idle ones cost 20 MB.
constexpr std::size_t kSmall = 2 * 1024;
constexpr std::size_t kGrowth = 4;

}  // namespace

InputBuffer::InputBuffer() : capacity_(kSmall), data_(new char[kSmall]) {}

void InputBuffer::resize(std::size_t capacity) {
    const auto kept = unread();
    std::unique_ptr<char[]> larger(new char[capacity]);
    std::copy(kept.begin(), kept.end(), larger.get());
    data_ = std::move(larger);
    capacity_ = capacity;
    begin_ = 0;
    end_ = kept.size();
}

std::span<char> InputBuffer::room() {
    const std::size_t size = end_ - begin_;
    if (size == 0 && capacity_ > kSmall) {
        resize(kSmall);
    } else if (size == capacity_) {
        resize(capacity_ * kGrowth);
    } else if (begin_ > 0) {
        std::memmove(data_.get(), data_.get() + begin_, size);
        begin_ = 0;
        end_ = size;
    }
    return {data_.get() + end_, capacity_ - end_};
}

void InputBuffer::assign(std::string_view bytes) {
    begin_ = end_ = 0;
    if (bytes.size() > capacity_) resize(bytes.size());
    std::copy(bytes.begin(), bytes.end(), data_.get());
    end_ = bytes.size();
}

}  // namespace grover::http
