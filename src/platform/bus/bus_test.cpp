#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/bus/bus.hpp"
#include "platform/bus/redis_buckets.hpp"

extern char** environ;

namespace grover::bus {
namespace {

using namespace std::chrono_literals;

// What a bus received, waited for.
class Inbox {
public:
    Bus::Receive receiver() {
        return [this](std::string_view message) {
            const std::lock_guard lock(mutex_);
            messages_.emplace_back(message);
            changed_.notify_all();
        };
    }
    std::vector<std::string> wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 10s, [&] { return messages_.size() >= count; });
        return messages_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> messages_;
};

void wait_until_up(const Bus& bus, bool up = true) { REQUIRE(bus.wait_until(up, 30s)); }

// A Redis server of its own on a port of its own, below those that the kernel gives to clients, without a file.
class RedisServer {
public:
    RedisServer() : port_(20'000 + getpid() % 12'000) {
        for (int i = 0; i < 10 && !start(); ++i) ++port_;  // somebody else has it
        REQUIRE(process_ != 0);
    }
    ~RedisServer() { stop(); }
    // Returns when it answers, or false when it ended.
    bool start() {
        const std::string port = std::to_string(port_);
        const char* argv[] = {"redis-server", "--port", port.c_str(),   "--bind", "127.0.0.1",
                              "--save",       "",       "--appendonly", "no",     nullptr};
        int log[2];
        REQUIRE(pipe2(log, O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, log[1], STDOUT_FILENO);
        const int failed =
            posix_spawnp(&process_, "redis-server", &actions, nullptr, const_cast<char**>(argv), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(log[1]);
        REQUIRE(failed == 0);
        log_.reset(fdopen(log[0], "r"));
        char line[1'000];
        while (std::fgets(line, sizeof line, log_.get()) != nullptr) {
            if (std::strstr(line, "Ready to accept connections") != nullptr) return true;
        }
        stop();
        return false;
    }
    void stop() {
        if (process_ == 0) return;
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        process_ = 0;
    }
    std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_) + "/0"; }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    int port_;
    pid_t process_ = 0;
    std::unique_ptr<std::FILE, Close> log_;  // open while the server lives: it goes on writing to it
};

void check_both_hear_everything_in_order(Bus& a, Bus& b) {
    Inbox at_a;
    Inbox at_b;
    a.start(at_a.receiver());
    b.start(at_b.receiver());
    wait_until_up(a);
    wait_until_up(b);
    std::vector<std::string> sent;
    for (int i = 0; i < 1'000; ++i) sent.push_back("message \"" + std::to_string(i) + "\" \\ {ünder} \x1f");
    for (const auto& message : sent) a.publish(message);
    CHECK(at_b.wait_for(sent.size()) == sent);
    CHECK(at_a.wait_for(sent.size()) == sent);
    b.publish(std::string(b.largest() + 1, 'x'));
    b.publish("last");
    CHECK_MESSAGE(at_a.wait_for(sent.size() + 1).back() == "last", "what is too large is left out");
    a.stop();
    b.stop();
}

}  // namespace

TEST_CASE("the local bus is up and says nothing") {
    const auto bus = local();
    bus->start([](std::string_view) { FAIL("no"); });
    bus->publish("x");
    CHECK(bus->is_up());
    bus->stop();
}

TEST_CASE("over PostgreSQL every node hears every message in order" *
          doctest::skip(std::getenv("GROVER_TEST_POSTGRES") == nullptr)) {
    const char* url = std::getenv("GROVER_TEST_POSTGRES");
    const auto a = over_postgres(url);
    const auto b = over_postgres(url);
    check_both_hear_everything_in_order(*a, *b);
}

TEST_CASE("over Redis every node hears every message in order; a restart of Redis is survived") {
    RedisServer server;
    {
        const auto a = over_redis(server.url());
        const auto b = over_redis(server.url());
        check_both_hear_everything_in_order(*a, *b);
    }
    const auto bus = over_redis(server.url());
    Inbox inbox;
    bus->start(inbox.receiver());
    wait_until_up(*bus);
    server.stop();
    wait_until_up(*bus, false);
    bus->publish("lost");
    REQUIRE(server.start());
    wait_until_up(*bus);
    bus->publish("heard");
    CHECK(inbox.wait_for(1) == std::vector<std::string>{"heard"});
    bus->stop();
}

TEST_CASE("what nodes take from a bucket adds up in Redis; while it is away they are told nothing") {
    RedisServer server;
    const auto one = buckets_over_redis(server.url()), other = buckets_over_redis(server.url());
    const Time now{1'769'249'472'345'000};
    const std::int64_t at = now.us;
    CHECK(one->add({{7, 2'000'000}, {8, 1'000'000}}, now) ==
          std::vector<std::int64_t>{at + 2'000'000, at + 1'000'000});
    CHECK(other->add({{7, 3'000'000}}, now) == std::vector<std::int64_t>{at + 5'000'000});
    // Long full again.
    CHECK(other->add({{8, 1'000'000}}, now + std::chrono::minutes{1}) ==
          std::vector<std::int64_t>{at + 61'000'000});
    server.stop();
    CHECK(one->add({{7, 1}}, now).empty());
    REQUIRE(server.start());
    CHECK(one->add({{7, 1}}, now) == std::vector<std::int64_t>{at + 1});
}

TEST_CASE("an unreachable bus is down, and stops at once") {
    for (const auto& bus :
         {over_redis("redis://127.0.0.1:1"), over_postgres("postgresql://127.0.0.1:1/none")}) {
        bus->start([](std::string_view) {});
        bus->publish("x");
        CHECK_FALSE(bus->is_up());
        bus->stop();
    }
    CHECK_FALSE(is_redis_reachable("redis://127.0.0.1:1"));
    CHECK_FALSE(is_redis_reachable("http://127.0.0.1"));
}

}  // namespace grover::bus
