#include "domains/discovery/search_mutuals.hpp"

#include <unordered_map>

namespace grover::discovery {
namespace {

constexpr int kMostEdges = 10'000;
constexpr std::size_t kMostReaders = 1'000;  // kept by each thread
constexpr std::chrono::minutes kKept{1};

}  // namespace

struct Mutuals::Table {
    std::vector<UserId> following;
    Time until;
    std::unordered_map<UserId, std::int64_t> counts;
};

std::int64_t Mutuals::with(const UserId& user) {
    if (!table_) {
        thread_local std::unordered_map<UserId, std::shared_ptr<const Table>> kept;
        auto& entry = kept[relations_->viewer()];
        if (!entry || entry->until <= now_ || entry->until > now_ + kKept ||
            entry->following != relations_->following()) {
            auto table = std::make_shared<Table>();
            table->following = relations_->following();
            table->until = now_ + kKept;
            for (const auto& [id, followers] : users::mutual_counts(tx_, relations_->viewer(), kMostEdges))
                table->counts.emplace(id, followers);
            // Reading may have let other requests of this thread run.
            if (kept.size() > kMostReaders) kept.clear();
            kept[relations_->viewer()] = table;
            table_ = std::move(table);
        } else {
            table_ = entry;
        }
    }
    const auto found = table_->counts.find(user);
    return found == table_->counts.end() ? 0 : found->second;
}

}  // namespace grover::discovery
