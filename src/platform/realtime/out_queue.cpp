#include "platform/realtime/out_queue.hpp"

#include <utility>

namespace grover::realtime {

void OutQueue::push(PacketPtr packet, Delivery delivery) {
    bytes_ += static_cast<std::uint32_t>(packet->frames().size());
    ++count_;
    Node* node = new Node{nullptr, std::move(packet), delivery};
    if (tail_ == nullptr) {
        head_ = node;
    } else {
        tail_->next = node;
    }
    tail_ = node;
}

void OutQueue::pop() {
    Node* node = std::exchange(head_, head_->next);
    if (head_ == nullptr) tail_ = nullptr;
    bytes_ -= static_cast<std::uint32_t>(node->packet->frames().size());
    --count_;
    delete node;
}

void OutQueue::clear() {
    while (!empty()) pop();
}

void OutQueue::take_all(OutQueue& other) {
    if (other.empty()) return;
    if (tail_ == nullptr) {
        head_ = other.head_;
    } else {
        tail_->next = other.head_;
    }
    tail_ = std::exchange(other.tail_, nullptr);
    other.head_ = nullptr;
    bytes_ += std::exchange(other.bytes_, 0);
    count_ += std::exchange(other.count_, 0);
}

std::size_t OutQueue::drop_losable(bool keep_first) {
    std::size_t dropped = 0;
    Node* last = nullptr;
    for (Node** at = &head_; *at != nullptr;) {
        Node* node = *at;
        if (node->delivery == Delivery::durable || (keep_first && node == head_)) {
            last = node;
            at = &node->next;
            continue;
        }
        *at = node->next;
        bytes_ -= static_cast<std::uint32_t>(node->packet->frames().size());
        --count_;
        ++dropped;
        delete node;
    }
    tail_ = last;
    return dropped;
}

}  // namespace grover::realtime
