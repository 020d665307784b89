#include "platform/observability/http_metrics.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "platform/observability/metrics.hpp"
#include "platform/observability/render.hpp"

namespace grover::metrics {
namespace {

// The statuses that the contract and the transport use, ascending. Another one counts as the first of its hundred.
constexpr std::array<int, 47> kKnown{100, 101, 200, 201, 202, 204, 206, 300, 301, 302, 303, 304,
                                     307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410,
                                     411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 425,
                                     426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505};
static_assert(std::is_sorted(kKnown.begin(), kKnown.end()));

std::size_t index_of(int status) {
    const auto known = std::lower_bound(kKnown.begin(), kKnown.end(), status);
    if (known != kKnown.end() && *known == status) return static_cast<std::size_t>(known - kKnown.begin());
    const int hundred = std::clamp(status / 100, 1, 5) * 100;
    return static_cast<std::size_t>(std::lower_bound(kKnown.begin(), kKnown.end(), hundred) - kKnown.begin());
}

constexpr std::size_t kBuckets = kRequestBuckets.size() + 1;
constexpr std::size_t kBlockSlots = kBuckets + 1;  // and the sum
// Sets of labels of a route without status: its two histograms, the level and the sizes.
constexpr std::size_t kRouteSeries = 5;

std::size_t hundred_of(int status) { return static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1); }
int first_of(std::size_t hundred) { return static_cast<int>(hundred + 1) * 100; }

enum RouteSlot : std::uint32_t { kInProgress, kBytesIn, kBytesOut, kRouteSlots };

struct Block {
    std::array<std::uint64_t, kBuckets> counts{};
    std::uint64_t sum_us = 0;

    void add(const Totals& totals, std::uint32_t slot) {
        for (std::size_t i = 0; i < kBuckets; ++i) counts[i] += totals[slot + i];
        sum_us += totals[slot + kBuckets];
    }
    std::uint64_t count() const {
        std::uint64_t all = 0;
        for (const std::uint64_t n : counts) all += n;
        return all;
    }
};

}  // namespace

class HttpRoutes {
public:
    static HttpRoutes& all() {
        static auto* const routes = new HttpRoutes;
        return *routes;
    }

    HttpRoute& find(std::string_view method, std::string_view handler) {
        const std::lock_guard lock(mutex_);
        for (HttpRoute& route : routes_) {
            if (route.method_ == method && route.handler_ == handler) return route;
        }
        return routes_.emplace_back(std::string(method), std::string(handler));
    }

    // Gives `route` slots for a status, or for a hundred of them, that it meets for the first time.
    std::uint32_t meet_status(HttpRoute& route, std::size_t index) {
        return meet(route, route.counters_[index], other_.counters_[index], 1);
    }
    std::uint32_t meet_hundred(HttpRoute& route, std::size_t hundred) {
        return meet(route, route.blocks_[hundred], other_.blocks_[hundred], kBlockSlots);
    }

private:
    using Slot = std::atomic<std::uint32_t>;

    HttpRoutes() : other_("other", "other") {
        // Rates and ratios must never be empty, so these exist before the first request.
        HttpRoute& none = routes_.emplace_back("GET", "none");
        for (const int status : {200, 500}) {
            meet_status(none, index_of(status));
            meet_hundred(none, hundred_of(status));
        }
        add_collector([this](Text& out, const Totals& totals) { write(out, totals); });
    }

    std::uint32_t meet(HttpRoute& route, Slot& own, Slot& others, std::size_t slots) {
        const std::lock_guard lock(mutex_);
        if (const auto known = own.load(std::memory_order_acquire); known != 0) return known;
        const bool first = !route.met_.load(std::memory_order_relaxed);
        const bool fits = detail::take_series(1 + (first ? kRouteSeries : 0));
        std::uint32_t slot = fits ? 0 : others.load(std::memory_order_relaxed);
        if (slot == 0) slot = detail::take_slots(slots);
        if (!fits) {
            others.store(slot, std::memory_order_release);
            other_.met_.store(true, std::memory_order_release);
        }
        own.store(slot, std::memory_order_release);
        if (fits) route.met_.store(true, std::memory_order_release);
        return slot;
    }

    struct Row {
        const HttpRoute* route;
        std::vector<std::pair<int, std::uint64_t>> statuses;  // requests of each
        std::vector<std::pair<int, Block>> hundreds;          // durations, by the first status of each
        Block sum;
    };

