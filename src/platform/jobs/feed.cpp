#include "platform/jobs/feed.hpp"

#include <algorithm>

#include "sql/events.hpp"

namespace grover::jobs {
namespace {

constexpr int kReadAtOnce = 1'000;
constexpr std::size_t kKept = 8'192;

}  // namespace

StoredEventPtr stored_event(const db::Row& row) {
    return std::make_shared<const StoredEvent>(row.get<std::int64_t>(0), row.get<std::string>(1),
                                               row.get<std::string>(2));
}

void Feed::add(std::string_view event) {
    const auto place = std::ranges::lower_bound(names_, event);
    if (place == names_.end() || *place != event) names_.insert(place, std::string(event));
}

void Feed::begin() {
    const auto head =
        database_.read([](db::Read& tx) { return tx.value<std::int64_t>(sql::events::head{}); });
    const std::lock_guard lock(mutex_);
    from_ = to_ = head;
}

bool Feed::read() {
    std::vector<StoredEventPtr> found;
    const std::vector<std::string_view> names(names_.begin(), names_.end());
    database_.read([&](db::Read& tx) {
        tx.each(sql::events::after_position{.position = to_, .names = names, .limit = kReadAtOnce},
                [&](const db::Row& row) { found.push_back(stored_event(row)); });
    });
    if (found.empty()) return false;
    const std::lock_guard lock(mutex_);
    recent_.insert(recent_.end(), found.begin(), found.end());
    to_ = found.back()->position;
    while (recent_.size() > kKept) {
        from_ = recent_.front()->position;
        recent_.pop_front();
    }
    return true;
}

std::optional<Feed::Slice> Feed::after(std::int64_t position, const std::vector<std::string_view>& names,
                                       std::size_t limit) const {
    Slice slice;
    const std::lock_guard lock(mutex_);
    if (position < from_) return std::nullopt;
    slice.complete_to = to_;
    auto next =
        std::ranges::upper_bound(recent_, position, {}, [](const auto& event) { return event->position; });
    for (; next != recent_.end() && slice.events.size() < limit; ++next) {
        if (std::ranges::binary_search(names, std::string_view((*next)->name))) slice.events.push_back(*next);
    }
    return slice;
}

}  // namespace grover::jobs
