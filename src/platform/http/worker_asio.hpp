// One I/O thread's share of the server: its listener, its connections, its clock. Private to platform/http.
#pragma once

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "platform/http/compression.hpp"
#include "platform/http/request.hpp"
#include "platform/http/server.hpp"
#include "platform/http/socket_asio.hpp"

namespace grover::http {

class Connection;

// What all workers of a server share.
struct ServerState {
    ServerState(Handler& its_handler, ServerOptions its_options)
        : handler(its_handler), options(std::move(its_options)) {}

    void connection_ended();

    Handler& handler;
    const ServerOptions options;
    std::unique_ptr<TlsContext> tls;
    std::atomic<std::size_t> connections{0};
    std::atomic<bool> draining{false};
    std::mutex drain_mutex;
    std::condition_variable drained;
};

class Worker {
public:
    // `listener` is bound and listening.
    Worker(ServerState& state, boost::asio::io_context& context, int listener, bool ipv6);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // All of these on the worker's thread.
    void start();
    // Accepts what has already connected, then no more.
    void stop_accepting();
    // Idle connections end now, the others with their answer.
    void close_idle();
    // Whatever still runs ends.
    void close_all();

    // Its answer goes out at the end of this turn of the loop, behind those of others: what costs most of a short send is to
    // wake who waits for it, and one that was woken by the first answer is awake for the next.
    void send_soon(Connection& connection);

    std::unique_ptr<Request> take_request();
    void give_back(std::unique_ptr<Request> request);

    ServerState& server;
    boost::asio::io_context& context;
    // At the last sweep: what deadlines count from costs no clock call per request.
    runtime::Steady::time_point now;
    runtime::Steady::time_point fiber_now;  // the same, by the clock that tests do not move
    std::string date;
    std::string trash;  // for what is read only to be dropped
    Compressor compressor;

private:
    friend class Connection;
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
    using Timer = boost::asio::basic_waitable_timer<runtime::Steady,
                                                    boost::asio::wait_traits<runtime::Steady>, Executor>;

    void wait_for_clients();
    void accept_clients();
    // False: nothing more to accept for now.
    bool accept_one();
    bool make_room();
    void refuse_without_descriptors();
    void sweep();
    void tell_time();
    void send_answers();
    template <class Condition>
    void close_if(Condition condition);

    Acceptor acceptor_;
    Timer timer_;
    const bool ipv6_;
    int reserve_ = -1;  // a descriptor to give up when there are no more
    bool accept_paused_ = false;
    runtime::Steady::time_point searched_at_;  // no connection could be spared at that time
    std::vector<boost::intrusive_ptr<Connection>> answering_;
    bool sending_ = false;
    Connection* connections_ = nullptr;  // list through their next_
    std::vector<std::unique_ptr<Request>> free_requests_;
};

}  // namespace grover::http
