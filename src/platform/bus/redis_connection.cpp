#include "platform/bus/redis_connection.hpp"

#include <hiredis/hiredis.h>

#include <charconv>
#include <cstdarg>
#include <stdexcept>

namespace grover::bus::redis {
namespace {

constexpr timeval kConnectLimit{0, 250'000};
constexpr timeval kAnswerLimit{2, 0};

}  // namespace

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

void Close::operator()(redisContext* context) const { redisFree(context); }
void Close::operator()(redisReply* reply) const { freeReplyObject(reply); }

void command(redisContext& context, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const Reply reply(static_cast<redisReply*>(redisvCommand(&context, format, arguments)));
    va_end(arguments);
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

}  // namespace grover::bus::redis