    std::vector<Row> rows(const Totals& totals) {
        std::vector<const HttpRoute*> routes;
        {
            const std::lock_guard lock(mutex_);
            for (const HttpRoute& route : routes_) routes.push_back(&route);
        }
        routes.push_back(&other_);
        std::vector<Row> out;
        for (const HttpRoute* route : routes) {
            if (!route->met_.load(std::memory_order_acquire)) continue;
            Row& row = out.emplace_back(Row{route, {}, {}, {}});
            const auto own_slot = [&](const Slot& own, const Slot& others, std::size_t slots) {
                const std::uint32_t slot = own.load(std::memory_order_acquire);
                const bool lent = route != &other_ && slot == others.load(std::memory_order_acquire);
                return lent || slot + slots > totals.size() ? 0 : slot;
            };
            for (std::size_t i = 0; i < kKnown.size(); ++i) {
                const auto slot = own_slot(route->counters_[i], other_.counters_[i], 1);
                if (slot != 0) row.statuses.emplace_back(kKnown[i], totals[slot]);
            }
            for (std::size_t i = 0; i < HttpRoute::kHundreds; ++i) {
                const auto slot = own_slot(route->blocks_[i], other_.blocks_[i], kBlockSlots);
                if (slot == 0) continue;
                Block block;
                block.add(totals, slot);
                row.sum.add(totals, slot);
                row.hundreds.emplace_back(first_of(i), block);
            }
        }
        return out;
    }

    static std::string labels(const Row& row, std::string_view handler = "handler", int status = 0) {
        Labels all{{"method", row.route->method_}, {std::string(handler), row.route->handler_}};
        if (status != 0) all.emplace_back("status", std::to_string(status));
        return label_text(all);
    }

    void write(Text& out, const Totals& totals) {
        const std::vector<Row> all = rows(totals);
        out.family("grover_http_requests_total", "Requests answered.", Type::counter);
        for (const Row& row : all) {
            for (const auto& [status, count] : row.statuses)
                out.sample("", labels(row, "handler", status), count);
        }
        out.family("grover_http_latency_seconds", "Time to answer, by the hundred of the status.",
                   Type::histogram);
        for (const Row& row : all) {
            for (const auto& [status, block] : row.hundreds)
                out.histogram(labels(row, "handler", status), kRequestBuckets, block.counts, block.sum_us);
        }
        out.family("grover_http_request_duration_seconds", "Time to answer.", Type::histogram);
        for (const Row& row : all)
            out.histogram(labels(row), kRequestBuckets, row.sum.counts, row.sum.sum_us);
        out.family("grover_api_latency_seconds", "Time to answer, by endpoint.", Type::histogram);
        for (const Row& row : all)
            out.histogram(labels(row, "endpoint"), kRequestBuckets, row.sum.counts, row.sum.sum_us);
        out.family("grover_http_requests_inprogress", "Requests being answered.", Type::gauge);
        for (const Row& row : all) {
            out.sample("", labels(row),
                       static_cast<double>(
                           static_cast<std::int64_t>(totals[row.route->route_slots_ + kInProgress])));
        }
        write_sizes(out, all, totals, "grover_http_request_size_bytes", "Size of request bodies.", kBytesIn);
        write_sizes(out, all, totals, "grover_http_response_size_bytes", "Size of answers.", kBytesOut);
    }

    // Sizes are counted by handler alone, whatever the method.
    static void write_sizes(Text& out, const std::vector<Row>& all, const Totals& totals,
                            std::string_view name, std::string_view help, RouteSlot slot) {
        std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> handlers;
        for (const Row& row : all) {
            auto& [sum, count] = handlers[row.route->handler_];
            sum += totals[row.route->route_slots_ + slot];
            count += row.sum.count();
        }
        out.family(name, help, Type::summary);
        for (const auto& [handler, numbers] : handlers) {
            const std::string text = label_text({{"handler", std::string(handler)}});
            out.sample("_sum", text, numbers.first);
            out.sample("_count", text, numbers.second);
        }
    }

    std::mutex mutex_;
    std::deque<HttpRoute> routes_;  // under mutex_; the routes themselves never move
    HttpRoute other_;               // where what finds no room is counted
};

HttpRoute::HttpRoute(std::string method, std::string handler)
    : method_(std::move(method)),
      handler_(std::move(handler)),
      route_slots_(detail::take_slots(kRouteSlots)) {}

void HttpRoute::begin() const { detail::add(route_slots_ + kInProgress, 1); }

void HttpRoute::end(int status, std::int64_t duration_us, std::uint64_t bytes_in, std::uint64_t bytes_out) {
    if (!detail::collecting.load(std::memory_order_relaxed)) return;
    const std::size_t index = index_of(status), hundred = hundred_of(status);
    std::uint32_t counter = counters_[index].load(std::memory_order_relaxed);
    if (counter == 0) counter = HttpRoutes::all().meet_status(*this, index);
    std::uint32_t block = blocks_[hundred].load(std::memory_order_relaxed);
    if (block == 0) block = HttpRoutes::all().meet_hundred(*this, hundred);
    detail::add(counter, 1);
    std::uint32_t bucket = 0;
    while (bucket < kRequestBuckets.size() && duration_us > kRequestBuckets[bucket]) ++bucket;
    detail::add(block + bucket, 1);
    detail::add(block + kBuckets, static_cast<std::uint64_t>(duration_us));
    detail::add(route_slots_ + kInProgress, static_cast<std::uint64_t>(-1));
    detail::add(route_slots_ + kBytesIn, bytes_in);
    detail::add(route_slots_ + kBytesOut, bytes_out);
}

HttpRoute& http_route(std::string_view method, std::string_view handler) {
    return HttpRoutes::all().find(method, handler);
}

}  // namespace grover::metrics
