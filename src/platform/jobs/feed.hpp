// What committed lately, read once for all listeners of this process. Private to this folder.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/db/db.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::jobs {

struct StoredEvent {
    StoredEvent(std::int64_t its_position, std::string its_name, std::string its_payload)
        : position(its_position), name(std::move(its_name)), payload(std::move(its_payload)) {}
    ~StoredEvent() { delete read_.load(std::memory_order_relaxed); }
    StoredEvent(const StoredEvent&) = delete;
    StoredEvent& operator=(const StoredEvent&) = delete;

    const std::int64_t position;
    const std::string name;
    const std::string payload;

    // As the type that has this name. Several listeners hear most events: who asks first reads the payload for all. Any
    // thread. Throws what wire::read() throws.
    template <class E>
    const E& as() const {
        const Read* known = read_.load(std::memory_order_acquire);
        if (known == nullptr) {
            auto made = std::make_unique<const ReadAs<E>>(wire::read<E>(payload));
            if (read_.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel))
                known = made.release();
        }
        return static_cast<const ReadAs<E>*>(known)->event;
    }

private:
    struct Read {
        virtual ~Read() = default;
    };
    template <class E>
    struct ReadAs final : Read {
        explicit ReadAs(E&& its_event) : event(std::move(its_event)) {}
        E event;
    };
    mutable std::atomic<const Read*> read_{nullptr};
};
using StoredEventPtr = std::shared_ptr<const StoredEvent>;

// From a row of events.after_position.
StoredEventPtr stored_event(const db::Row& row);

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
