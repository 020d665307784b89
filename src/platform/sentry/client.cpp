#include "platform/sentry/client.hpp"

#include "platform/base/id.hpp"
#include "platform/observability/log.hpp"
#include "platform/sentry/envelope.hpp"
#include "platform/sentry/event.hpp"

namespace grover::sentry {
namespace {

using namespace std::chrono_literals;

constexpr log::Logger kLog{"sentry"};

constexpr auto kLook = 1s;  // for kept failures whose minute is over, and for what is on disk
constexpr auto kResendPeriod = 1s;
constexpr auto kReportPeriod = 30s;
constexpr auto kComplaintPeriod = 1h;

bool is_among(double share) {
    if (share >= 1) return true;
    std::uint32_t random = 0;
    fill_random(&random, sizeof random);
    return static_cast<double>(random) < share * 4'294'967'296.0;
}

std::string item_of(const Captured& captured, const Options& options) {
    std::string out;
    append_item(out, "event", event_json(captured, options));
    return out;
}

}  // namespace

Client::Client(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), delivery_(options_), spool_(options_.directory) {
    thread_ = std::thread([this] { run(); });
}

Client::~Client() { stop(); }

void Client::take(const reports::Failure& failure) noexcept {
    try {
        if (!is_among(options_.sample_rate)) return discard(Reason::sample_rate);
        if (!may_send()) return discard(Reason::ratelimit_backoff);
        const Time now = clock_.now();
        Captured captured = capture(failure, now, options_);
        {
            const std::scoped_lock lock(mutex_);
            switch (repeats_.see(captured, now)) {
                case Repeats::Verdict::show:
                    enqueue(std::move(captured));
                    break;
                case Repeats::Verdict::kept:
                    return;
                case Repeats::Verdict::counted:
                    return outcomes_.discarded(Reason::event_processor, Category::error);
            }
        }
        filled_.notify_one();
    } catch (...) {
        // Nobody who fails may fail once more because it cannot be reported.
        discard(Reason::internal_sdk_error);
    }
}

void Client::enqueue(Captured captured) {
    if (stopping_ || queue_.size() >= kMostWaiting)
        return outcomes_.discarded(Reason::queue_overflow, Category::error);
    queue_.push_back(std::move(captured));
}

void Client::discard(Reason reason, std::uint64_t count) {
    const std::scoped_lock lock(mutex_);
    outcomes_.discarded(reason, Category::error, count);
}

bool Client::may_send() {
    const std::scoped_lock lock(mutex_);
    return !limits_.forbid(Category::error, clock_.now());
}

void Client::stop() {
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) return;
        for (auto& last : repeats_.take_all()) enqueue(std::move(last));
        stopping_ = true;
        end_ = Steady::now() + options_.drain;
        delivery_.end_by(end_);
    }
    filled_.notify_one();
    thread_.join();
}

void Client::run() {
    log::name_thread("sentry");
    while (!is_over()) {
        try {
            if (const auto captured = next()) send(*captured);
            resend_one();
        } catch (const std::exception& error) {
            kLog.error("an error report was lost", {{"cause", error.what()}});
            discard(Reason::internal_sdk_error);
        }
    }
    tell_the_rest();
    std::deque<Captured> left;
    {
        const std::scoped_lock lock(mutex_);
        left.swap(queue_);
    }
    for (const auto& captured : left) keep(captured);
}

bool Client::is_over() {
    const std::scoped_lock lock(mutex_);
    return stopping_ && (queue_.empty() || Steady::now() >= end_);
}

std::optional<Captured> Client::next() {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, kLook, [this] { return stopping_ || !queue_.empty(); });
    for (auto& last : repeats_.take_finished(clock_.now())) enqueue(std::move(last));
    if (queue_.empty()) return std::nullopt;
    auto first = std::move(queue_.front());
    queue_.pop_front();
    return first;
}

void Client::send(const Captured& captured) {
    if (!may_send()) return discard(Reason::ratelimit_backoff);
    switch (deliver(captured.event_id, item_of(captured, options_))) {
        case Fate::accepted:
            return Outcomes::accepted(Category::error);
        case Fate::limited:
            return discard(Reason::ratelimit_backoff);
        case Fate::refused:
            return discard(Reason::send_error);
        case Fate::undelivered:
            return keep(captured);
    }
}

void Client::resend_one() {
    if (!server_works_ || !spool_may_hold_ || Steady::now() < next_resend_ || !may_send() || is_over())
        return;
    next_resend_ = Steady::now() + kResendPeriod;
    discard(Reason::cache_overflow, spool_.trim(clock_.now()));
    const auto kept = spool_.oldest();
    spool_may_hold_ = kept.has_value();
    if (!kept) return;
    switch (deliver(kept->event_id, items_of(kept->envelope))) {
        case Fate::accepted:
            Outcomes::accepted(Category::error);
            return Spool::remove(*kept);
        case Fate::refused:
            discard(Reason::send_error);
            return Spool::remove(*kept);
        case Fate::limited:
        case Fate::undelivered:
            return;  // its time comes
    }
}

Client::Fate Client::deliver(std::string_view event_id, std::string_view items) {
    std::string envelope = envelope_head(options_, event_id, clock_.now());
    envelope += items;
    const bool tells_more = add_report(envelope);
    const Fate fate = post(envelope);
    if (tells_more) settle_report(fate);
    return fate;
}

bool Client::add_report(std::string& envelope) {
    const std::scoped_lock lock(mutex_);
    const Time now = clock_.now();
    if (!outcomes_.has_news() || now < next_report_) return false;
    append_item(envelope, "client_report", outcomes_.take_report(now));
    return true;
}

Client::Fate Client::post(const std::string& envelope) {
    constexpr int kTooMany = 429;
    const auto answer = delivery_.post(envelope);
    const Time now = clock_.now();
    {
        const std::scoped_lock lock(mutex_);
        limits_.hear(answer.status, answer.header("x-sentry-rate-limits"), answer.header("retry-after"), now);
    }
    if (answer.ok()) {
        server_works_ = true;
        return Fate::accepted;
    }
    if (answer.status == kTooMany) return Fate::limited;
    if (answer.status == 0 || answer.status >= 500) {
        server_works_ = false;
        return Fate::undelivered;
    }
    if (now >= next_complaint_) {
        next_complaint_ = now + kComplaintPeriod;
        kLog.warning("error reports are refused", {{"status", answer.status}});
    }
    return Fate::refused;
}

void Client::settle_report(Fate fate) {
    const std::scoped_lock lock(mutex_);
    if (fate == Fate::accepted)
        next_report_ = clock_.now() + kReportPeriod;
    else
        outcomes_.give_report_back();
}

// Without the report of what was dropped, whose numbers go with another envelope.
void Client::keep(const Captured& captured) {
    const Time now = clock_.now();
    try {
        const auto envelope = envelope_head(options_, captured.event_id, now) + item_of(captured, options_);
        discard(Reason::cache_overflow, spool_.keep(captured.event_id, envelope, now));
        spool_may_hold_ = true;
    } catch (const std::exception& error) {
        kLog.warning("an error report cannot be kept", {{"cause", error.what()}});
        discard(Reason::network_error);
    }
}

// What was dropped since the last envelope would be forgotten with this process. No limit is on telling it.
void Client::tell_the_rest() {
    std::string envelope = envelope_head(options_, {}, clock_.now());
    if (!server_works_ || Steady::now() >= end_ || !add_report(envelope)) return;
    settle_report(post(envelope));
}

}  // namespace grover::sentry
