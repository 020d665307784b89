// A connection to Redis that blocks, for the threads of this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct redisContext;
struct redisReply;

namespace grover::bus::redis {

struct Address {
    std::string user;
    std::string password;
    std::string host = "localhost";
    int port = 6379;
    std::string database;
};

// redis://[[user]:password@]host[:port][/database]. Throws std::invalid_argument for another.
Address parse(std::string_view url);

struct Close {
    void operator()(redisContext* context) const;
    void operator()(redisReply* reply) const;
};
using Connection = std::unique_ptr<redisContext, Close>;
using Reply = std::unique_ptr<redisReply, Close>;

// A command in hiredis's format whose answer does not matter. Throws std::runtime_error when it is refused.
void command(redisContext& context, const char* format, ...);

// Throws std::runtime_error when nobody answers within a quarter of a second, or when the password is refused.
Connection connect(const Address& address);

}  // namespace grover::bus::redis
