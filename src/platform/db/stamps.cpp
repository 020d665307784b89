#include "platform/db/stamps.hpp"

#include <functional>

namespace grover::db {

Stamps::Stamps(bool enabled) : enabled_(enabled) {
    if (enabled) slots_ = std::make_unique<std::atomic<std::uint64_t>[]>(kMask + 1);
}

std::uint64_t Stamps::hash(std::string_view key) { return std::hash<std::string_view>{}(key); }

}  // namespace grover::db
