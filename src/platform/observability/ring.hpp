// A bounded queue of records from one thread to one other, without a lock. Private to platform/observability.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace grover::log {

struct RecordHead {
    std::uint32_t size = 0;        // of the text behind it
    std::uint32_t fold_limit = 0;  // identical lines per second that are shown; 0: never folded
    std::uint64_t fold_key = 0;
};

class Ring {
public:
    // The capacity is rounded up to a power of two.
    explicit Ring(std::size_t capacity)
        : capacity_(std::bit_ceil(capacity)), bytes_(std::make_unique_for_overwrite<char[]>(capacity_)) {}

    // Producer. False when it does not fit: nothing was written.
    bool push(RecordHead head, std::string_view text) {
        head.size = static_cast<std::uint32_t>(text.size());
        const std::size_t need = padded(sizeof head + text.size());
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        const std::size_t offset = tail & (capacity_ - 1);
        // A record never wraps: the rest up to the end is skipped. Offsets are multiples of a head, so one fits.
        const std::size_t skip = capacity_ - offset < need ? capacity_ - offset : 0;
        if (tail + skip + need - head_.load(std::memory_order_acquire) > capacity_) return false;
        if (skip > 0) put_head(offset, {kSkip, 0, 0});
        const std::size_t start = (offset + skip) & (capacity_ - 1);
        put_head(start, head);
        std::memcpy(bytes_.get() + start + sizeof head, text.data(), text.size());
        tail_.store(tail + skip + need, std::memory_order_release);
        return true;
    }

    bool empty() const {
        return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_acquire);
    }
    // Producer: whether the consumer should hurry.
    bool more_than_half_full() const {
        return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_relaxed) > capacity_ / 2;
    }

    // Consumer. Calls take(RecordHead, std::string_view) for everything that is there now.
    template <class Take>
    bool drain(Take take) {
        const std::uint64_t end = tail_.load(std::memory_order_acquire);
        std::uint64_t at = head_.load(std::memory_order_relaxed);
        if (at == end) return false;
        while (at != end) {
            const std::size_t offset = at & (capacity_ - 1);
            RecordHead head;
            std::memcpy(&head, bytes_.get() + offset, sizeof head);
            if (head.size == kSkip) {
                at += capacity_ - offset;
                continue;
            }
            take(head, std::string_view(bytes_.get() + offset + sizeof head, head.size));
            at += padded(sizeof head + head.size);
        }
        head_.store(at, std::memory_order_release);
        return true;
    }

private:
    static constexpr std::uint32_t kSkip = UINT32_MAX;
    static std::size_t padded(std::size_t size) {
        return (size + sizeof(RecordHead) - 1) / sizeof(RecordHead) * sizeof(RecordHead);
    }
    void put_head(std::size_t offset, RecordHead head) {
        std::memcpy(bytes_.get() + offset, &head, sizeof head);
    }

    std::size_t capacity_;
    std::unique_ptr<char[]> bytes_;
    // Each side writes one of these; apart, so that they do not share a cache line.
    alignas(64) std::atomic<std::uint64_t> tail_{0};
    alignas(64) std::atomic<std::uint64_t> head_{0};
};

}  // namespace grover::log
