#include "platform/sentry/outcomes.hpp"

#include "platform/observability/metrics.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::sentry {
namespace {

constexpr std::array<std::string_view, kReasons> kReasonNames{
    "queue_overflow", "cache_overflow", "ratelimit_backoff", "network_error",      "send_error",
    "sample_rate",    "before_send",    "event_processor",   "internal_sdk_error", "backpressure"};

constexpr std::size_t kAccepted = kReasons;

using Counters = std::array<std::array<metrics::Counter, kReasons + 1>, kCategoryNames.size()>;
const Counters& counters() {
    static const Counters all = [] {
        Counters made;
        for (std::size_t category = 0; category < kCategoryNames.size(); ++category) {
            for (std::size_t outcome = 0; outcome <= kReasons; ++outcome) {
                const auto name = outcome == kAccepted ? "accepted" : kReasonNames[outcome];
                made[category][outcome] = metrics::counter(
                    "grover_sentry_events_total", "Reports to Sentry, by what became of them.",
                    {{"category", std::string(kCategoryNames[category])}, {"outcome", std::string(name)}});
            }
        }
        return made;
    }();
    return all;
}

template <class Each>
void for_each(const auto& counts, Each each) {
    for (std::size_t reason = 0; reason < kReasons; ++reason) {
        for (std::size_t category = 0; category < kCategoryNames.size(); ++category)
            if (counts[reason][category] > 0) each(reason, category, counts[reason][category]);
    }
}

}  // namespace

void register_outcomes() { (void)counters(); }

void Outcomes::accepted(Category category) {
    counters()[static_cast<std::size_t>(category)][kAccepted].add();
}

void Outcomes::discarded(Reason reason, Category category, std::uint64_t count) {
    if (count == 0) return;
    const auto what = static_cast<std::size_t>(category);
    const auto why = static_cast<std::size_t>(reason);
    untold_[why][what] += count;
    counters()[what][why].add(count);
}

bool Outcomes::has_news() const { return untold_ != Counts{}; }

std::string Outcomes::take_report(Time now) {
    std::string out = "{\"timestamp\":";
    wire::append_time(out, now);
    out += ",\"discarded_events\":[";
    for_each(untold_, [&](std::size_t reason, std::size_t category, std::uint64_t quantity) {
        out += out.back() == '[' ? "{" : ",{";
        out += "\"reason\":";
        wire::append_string(out, kReasonNames[reason]);
        out += ",\"category\":";
        wire::append_string(out, kCategoryNames[category]);
        out += ",\"quantity\":" + std::to_string(quantity) + '}';
    });
    out += "]}";
    told_last_ = std::exchange(untold_, Counts{});
    return out;
}

void Outcomes::give_report_back() {
    for_each(told_last_, [&](std::size_t reason, std::size_t category, std::uint64_t quantity) {
        untold_[reason][category] += quantity;
    });
    told_last_ = {};
}

}  // namespace grover::sentry
