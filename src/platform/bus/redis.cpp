// PUBLISH and SUBSCRIBE (https://redis.io/docs/latest/develop/pubsub/): one connection for each, since a subscribed one
// cannot publish.
#include <hiredis/hiredis.h>

#include <poll.h>

#include <charconv>
#include <memory>
#include <stdexcept>

#include "platform/bus/worker.hpp"

namespace grover::bus {
namespace {

constexpr const char* kChannel = "grover:rt";
constexpr timeval kConnectLimit{0, 250'000};
constexpr timeval kAnswerLimit{2, 0};

struct Address {
    std::string user;
    std::string password;
    std::string host = "localhost";
    int port = 6379;
    std::string database;
};

Address parse(std::string_view url) {
    constexpr std::string_view kScheme = "redis://";
    if (!url.starts_with(kScheme)) throw std::invalid_argument("REDIS_URL: only redis:// is supported here");
    url.remove_prefix(kScheme.size());
    Address out;
    if (const auto slash = url.find('/'); slash != url.npos) {
        out.database = url.substr(slash + 1);
        url = url.substr(0, slash);
    }
    if (const auto at = url.rfind('@'); at != url.npos) {
        const auto credentials = url.substr(0, at);
        const auto colon = credentials.find(':');
        out.user = credentials.substr(0, colon);
        if (colon != credentials.npos) out.password = credentials.substr(colon + 1);
        url.remove_prefix(at + 1);
    }
    if (const auto colon = url.rfind(':'); colon != url.npos && url.find(']', colon) == url.npos) {
        const auto port = url.substr(colon + 1);
        std::from_chars(port.data(), port.data() + port.size(), out.port);
        url = url.substr(0, colon);
    }
    if (!url.empty()) out.host = url;
    return out;
}

struct Close {
    void operator()(redisContext* context) const { redisFree(context); }
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Connection = std::unique_ptr<redisContext, Close>;
using Reply = std::unique_ptr<redisReply, Close>;

template <class... Args>
void command(redisContext& context, const char* format, Args... args) {
    const Reply reply(static_cast<redisReply*>(redisCommand(&context, format, args...)));
    if (!reply || reply->type == REDIS_REPLY_ERROR) throw std::runtime_error("redis refused a command");
}

Connection connect(const Address& address) {
    Connection connection(redisConnectWithTimeout(address.host.c_str(), address.port, kConnectLimit));
    if (!connection || connection->err != 0) throw std::runtime_error("redis cannot be reached");
    redisSetTimeout(connection.get(), kAnswerLimit);
    if (!address.password.empty()) {
        if (address.user.empty()) {
            command(*connection, "AUTH %s", address.password.c_str());
        } else {
            command(*connection, "AUTH %s %s", address.user.c_str(), address.password.c_str());
        }
    }
    if (!address.database.empty()) command(*connection, "SELECT %s", address.database.c_str());
    return connection;
}

class Redis final : public Worker {
public:
    explicit Redis(const std::string& url) : address_(parse(url)) {}

    std::size_t largest() const override { return 64 * 1024; }
    std::string_view kind() const override { return "redis"; }

private:
    void serve() override {
        const auto publisher = connect(address_);
        const auto subscriber = connect(address_);
        command(*subscriber, "SUBSCRIBE %s", kChannel);
        up();
        while (!stopping()) {
            publish_waiting(*publisher);
            wait_for(subscriber->fd);
            read_some(*subscriber);
            tell(*subscriber);
        }
    }

    void publish_waiting(redisContext& publisher) {
        const auto messages = take_outgoing();
        for (const auto& message : messages)
            redisAppendCommand(&publisher, "PUBLISH %s %b", kChannel, message.data(), message.size());
        for (std::size_t i = 0; i < messages.size(); ++i) {
            void* reply = nullptr;
            if (redisGetReply(&publisher, &reply) != REDIS_OK) throw std::runtime_error("redis went away");
            freeReplyObject(reply);
        }
    }

    // Without waiting: the socket may have nothing.
    static void read_some(redisContext& subscriber) {
        pollfd readable{subscriber.fd, POLLIN, 0};
        if (poll(&readable, 1, 0) <= 0) return;
        if (redisBufferRead(&subscriber) != REDIS_OK) throw std::runtime_error("redis went away");
    }

    void tell(redisContext& subscriber) {
        while (true) {
            void* next = nullptr;
            if (redisGetReplyFromReader(&subscriber, &next) != REDIS_OK)
                throw std::runtime_error("redis went away");
            const Reply reply(static_cast<redisReply*>(next));
            if (!reply) return;
            if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
                reply->element[2]->type == REDIS_REPLY_STRING)
                receive({reply->element[2]->str, reply->element[2]->len});
        }
    }

    const Address address_;
};

}  // namespace

std::unique_ptr<Bus> over_redis(std::string url) { return std::make_unique<Redis>(url); }

bool is_redis_reachable(const std::string& url) {
    try {
        const auto connection = connect(parse(url));
        command(*connection, "PING");
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace grover::bus
