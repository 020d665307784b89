// Packets that wait to be sent on one connection, oldest first. Empty, it is three words.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/realtime/packet.hpp"

namespace grover::realtime {

class OutQueue {
public:
    OutQueue() = default;
    ~OutQueue() { clear(); }
    OutQueue(const OutQueue&) = delete;
    OutQueue& operator=(const OutQueue&) = delete;

    struct Node {
        Node* next;
        PacketPtr packet;
        Delivery delivery;

        // Kept for the next one by each thread.
        static void* operator new(std::size_t size);
        static void operator delete(void* memory);
    };

    void push(PacketPtr packet, Delivery delivery);
    void pop();
    void clear();
    // Behind what is here.
    void take_all(OutQueue& other);
    // Takes out what may be lost, but not the first one if some of it was sent already. Returns how many.
    std::size_t drop_losable(bool keep_first);

    bool empty() const { return head_ == nullptr; }
    const Node* head() const { return head_; }
    std::size_t bytes() const { return bytes_; }
    std::size_t count() const { return count_; }

private:
    Node* head_ = nullptr;
    Node* tail_ = nullptr;
    std::uint32_t bytes_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace grover::realtime
