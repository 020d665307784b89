#include "platform/bus/redis_buckets.hpp"

#include <hiredis/hiredis.h>

#include <charconv>
#include <stdexcept>

#include "platform/bus/redis_connection.hpp"

namespace grover::bus {
namespace {

// Adds what was taken to the time at which the bucket is full again; a bucket that is full needs no key.
constexpr const char* kAdd =
    "local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(ARGV[1])) + "
    "tonumber(ARGV[2]) "
    "redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - ARGV[1]) / 1000) + "
    "1000) "
    "return string.format('%.0f', full)";

class RedisBuckets final : public api::SharedBuckets {
public:
    explicit RedisBuckets(const std::string& url) : address_(redis::parse(url)) {}

    std::vector<std::int64_t> add(const std::vector<Taken>& taken, Time now) override {
        try {
            if (!connection_) connection_ = redis::connect(address_);
            return exchange(taken, now);
        } catch (const std::runtime_error&) {
            connection_.reset();
            return {};
        }
    }

private:
    std::vector<std::int64_t> exchange(const std::vector<Taken>& taken, Time now) {
        const std::string at = std::to_string(now.us);
        for (const auto& [bucket, us] : taken) {
            const std::string key = "grover:limit:" + std::to_string(bucket);
            const std::string amount = std::to_string(us);
            redisAppendCommand(connection_.get(), "EVAL %s 1 %s %s %s", kAdd, key.c_str(), at.c_str(),
                               amount.c_str());
        }
        std::vector<std::int64_t> full_at;
        for (std::size_t i = 0; i < taken.size(); ++i) {
            void* next = nullptr;
            if (redisGetReply(connection_.get(), &next) != REDIS_OK)
                throw std::runtime_error("redis went away");
            const redis::Reply reply(static_cast<redisReply*>(next));
            if (!reply || reply->type != REDIS_REPLY_STRING)
                throw std::runtime_error("redis refused a command");
            std::from_chars(reply->str, reply->str + reply->len, full_at.emplace_back());
        }
        return full_at;
    }

    const redis::Address address_;
    redis::Connection connection_;
};

}  // namespace

std::unique_ptr<api::SharedBuckets> buckets_over_redis(const std::string& url) {
    return std::make_unique<RedisBuckets>(url);
}

}  // namespace grover::bus
