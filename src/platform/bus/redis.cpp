// PUBLISH and SUBSCRIBE (https://redis.io/docs/latest/develop/pubsub/): one connection for each, since a subscribed one
// cannot publish.
#include <hiredis/hiredis.h>
#include <poll.h>

#include <stdexcept>

#include "platform/bus/redis_connection.hpp"
#include "platform/bus/worker.hpp"

namespace grover::bus {
namespace {

constexpr const char* kChannel = "grover:rt";
class Redis final : public Worker {
public:
    explicit Redis(const std::string& url) : address_(redis::parse(url)) {}

    std::size_t largest() const override { return 64 * 1024; }
    std::string_view kind() const override { return "redis"; }

private:
    void serve() override {
        const auto publisher = redis::connect(address_);
        const auto subscriber = redis::connect(address_);
        redis::command(*subscriber, "SUBSCRIBE %s", kChannel);
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
            const redis::Reply reply(static_cast<redisReply*>(next));
            if (!reply) return;
            if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
                reply->element[2]->type == REDIS_REPLY_STRING)
                receive({reply->element[2]->str, reply->element[2]->len});
        }
    }

    const redis::Address address_;
};

}  // namespace

std::unique_ptr<Bus> over_redis(std::string url) { return std::make_unique<Redis>(url); }

bool is_redis_reachable(const std::string& url) {
    try {
        const auto connection = redis::connect(redis::parse(url));
        redis::command(*connection, "PING");
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace grover::bus
