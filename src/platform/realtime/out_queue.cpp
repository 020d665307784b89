#include "platform/realtime/out_queue.hpp"

#include <new>
#include <utility>

namespace grover::realtime {

namespace {

// A broadcast takes a node for each receiver and gives all of them back a moment later: more than malloc keeps at hand.
constexpr std::size_t kSpareNodes = 4'096;

class SpareNodes {
public:
    SpareNodes() = default;
    ~SpareNodes() {
        while (void* memory = take()) ::operator delete(memory);
    }
    SpareNodes(const SpareNodes&) = delete;
    SpareNodes& operator=(const SpareNodes&) = delete;

    void* take() {
        if (first_ == nullptr) return nullptr;
        --count_;
        void* memory = std::exchange(first_, first_->next);
        __builtin_prefetch(first_);  // what the next one reads
        return memory;
    }
    bool keep(void* memory) {
        if (count_ == kSpareNodes) return false;
        ++count_;
        first_ = new (memory) Spare{first_};
        return true;
    }

private:
    struct Spare {
        Spare* next;
    };
    Spare* first_ = nullptr;
    std::size_t count_ = 0;
};

thread_local SpareNodes spare_nodes;

}  // namespace

void* OutQueue::Node::operator new(std::size_t size) {
    void* memory = spare_nodes.take();
    return memory != nullptr ? memory : ::operator new(size);
}

void OutQueue::Node::operator delete(void* memory) {
    if (!spare_nodes.keep(memory)) ::operator delete(memory);
}

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
