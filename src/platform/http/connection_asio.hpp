// One client's connection: requests come in, answers go out, in order. Private to platform/http.
//
// Lives on its worker's thread and is kept alive by whatever is under way: a wait on its socket, or a fiber.
// Idle, it holds one small buffer and no fiber.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/http/input_buffer.hpp"
#include "platform/http/response_head.hpp"
#include "platform/http/worker_asio.hpp"

namespace grover::http {

class Connection final : public BodySource {
public:
    using Ref = boost::intrusive_ptr<Connection>;

    Connection(Worker& worker, int fd, bool ipv6, std::string peer);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start();
    bool deadline_passed() const { return worker_->now >= deadline_; }
    // While a handler runs nobody reads: true when the client has gone altogether. One that only stopped sending may
    // still want its answer.
    bool lost_its_client() { return state_ == State::handling && !body_wait_ && socket_.is_reset(); }
    // One of the two is so: ends what they end.
    void on_late();
    // Waits for a request, nothing of which has come.
    bool is_idle() const { return state_ == State::reading && input_.unread().empty(); }
    // For that long, since it came or was answered.
    bool has_been_idle(std::chrono::seconds duration) const {
        return is_idle() && worker_->now + worker_->server.options.idle_timeout >= deadline_ + duration;
    }
    // Ends whatever is under way.
    void end();
    // The worker has ended: nothing more happens here.
    void orphan();

    std::size_t receive(char* buffer, std::size_t size) override;
    void hold(std::chrono::seconds limit) override;

private:
    friend class Worker;
    friend void intrusive_ptr_add_ref(Connection* connection) { ++connection->refs_; }
    friend void intrusive_ptr_release(Connection* connection) {
        if (--connection->refs_ == 0) delete connection;
    }

    enum class State : std::uint8_t {
        handshaking,
        reading,    // a head
        handling,   // the handler runs
        writing,    // the answer
        skipping,   // what is left of a body nobody read
        lingering,  // answered for the last time; what still comes is dropped, so that the answer is not lost
                    // with it
        closed,
    };

    // Reading heads: connection.cpp.
    void handshake();
    void advance();
    bool take_request();
    bool read_more();
    void on_received(std::size_t size);
    void refuse(const HeadProblem& problem);
    void close();

    // The handler: connection_handler.cpp.
    void handle();
    void run_handler(Request& request);
    void on_handled(Request& request);
    void answer_without_handler(int status, std::string_view detail);
    void wait_for_body(Request& request);
    void check_body_rate();

    // Answering: connection_answer.cpp.
    enum class Sending : std::uint8_t { now, with_others };
    void answer(Sending sending = Sending::now);
    void send_answer();
    std::string_view choose_body(AnswerFrame& frame);
    void write_rest();
    bool write_some();
    bool write_file();
    void wait_to_write();
    void on_answered();
    void hand_over();
    void skip_body();
    void next_request();
    void linger();
    void drop_input();

    // For waits on the socket: calls `then` while this connection is open, and keeps it alive until then.
    template <class Then>
    auto when_open(Then then) {
        return [self = Ref(this), then](const boost::system::error_code& error) {
            if (self->state_ != State::closed && !error) then(*self);
        };
    }

    Worker* worker_;
    Socket socket_;
    std::string peer_;
    InputBuffer input_;
    HeadScanner scanner_;
    State state_ = State::reading;
    bool advancing_ = false;
    bool head_begun_ = false;
    bool body_wait_ = false;  // the handler waits for the client
    int refs_ = 0;
    runtime::Steady::time_point deadline_;
    // How fast the body comes: bytes since a mark, looked at when the check is due.
    runtime::Steady::time_point body_mark_;
    runtime::Steady::time_point body_check_;
    std::uint64_t body_bytes_ = 0;
    std::unique_ptr<Request> request_;
    std::unique_ptr<Request> abandoned_;  // its handler still runs, its answer will not be sent
    Connection* next_ = nullptr;
    Connection** previous_ = nullptr;
};

}  // namespace grover::http
