// What committed lately, read once for all listeners of this process. Private to this folder.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/db/db.hpp"

namespace grover::jobs {

struct StoredEvent {
    std::int64_t position = 0;
    std::string name;
    std::string payload;
};
using StoredEventPtr = std::shared_ptr<const StoredEvent>;

class Feed {
public:
    explicit Feed(db::Database& database) : database_(database) {}

    // Before begin(): an event that somebody wants.
    void add(std::string_view event);
    // From here on it keeps what it reads.
    void begin();
    // Takes in what is new; false: nothing was. One thread or fiber at a time.
    bool read();

    struct Slice {
        std::vector<StoredEventPtr> events;
        std::int64_t complete_to = 0;  // there are no others up to here, unless `limit` cut it off
    };
    // Those with one of the names (sorted) behind a position. Nothing: that is too far back, the store knows. Any thread.
    std::optional<Slice> after(std::int64_t position, const std::vector<std::string_view>& names,
                               std::size_t limit) const;

private:
    db::Database& database_;
    std::vector<std::string> names_;
    mutable std::mutex mutex_;  // held for the copy of pointers only
    std::deque<StoredEventPtr> recent_;
    std::int64_t from_ = INT64_MAX;  // complete behind it
    std::int64_t to_ = 0;            // and up to here
};

}  // namespace grover::jobs
