// The part of a connection that runs handlers and brings them their request's body.
#include <utility>

#include "platform/http/connection_asio.hpp"

namespace grover::http {

namespace {

// system.md §2 "Timeouts": the rate of a body, looked at in windows of this length.
constexpr std::uint64_t kBodyBytesPerSecond = 1024;
constexpr std::chrono::seconds kBodyWindow{5};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

void Connection::handle() {
    Request& request = *request_;
    Handler& handler = worker_->server.handler;
    if (!request.head.has_body && handler.answer_at_once(request.head, request.answer)) return answer();
    state_ = State::handling;
    deadline_ = worker_->now + worker_->server.options.handler_timeout;
    body_mark_ = worker_->now;
    body_check_ = worker_->now + worker_->server.options.slow_body_grace;
    body_bytes_ = request.raw.size();
    runtime::spawn([this] { run_handler(*request_); });
}

void Connection::run_handler(Request& request) {
    const Ref self(this);
    const auto& options = worker_->server.options;
    request.fiber = runtime::this_fiber();
    request.in_handler = true;
    runtime::set_fiber_deadline(worker_->fiber_now + options.handler_timeout);
    bool cancelled = false;
    try {
        worker_->server.handler.handle(request);
    } catch (const runtime::Cancelled&) {
        cancelled = true;
    }
    request.in_handler = false;
    if (request.abandoned) return worker_->give_back(std::move(abandoned_));
    if (state_ == State::closed) return worker_->give_back(std::move(request_));
    if (cancelled) return close();
    answer(Sending::with_others);
}

// The handler goes on if it must; its answer will be dropped.
void Connection::answer_without_handler(int status, std::string_view detail) {
    abandoned_ = std::move(request_);
    abandoned_->abandoned = true;
    request_ = worker_->take_request();
    request_->head.method = abandoned_->head.method;
    request_->body = abandoned_->body;
    request_->answer.status = status;
    worker_->server.handler.refuse(abandoned_->head, status, detail, request_->answer);
    runtime::interrupt(abandoned_->fiber, runtime::Interruption::cancelled);
    if (state_ == State::handling) answer();
}

std::size_t Connection::receive(char* buffer, std::size_t size) {
    Request& request = *request_;
    if (request.framing.expects_continue && !std::exchange(request.continue_sent, true)) {
        // A socket that has no room for these few bytes is not worth waiting for.
        if (socket_.write_now(kContinue, {}).size != kContinue.size()) {
            close();
            throw runtime::Cancelled();
        }
    }
    for (;;) {
        const auto result = socket_.read_now({buffer, size});
        if (result.status == IoStatus::done) {
            body_bytes_ += result.size;
            return result.size;
        }
        if (result.status == IoStatus::end || result.status == IoStatus::failed) {
            close();
            throw runtime::Cancelled();
        }
        wait_for_body(request);
    }
}

void Connection::hold(std::chrono::seconds limit) {
    deadline_ = worker_->now + limit;
    runtime::set_fiber_deadline(worker_->fiber_now + limit);
    // What comes while a handler runs is the next request, or the end. A request is left where it is, and nothing is
    // told any more: the sweep still finds a connection that is dead.
    socket_.when_readable(when_open([fiber = request_->fiber](Connection& self) {
        const bool same = self.state_ == State::handling && self.request_->fiber.run == fiber.run &&
                          self.request_->fiber.fiber == fiber.fiber;
        if (same && self.socket_.has_ended()) runtime::interrupt(fiber, runtime::Interruption::cancelled);
    }));
}

void Connection::wait_for_body(Request& request) {
    const auto& options = worker_->server.options;
    // While the client is the slow one, its rate counts and the handler's time does not.
    if (body_check_ < worker_->now) {
        body_mark_ = worker_->now;
        body_bytes_ = 0;
        body_check_ = worker_->now + kBodyWindow;
    }
    body_wait_ = true;
    deadline_ = body_check_;
    runtime::set_fiber_deadline(runtime::Steady::time_point::max());
    const auto ticket = runtime::next_wait();
    socket_.when_readable(
        [self = Ref(this), ticket](const boost::system::error_code&) { runtime::wake(ticket); });
    const auto over = [&] {
        body_wait_ = false;
        deadline_ = worker_->now + options.handler_timeout;
        runtime::set_fiber_deadline(worker_->fiber_now + options.handler_timeout);
    };
    try {
        runtime::suspend_for(runtime::Steady::duration::max());
    } catch (...) {
        over();
        throw;
    }
    if (request.abandoned || state_ == State::closed) throw runtime::Cancelled();
    over();
}

void Connection::check_body_rate() {
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(worker_->now - body_mark_).count();
    if (body_bytes_ < kBodyBytesPerSecond * static_cast<std::uint64_t>(elapsed)) {
        return answer_without_handler(408, "Request timeout");
    }
    body_mark_ = worker_->now;
    body_bytes_ = 0;
    deadline_ = body_check_ = worker_->now + kBodyWindow;
}

}  // namespace grover::http
