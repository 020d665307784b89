// A peer on the other end of a real socket: a tiny HTTP server of the test, on a free port of the loopback
// interface.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace grover::testing {

struct PeerRequest {
    std::string method;
    std::string target;
    std::string head;  // request line and headers as they came
    std::string body;
};

// One connection at a time, one request on each.
class HttpPeer {
public:
    // What `answer` returns is sent as it is: whole responses (see json()), or anything else.
    explicit HttpPeer(std::function<std::string(const PeerRequest&)> answer)
        : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("cannot listen on the loopback interface");
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~HttpPeer() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        if (const int open = connection_.load(); open >= 0) ::shutdown(open, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    HttpPeer(const HttpPeer&) = delete;
    HttpPeer& operator=(const HttpPeer&) = delete;

    std::string url(std::string_view path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }
    int port() const { return port_; }
    std::vector<PeerRequest> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }

    static std::string response(int status, std::string_view body, std::string_view extra_headers = {}) {
        return "HTTP/1.1 " + std::to_string(status) +
               " X\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string(extra_headers) + "\r\n" + std::string(body);
    }
    static std::string json(std::string_view body) {
        return response(200, body, "Content-Type: application/json\r\n");
    }

private:
    void serve() {
        while (!stopping_) {
            const int connection = ::accept(listener_, nullptr, nullptr);
            if (connection < 0) return;
            connection_ = connection;
            PeerRequest request;
            if (read(connection, request)) {
                {
                    const std::scoped_lock lock(mutex_);
                    requests_.push_back(request);
                }
                const auto text = answer_(request);
                for (std::size_t sent = 0; sent < text.size();) {
                    const auto n = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
                    if (n <= 0) break;
                    sent += static_cast<std::size_t>(n);
                }
            }
            connection_ = -1;
            ::close(connection);
        }
    }

    static bool read(int connection, PeerRequest& request) {
        std::string text;
        std::size_t end = std::string::npos;
        std::size_t length = 0;
        while (end == std::string::npos || text.size() < end + 4 + length) {
            char buffer[4096];
            const auto n = ::recv(connection, buffer, sizeof buffer, 0);
            if (n <= 0) return false;
            text.append(buffer, static_cast<std::size_t>(n));
            end = text.find("\r\n\r\n");
            if (const auto at = text.find("Content-Length: "); end != std::string::npos && at < end)
                length = std::stoul(text.substr(at + 16));
        }
        const auto space = text.find(' ');
        request.method = text.substr(0, space);
        request.target = text.substr(space + 1, text.find(' ', space + 1) - space - 1);
        request.head = text.substr(0, end);
        request.body = text.substr(end + 4);
        return true;
    }

    std::function<std::string(const PeerRequest&)> answer_;
    int listener_;
    int port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<int> connection_{-1};
    mutable std::mutex mutex_;
    std::vector<PeerRequest> requests_;
    std::thread thread_;
};

}  // namespace grover::testing
