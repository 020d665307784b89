// Numbers for users, so that what is kept for millions of posts names its author in four bytes; and what decides by the
// author alone whether others find them. One thread adds and changes, any thread reads meanwhile.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "platform/base/id.hpp"

namespace grover::discovery {

class People {
public:
    struct Person {
        UserId id;
        std::uint64_t hash = 0;
        std::atomic<bool> is_private{false};
        std::atomic<bool> is_hidden{true};
    };

    People() : chunks_(std::make_unique<Chunks>()) {}
    ~People() {
        for (auto& chunk : *chunks_) delete chunk.load(std::memory_order_relaxed);
    }

    static std::uint64_t hash(const UserId& id) { return std::hash<std::string_view>{}(id.view()); }

    // Of a number that number_of() gave.
    const Person& at(std::uint32_t number) const {
        return (*(*chunks_)[number / kChunk].load(std::memory_order_acquire))[number % kChunk];
    }
    std::uint32_t size() const { return size_.load(std::memory_order_acquire); }

    // The keeper's thread only. A person who is new is hidden until set() says otherwise.
    std::uint32_t number_of(const UserId& id) {
        const auto [found, is_new] = numbers_.try_emplace(id, size());
        if (is_new) {
            const auto number = found->second;
            auto& chunk = (*chunks_)[number / kChunk];
            if (number % kChunk == 0) chunk.store(new Chunk, std::memory_order_release);
            auto& person = (*chunk.load(std::memory_order_relaxed))[number % kChunk];
            person.id = id;
            person.hash = hash(id);
            size_.store(number + 1, std::memory_order_release);
        }
        return found->second;
    }
    void set(std::uint32_t number, bool is_private, bool is_hidden) {
        auto& person = (*(*chunks_)[number / kChunk].load(std::memory_order_relaxed))[number % kChunk];
        person.is_private.store(is_private, std::memory_order_relaxed);
        person.is_hidden.store(is_hidden, std::memory_order_relaxed);
    }

private:
    static constexpr std::uint32_t kChunk = 4'096;
    using Chunk = std::array<Person, kChunk>;
    // Room for 67 million.
    using Chunks = std::array<std::atomic<Chunk*>, 16'384>;

    std::unique_ptr<Chunks> chunks_;
    std::atomic<std::uint32_t> size_{0};
    std::unordered_map<UserId, std::uint32_t> numbers_;
};

}  // namespace grover::discovery
