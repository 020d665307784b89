// Numbers for users, communities and reposted posts, so that what is kept for millions of posts names them in four bytes; and
// what decides by the author alone, or by the root of a repost, whether others find a post. One thread adds and changes, any
// thread reads meanwhile.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "domains/posts/posts.hpp"
#include "platform/base/id.hpp"

namespace grover::discovery {

// Entry has a member `id`.
template <class Entry>
class Register {
public:
    using Id = decltype(Entry::id);

    Register() : chunks_(std::make_unique<Chunks>()) {}
    ~Register() {
        for (auto& chunk : *chunks_) delete chunk.load(std::memory_order_relaxed);
    }
    Register(const Register&) = delete;
    Register& operator=(const Register&) = delete;

    // Of a number that number_of() gave.
    const Entry& at(std::uint32_t number) const {
        return (*(*chunks_)[number / kChunk].load(std::memory_order_acquire))[number % kChunk];
    }
    std::uint32_t size() const { return size_.load(std::memory_order_acquire); }

    // The keeper's thread only, both.
    std::optional<std::uint32_t> find(const Id& id) const {
        const auto found = numbers_.find(id);
        return found == numbers_.end() ? std::nullopt : std::optional(found->second);
    }
    std::uint32_t number_of(const Id& id) {
        const auto [found, is_new] = numbers_.try_emplace(id, size());
        if (is_new) {
            const auto number = found->second;
            auto& chunk = (*chunks_)[number / kChunk];
            if (number % kChunk == 0) chunk.store(new Chunk, std::memory_order_release);
            entry(number).id = id;
            size_.store(number + 1, std::memory_order_release);
        }
        return found->second;
    }

protected:
    Entry& entry(std::uint32_t number) {
        return (*(*chunks_)[number / kChunk].load(std::memory_order_relaxed))[number % kChunk];
    }

private:
    static constexpr std::uint32_t kChunk = 1'024;
    using Chunk = std::array<Entry, kChunk>;
    // Room for 67 million.
    using Chunks = std::array<std::atomic<Chunk*>, 65'536>;

    std::unique_ptr<Chunks> chunks_;
    std::atomic<std::uint32_t> size_{0};
    std::unordered_map<Id, std::uint32_t> numbers_;
};

struct Person {
    UserId id;
    std::atomic<std::uint64_t> hash{0};
    std::atomic<bool> is_private{false};
    std::atomic<bool> is_hidden{true};
};

class People : public Register<Person> {
public:
    static std::uint64_t hash(const UserId& id) { return std::hash<std::string_view>{}(id.view()); }

    // A person who is new is hidden until set() says otherwise. The keeper's thread only, both.
    std::uint32_t number_of(const UserId& id) {
        const auto number = Register::number_of(id);
        entry(number).hash.store(hash(id), std::memory_order_relaxed);
        return number;
    }
    void set(std::uint32_t number, bool is_private, bool is_hidden) {
        entry(number).is_private.store(is_private, std::memory_order_relaxed);
        entry(number).is_hidden.store(is_hidden, std::memory_order_relaxed);
    }
};

struct CommunityEntry {
    CommunityId id;
};
using Communities = Register<CommunityEntry>;

// A post whose reposts are searched: who does not see it does not find them.
struct Root {
    PostId id;
    std::atomic<std::uint32_t> author{0};
    std::atomic<std::uint32_t> community{0};  // as the group of a document: one more than its number
    std::atomic<posts::Visibility> visibility{posts::Visibility::public_};
    std::atomic<bool> is_gone{false};  // then its reposts stand alone
};

class Roots : public Register<Root> {
public:
    // The keeper's thread only.
    void set(std::uint32_t number, std::uint32_t author, std::uint32_t community,
             posts::Visibility visibility) {
        auto& root = entry(number);
        root.author.store(author, std::memory_order_relaxed);
        root.community.store(community, std::memory_order_relaxed);
        root.visibility.store(visibility, std::memory_order_relaxed);
        root.is_gone.store(false, std::memory_order_relaxed);
    }
    void set_gone(std::uint32_t number) { entry(number).is_gone.store(true, std::memory_order_relaxed); }
};

}  // namespace grover::discovery
