#include "platform/integrations/transfers.hpp"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>

namespace grover::integrations {
namespace {

constexpr long kKeptConnections = 16;  // of each loop

struct Waiting {
    CURLcode result = CURLE_OK;
    bool done = false;
    runtime::Signal finished;
};

}  // namespace

void initialise_curl() {
    static const bool done = [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            throw std::runtime_error("cannot initialise libcurl");
        return true;
    }();
    (void)done;
}

// One curl multi handle on one loop. curl's sockets are watched by an epoll set of their own, and the loop
// watches that one descriptor: so Asio never holds a descriptor that curl may close.
class Transfers::OnLoop {
public:
    explicit OnLoop(boost::asio::io_context& loop)
        : multi_(curl_multi_init()), sockets_(epoll_create1(EPOLL_CLOEXEC)), ready_(loop), timer_(loop) {
        if (!multi_ || sockets_ < 0) throw std::runtime_error("cannot prepare outgoing connections");
        ready_.assign(sockets_);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &OnLoop::watch);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &OnLoop::set_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnections);
        await_sockets();
    }
    ~OnLoop() {
        timer_.cancel();
        curl_multi_cleanup(multi_);  // speaks to the epoll set
    }
    OnLoop(const OnLoop&) = delete;
    OnLoop& operator=(const OnLoop&) = delete;

    int perform(CURL* easy) {
        Waiting waiting;
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &waiting);
        if (curl_multi_add_handle(multi_, easy) != CURLM_OK) return CURLE_FAILED_INIT;
        struct Removal {
            CURLM* multi;
            CURL* easy;
            Waiting& waiting;
            ~Removal() {
                if (!waiting.done) curl_multi_remove_handle(multi, easy);
            }
        } removal{multi_, easy, waiting};
        // curl's own time-outs end every transfer; this one ends a curl that forgot.
        if (!waiting.finished.wait_for(std::chrono::minutes{10})) return CURLE_OPERATION_TIMEDOUT;
        return waiting.result;
    }

private:
    static int watch(CURL*, curl_socket_t socket, int what, void* self, void* known) {
        auto& on_loop = *static_cast<OnLoop*>(self);
        if (what == CURL_POLL_REMOVE) {
            epoll_ctl(on_loop.sockets_, EPOLL_CTL_DEL, socket, nullptr);
            curl_multi_assign(on_loop.multi_, socket, nullptr);
            return 0;
        }
        epoll_event event{};
        event.data.fd = socket;
        if (what != CURL_POLL_OUT) event.events |= EPOLLIN;
        if (what != CURL_POLL_IN) event.events |= EPOLLOUT;
        epoll_ctl(on_loop.sockets_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
        curl_multi_assign(on_loop.multi_, socket, &on_loop);  // not null: known from now on
        return 0;
    }

    static int set_timer(CURLM*, long milliseconds, void* self) {
        auto& on_loop = *static_cast<OnLoop*>(self);
        if (milliseconds < 0) {
            on_loop.timer_.cancel();
            return 0;
        }
        // Never at once: curl must not be called from inside its own callback.
        on_loop.timer_.expires_after(std::chrono::milliseconds(milliseconds));
        on_loop.timer_.async_wait([&on_loop](const boost::system::error_code& error) {
            if (!error) on_loop.drive(CURL_SOCKET_TIMEOUT, 0);
        });
        return 0;
    }

    void await_sockets() {
        ready_.async_wait(
            boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
                if (error) return;
                std::array<epoll_event, 16> events;
                const int count = epoll_wait(sockets_, events.data(), static_cast<int>(events.size()), 0);
                await_sockets();  // what is still ready fires again
                for (int i = 0; i < count; ++i) {
                    const auto& event = events[static_cast<std::size_t>(i)];
                    int what = 0;
                    if (event.events & EPOLLIN) what |= CURL_CSELECT_IN;
                    if (event.events & EPOLLOUT) what |= CURL_CSELECT_OUT;
                    if (event.events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
                    drive(event.data.fd, what);
                }
            });
    }

    void drive(curl_socket_t socket, int what) {
        int running = 0;
        curl_multi_socket_action(multi_, socket, what, &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL* easy = message->easy_handle;
            const CURLcode result = message->data.result;
            Waiting* waiting = nullptr;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &waiting);
            curl_multi_remove_handle(multi_, easy);  // ends the life of `message`
            waiting->result = result;
            waiting->done = true;
            waiting->finished.notify();
        }
    }

    CURLM* multi_;
    int sockets_;
    boost::asio::posix::stream_descriptor ready_;  // owns sockets_
    boost::asio::steady_timer timer_;
};

Transfers::Transfers(runtime::Loops* loops) : loops_(loops) {
    initialise_curl();
    if (loops_) by_loop_.resize(loops_->size());
}
Transfers::~Transfers() = default;

int Transfers::perform(void* easy) {
    const int loop = runtime::this_loop();
    if (!loops_ || loop < 0 || !runtime::in_fiber()) return curl_easy_perform(easy);
    auto& on_loop = by_loop_.at(static_cast<std::size_t>(loop));
    if (!on_loop) {
        auto& context =
            *static_cast<boost::asio::io_context*>(loops_->io_context(static_cast<unsigned>(loop)));
        on_loop = std::make_unique<OnLoop>(context);
    }
    return on_loop->perform(easy);
}

}  // namespace grover::integrations
