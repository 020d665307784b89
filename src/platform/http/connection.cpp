#include "platform/http/connection_asio.hpp"

#include <utility>

namespace grover::http {

Connection::Connection(Worker& worker, int fd, bool ipv6, std::string peer)
    : worker_(&worker), socket_(worker.context, fd, ipv6, worker.server.tls.get()), peer_(std::move(peer)) {
    next_ = std::exchange(worker.connections_, this);
    previous_ = &worker.connections_;
    if (next_ != nullptr) next_->previous_ = &next_;
}

Connection::~Connection() = default;

void Connection::start() {
    const auto& options = worker_->server.options;
    if (!socket_.is_tls()) {
        deadline_ = worker_->now + options.idle_timeout;
        return advance();
    }
    state_ = State::handshaking;
    deadline_ = worker_->now + options.header_timeout;
    handshake();
}

void Connection::handshake() {
    switch (socket_.handshake_now().status) {
        case IoStatus::done:
            state_ = State::reading;
            deadline_ = worker_->now + worker_->server.options.idle_timeout;
            return advance();
        case IoStatus::wants_read:
            return socket_.when_readable(when_open([](Connection& self) { self.handshake(); }));
        case IoStatus::wants_write:
            return socket_.when_writable(when_open([](Connection& self) { self.handshake(); }));
        case IoStatus::end:
        case IoStatus::failed:
            return close();
    }
}

// Handles every request that has arrived as a whole, then waits for more. Also called from inside itself, by
// an answer that was finished at once: the outer call then goes on.
void Connection::advance() {
    if (advancing_) return;
    const Ref self(this);
    advancing_ = true;
    do {
        while (state_ == State::reading && take_request()) {
        }
    } while (state_ == State::reading && read_more());
    advancing_ = false;
}

// Waits for bytes: false. Or has got some at once.
bool Connection::read_more() {
    const auto room = input_.room();
    if (!socket_.is_tls()) {
        socket_.read(room, [self = Ref(this)](const boost::system::error_code& error, std::size_t size) {
            if (self->state_ != State::reading) return;
            if (error) return self->close();
            self->on_received(size);
        });
        return false;
    }
    const auto result = socket_.read_now(room);
    switch (result.status) {
        case IoStatus::done:
            input_.filled(result.size);
            return true;
        case IoStatus::wants_read:
            socket_.when_readable(when_open([](Connection& open) { open.on_received(0); }));
            return false;
        case IoStatus::wants_write:
            socket_.when_writable(when_open([](Connection& open) { open.on_received(0); }));
            return false;
        case IoStatus::end:
        case IoStatus::failed:
            close();
            return false;
    }
    return false;
}

void Connection::on_received(std::size_t size) {
    if (state_ != State::reading) return;
    input_.filled(size);
    advance();
}

// False when more bytes are needed.
bool Connection::take_request() {
    // Old clients send an empty line behind a body.
    if (!head_begun_ && input_.unread().starts_with("\r\n")) input_.consume(2);
    const auto bytes = input_.unread();
    if (bytes.empty()) return false;

    const auto& options = worker_->server.options;
    const HeadLimits limits{options.max_target, options.max_headers};
    HeadProblem problem;
    const std::size_t size = scanner_.find_end(bytes, limits, problem);
    if (problem.status != 0) {
        refuse(problem);
        return true;
    }
    if (size == 0) {
        if (!std::exchange(head_begun_, true)) deadline_ = worker_->now + options.header_timeout;
        return false;
    }

    request_ = worker_->take_request();
    Request& request = *request_;
    problem = parse_head(bytes.substr(0, size), limits, request.headers, request.head, request.framing);
    if (problem.status != 0) {
        worker_->give_back(std::move(request_));
        refuse(problem);
        return true;
    }
    request.source = this;
    request.raw = bytes.substr(size);
    if (request.framing.chunked) {
        request.body = BodyFraming::chunked();
    } else {
        request.body = BodyFraming::of_length(request.head.content_length.value_or(0));
    }
    request.head.https = socket_.is_tls();
    request.head.peer = peer_;
    handle();
    return true;
}

// Answers what is no request, for the last time.
void Connection::refuse(const HeadProblem& problem) {
    request_ = worker_->take_request();
    request_->answer.status = problem.status;
    request_->raw = input_.unread();
    salvage(request_->raw, request_->headers, request_->head);
    worker_->server.handler.refuse(request_->head, problem.status, problem.detail, request_->answer);
    answer();
}

void Connection::on_late() {
    if (!deadline_passed()) return end();
    switch (state_) {
        case State::reading:
            if (head_begun_) return refuse({408, "Request timeout"});
            return end();
        case State::handling:
            if (body_wait_) return check_body_rate();
            runtime::interrupt(request_->fiber, runtime::Interruption::deadline);
            // Usually it has answered by now. In a wait that cannot be interrupted, it goes on without its
            // client.
            if (state_ == State::handling && request_->in_handler) {
                answer_without_handler(503, "Service temporarily unavailable");
            }
            return;
        case State::handshaking:
        case State::writing:
        case State::skipping:
        case State::lingering:
            return close();
        case State::closed:
            return;
    }
}

void Connection::end() {
    if (state_ == State::closed) return;
    if (state_ == State::handling) {
        runtime::interrupt(request_->fiber, runtime::Interruption::cancelled);
    } else if (is_idle()) {
        socket_.end_sending();
    }
    send_answer();
    close();
}

void Connection::close() {
    if (std::exchange(state_, State::closed) == State::closed) return;
    socket_.close();
    *previous_ = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    // A handler that still runs gives its request back itself.
    if (request_ && !request_->in_handler) worker_->give_back(std::move(request_));
    worker_->server.connection_ended();
}

void Connection::orphan() {
    state_ = State::closed;
    socket_.close();
    *previous_ = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    worker_->server.connections.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace grover::http
