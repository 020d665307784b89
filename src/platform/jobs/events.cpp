#include "platform/jobs/events.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/jobs/listener.hpp"
#include "sql/events.hpp"

namespace grover::jobs {
namespace {

// Other nodes' listeners in memory are not known here: on PostgreSQL events stay for those that lag.
constexpr std::chrono::minutes kKeptForOtherNodes{10};
constexpr std::chrono::hours kForgotten{30 * 24};
constexpr int kRemovedAtOnce = 2'000;

ParkedEvent parked_event(const db::Row& row) {
    return {.listener = row.get<std::string>(0),
            .position = row.get<std::int64_t>(1),
            .name = row.get<std::string>(2),
            .payload = row.get<std::string>(3),
            .attempts = row.get<int>(4),
            .error = row.get<std::string>(5),
            .parked_at = row.get<Time>(6)};
}

[[noreturn]] void refuse_twice(std::string_view listener, std::string_view event) {
    throw std::logic_error("listener " + std::string(listener) + " is given twice for " + std::string(event));
}

void take_name(std::vector<std::string>& sorted, std::string_view name) {
    const auto place = std::ranges::lower_bound(sorted, name);
    if (place == sorted.end() || *place != name) sorted.insert(place, std::string(name));
}

}  // namespace

Events::Events(db::Database& database, const Clock& clock, std::string node,
               std::function<void(const RunReport&)> report)
    : database_(database),
      clock_(clock),
      node_(std::move(node)),
      report_(std::move(report)),
      feed_(database) {}

Events::~Events() = default;

void Events::add(std::string_view listener, std::string_view event, Reach reach, Call call, bool together) {
    const bool stored = reach == Reach::one_node;
    auto& found = find_or_begin(listener, stored);
    if (found.call_for(event) != nullptr || found.writes()) refuse_twice(listener, event);
    found.add(event, std::move(call), together);
    feed_.add(event);
    take_name(event_names_, event);
}

void Events::add_in_transaction(std::string_view listener, std::string_view event, WriteCall call) {
    auto& found = find_or_begin(listener, true);
    if (found.call_for(event) != nullptr || (found.hears_anything() && !found.writes()))
        refuse_twice(listener, event);
    found.add_in_transaction(event, std::move(call));
    feed_.add(event);
    take_name(event_names_, event);
}

Listener& Events::find_or_begin(std::string_view listener, bool stored) {
    const auto found =
        std::ranges::find(listeners_, listener, [](const auto& known) { return known->name(); });
    if (found != listeners_.end()) {
        if ((*found)->is_stored() != stored) refuse_twice(listener, "another reach");
        return **found;
    }
    listeners_.push_back(std::make_unique<Listener>(database_, clock_, std::string(listener), node_, stored));
    listeners_.back()->begin();
    return *listeners_.back();
}

void Events::after_batch(std::string_view listener, std::function<void()> f) {
    const auto found =
        std::ranges::find(listeners_, listener, [](const auto& known) { return known->name(); });
    if (found == listeners_.end()) throw std::logic_error("no listener is called " + std::string(listener));
    (*found)->set_after_batch(std::move(f));
}

bool Events::listens_to(std::string_view event_name) const {
    return std::ranges::binary_search(event_names_, event_name, {},
                                      [](const std::string& name) -> std::string_view { return name; });
}

void Events::take_effects(db::Write& tx, std::string_view event_name, const void* event) const {
    const auto found = effects_.find(event_name);
    if (found == effects_.end()) return;
    for (const auto& effect : found->second) effect(tx, event);
}

bool Events::put_in_order() {
    if (database_.engine() == db::Engine::sqlite) return false;
    if (!database_.read([](db::Read& tx) { return tx.exists(sql::events::has_arrivals{}); })) return false;
    database_.write([](db::Write& tx) {
        tx.exists(sql::events::lock_order{});
        tx.exec(sql::events::put_in_order{});
        tx.exists(sql::events::announce{});
    });
    return true;
}

void Events::remove_heard() {
    const Time now = clock_.now();
    const bool alone = database_.engine() == db::Engine::sqlite;
    const auto heard = database_.read([&](db::Read& tx) {
        const auto stored =
            tx.value<std::optional<std::int64_t>>(sql::events::heard_by_all{.a_month_ago = now - kForgotten});
        return stored ? *stored : tx.value<std::int64_t>(sql::events::head{});
    });
    std::int64_t position = heard;
    for (const auto& listener : listeners_) {
        if (!listener->is_stored()) position = std::min(position, listener->position());
    }
    const auto before = alone ? Time{INT64_MAX} : now - kKeptForOtherNodes;
    std::int64_t removed = 0;
    do {
        removed = database_.write([&](db::Write& tx) {
            return tx.exec(sql::events::remove_heard{
                .position = position, .limit = kRemovedAtOnce, .created_before = before});
        });
    } while (removed >= kRemovedAtOnce);
}

int Events::tell_all() {
    int told = 0;
    bool more = true;
    while (more) {
        put_in_order();
        more = false;
        for (const auto& listener : listeners_) {
            const auto progress = listener->advance(retry_, report_);
            told += progress.told;
            more = more || progress.told > 0;
        }
    }
    for (const auto& listener : listeners_) listener->save(false);
    return told;
}

std::vector<ParkedEvent> Events::parked(int limit) {
    return database_.read([&](db::Read& tx) {
        std::vector<ParkedEvent> out;
        tx.each(sql::events::parked{.limit = limit},
                [&](const db::Row& row) { out.push_back(parked_event(row)); });
        return out;
    });
}

void Events::retry(std::string_view listener, std::int64_t position) {
    const auto known = std::ranges::find(listeners_, listener, [](const auto& one) { return one->name(); });
    const auto event = database_.read([&](db::Read& tx) {
        std::optional<ParkedEvent> found;
        tx.each(sql::events::parked_one{.listener = listener, .position = position},
                [&](const db::Row& row) { found = parked_event(row); });
        return found;
    });
    if (known == listeners_.end() || !event) throw not_found("Parked event not found");
    if (const auto* call = (*known)->call_for(event->name)) {
        const StoredEventPtr events[] = {
            std::make_shared<const StoredEvent>(position, event->name, event->payload)};
        (*call)(events);
    }
    drop(listener, position);
}

void Events::drop(std::string_view listener, std::int64_t position) {
    database_.write([&](db::Write& tx) {
        tx.exec(sql::events::drop_parked{.listener = listener, .position = position});
    });
}

std::int64_t Events::waiting() {
    return database_.read([&](db::Read& tx) {
        const auto heard = tx.value<std::optional<std::int64_t>>(
            sql::events::heard_by_all{.a_month_ago = clock_.now() - kForgotten});
        return tx.value<std::int64_t>(sql::events::waiting{.position = heard.value_or(0)});
    });
}

}  // namespace grover::jobs
