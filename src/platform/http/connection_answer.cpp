// The part of a connection that sends answers and gets ready for the next request.
#include <fcntl.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "platform/http/connection_asio.hpp"

namespace grover::http {

namespace {

// Up to here, copying a body behind its head is cheaper than handing the kernel two pieces.
constexpr std::size_t kJoinedBody = 8 * 1024;

// A client that takes nothing of its answer for so long is gone.
constexpr std::chrono::seconds kWriteStall{30};

// What is read over of a body that nobody wanted, to keep the connection.
constexpr std::uint64_t kSkippedBody = 64 * 1024;

constexpr std::chrono::seconds kLinger{3};

// A fast client must not keep the loop to itself.
constexpr std::uint64_t kFileTurn = 1024 * 1024;

}  // namespace

void Connection::answer(Sending sending) {
    Request& request = *request_;
    const Response& response = request.answer;
    state_ = State::writing;
    deadline_ = worker_->now + kWriteStall;

    AnswerFrame frame;
    frame.date = worker_->date;
    std::string_view body = choose_body(frame);
    request.file_left = response.file ? response.file->length : 0;
    request.file_offset = response.file ? response.file->offset : 0;
    frame.length = response.file ? response.file->length : body.size();
    if (request.head.method == Method::head || is_bodiless(response.status)) {
        body = {};
        request.file_left = 0;
    }

    const bool body_known =
        request.skip_received() || (request.body.knows_rest() && request.body.rest() <= kSkippedBody &&
                                    (!request.framing.expects_continue || request.continue_sent));
    request.close_after = response.close || !request.framing.keep_alive || request.body_failed ||
                          !body_known || request.body.malformed() ||
                          worker_->server.draining.load(std::memory_order_relaxed);
    if (response.status == 101) {
        frame.connection = "Upgrade";
    } else if (request.close_after) {
        frame.connection = "close";
    } else if (request.head.http_1_0) {
        frame.connection = "keep-alive";
    }

    request.head_bytes.clear();
    append_head(response, frame, request.head_bytes);
    if (body.size() <= kJoinedBody) {
        request.head_bytes += body;
        body = {};
    }
    request.head_left = request.head_bytes;
    request.body_left = body;
    if (request.file_left > 0) {
        ::posix_fadvise(response.file->fd, static_cast<off_t>(request.file_offset),
                        static_cast<off_t>(request.file_left), POSIX_FADV_WILLNEED);
    }
    if (sending == Sending::with_others) {
        worker_->send_soon(*this);
    } else {
        write_rest();
    }
}

// Of with_others, when it is there and was not sent yet.
void Connection::send_answer() {
    if (state_ == State::writing) write_rest();
}

// The body as it will be sent: compressed if that is allowed, wanted and worth it.
std::string_view Connection::choose_body(AnswerFrame& frame) {
    Request& request = *request_;
    const Response& response = request.answer;
    const std::string_view body =
        response.shared_body ? std::string_view(*response.shared_body) : response.body;
    if (body.size() < kMinCompressedBody || !response.may_compress || response.file ||
        response.status == 206 || !is_compressible_type(response.content_type)) {
        return body;
    }
    frame.varies_by_encoding = true;
    const auto accepted = request.head.header("accept-encoding");
    if (accepted.empty()) return body;
    const Coding coding = negotiate_coding(accepted);
    if (coding == Coding::identity) return body;
    if (response.shared_body) {
        request.compressed_shared = worker_->compressor.compress_shared(coding, response.shared_body);
        if (!request.compressed_shared) return body;
        frame.content_encoding = to_string(coding);
        return *request.compressed_shared;
    }
    if (!worker_->compressor.compress(coding, body, request.compressed)) return body;
    frame.content_encoding = to_string(coding);
    return request.compressed;
}

void Connection::write_rest() {
    const Request& request = *request_;
    while (!request.head_left.empty() || !request.body_left.empty()) {
        if (!write_some()) return;
    }
    if (request.file_left > 0 && !write_file()) return;
    on_answered();
}

// False if it has to wait, or failed and closed.
bool Connection::write_some() {
    Request& request = *request_;
    const auto result = request.head_left.empty() ? socket_.write_now(request.body_left, {})
                                                  : socket_.write_now(request.head_left, request.body_left);
    switch (result.status) {
        case IoStatus::done: {
            const auto of_head = std::min(result.size, request.head_left.size());
            request.head_left.remove_prefix(of_head);
            request.body_left.remove_prefix(result.size - of_head);
            return true;
        }
        case IoStatus::wants_write:
        case IoStatus::wants_read:
            wait_to_write();
            return false;
        case IoStatus::end:
        case IoStatus::failed:
            close();
            return false;
    }
    return false;
}

bool Connection::write_file() {
    Request& request = *request_;
    std::uint64_t this_turn = 0;
    while (request.file_left > 0) {
        if (this_turn >= kFileTurn) {
            wait_to_write();
            return false;
        }
        const auto result =
            socket_.send_file_now(request.answer.file->fd, request.file_offset, request.file_left);
        if (result.status == IoStatus::wants_write || result.status == IoStatus::wants_read) {
            wait_to_write();
            return false;
        }
        if (result.status != IoStatus::done) {
            // Shorter than announced: only a broken connection can say so.
            close();
            return false;
        }
        request.file_offset += result.size;
        request.file_left -= result.size;
        this_turn += result.size;
    }
    return true;
}

void Connection::wait_to_write() {
    socket_.when_writable(when_open([](Connection& self) {
        self.deadline_ = self.worker_->now + kWriteStall;
        self.write_rest();
    }));
}

void Connection::on_answered() {
    if (request_->upgrade_handler && request_->answer.status == 101) return hand_over();
    if (request_->close_after) return linger();
    if (!request_->body.done()) return skip_body();
    next_request();
}

void Connection::hand_over() {
    auto handler = std::make_shared<std::unique_ptr<UpgradeHandler>>(std::move(request_->upgrade_handler));
    auto connection = std::make_shared<UpgradedConnection>();
    connection->read_ahead = request_->raw;
    connection->peer = peer_;
    connection->https = socket_.is_tls();
    std::tie(connection->fd, connection->tls) = socket_.release();
    close();
    // The handler's own code runs outside the fiber that asked for this.
    boost::asio::post(worker_->context, [handler, connection] { (*handler)->taken(std::move(*connection)); });
}

// Reads over what is left of a body, which is short.
void Connection::skip_body() {
    state_ = State::skipping;
    Request& request = *request_;
    while (!request.body.done()) {
        auto& trash = worker_->trash;
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(request.body.rest(), trash.size()));
        const auto result = socket_.read_now({trash.data(), size});
        if (result.status == IoStatus::wants_read || result.status == IoStatus::wants_write) {
            socket_.when_readable(when_open([](Connection& self) { self.skip_body(); }));
            return;
        }
        if (result.status != IoStatus::done) return close();
        static_cast<void>(request.body.take({trash.data(), result.size}));
    }
    request.raw_in_input = true;
    request.raw = {};
    next_request();
}

void Connection::next_request() {
    const Request& request = *request_;
    if (request.raw_in_input) {
        input_.consume(input_.unread().size() - request.raw.size());
    } else {
        input_.assign(request.raw);
    }
    worker_->give_back(std::move(request_));
    scanner_.reset();
    head_begun_ = false;
    state_ = State::reading;
    deadline_ = worker_->now + worker_->server.options.idle_timeout;
    advance();
}

// Closing while the client still sends would reset the connection, and the answer could be lost with it.
void Connection::linger() {
    const bool more_may_come = !request_->body.done() || !request_->raw.empty();
    worker_->give_back(std::move(request_));
    socket_.end_sending();
    if (!more_may_come) return close();
    state_ = State::lingering;
    deadline_ = worker_->now + kLinger;
    drop_input();
}

void Connection::drop_input() {
    auto& trash = worker_->trash;
    // A client that sends for ever is left to the deadline, and to the others in between.
    const auto result = socket_.read_now({trash.data(), trash.size()});
    if (result.status == IoStatus::end || result.status == IoStatus::failed) return close();
    socket_.when_readable(when_open([](Connection& self) { self.drop_input(); }));
}

}  // namespace grover::http
