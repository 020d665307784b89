#include "platform/db/stamps.hpp"

#include <functional>

namespace grover::db {

namespace {

std::uint64_t next_store() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace

Stamps::Stamps(bool enabled)
    : enabled_(enabled), store_(next_store()), next_((store_ << kCommitBits) + 1), published_(next_) {
    if (enabled) slots_ = std::make_unique<std::atomic<std::uint64_t>[]>(kMask + 1);
}

void Stamps::raise_all(std::uint64_t commit) {
    for (std::uint64_t i = 0; i <= kMask; ++i) slots_[i].store(commit, std::memory_order_release);
}

std::uint64_t Stamps::hash(std::string_view key) { return std::hash<std::string_view>{}(key); }

}  // namespace grover::db
