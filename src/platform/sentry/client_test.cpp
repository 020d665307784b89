#include "platform/sentry/client.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <future>
#include <thread>

#include "platform/observability/metrics.hpp"
#include "platform/sentry/sentry_test.hpp"
#include "testing/http_peer.hpp"

using namespace grover;
using namespace grover::sentry;
using namespace grover::sentry_test;
using namespace std::chrono_literals;
using testing::HttpPeer;
using testing::PeerRequest;

namespace {

std::string plain(const PeerRequest& request) {
    if (request.head.find("Content-Encoding: gzip") == std::string::npos) return request.body;
    z_stream stream{};
    REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(request.body.data()));
    stream.avail_in = static_cast<uInt>(request.body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    ::inflateEnd(&stream);
    return out;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Something that another thread does soon; however slow the machine is.
bool comes_true(const std::function<bool()>& what) {
    for (int i = 0; i < 6'000; ++i) {
        if (what()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

double count(std::string_view outcome) {
    const std::string text = metrics::render();
    const std::string series =
        R"(grover_sentry_events_total{category="error",outcome=")" + std::string(outcome) + "\"} ";
    const auto at = text.find(series);
    return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size()));
}

// A server of envelopes with a disk beside it.
struct World {
    log_testing::Directory directory;
    testing::StoppedClock clock;
    std::mutex mutex;
    std::string answer = HttpPeer::json("{}");  // under mutex
    HttpPeer peer{[this](const PeerRequest&) {
        const std::scoped_lock lock(mutex);
        return answer;
    }};

    void answers(std::string text) {
        const std::scoped_lock lock(mutex);
        answer = std::move(text);
    }
    Options options() const {
        auto out = options_for("http://key:s3cret@127.0.0.1:" + std::to_string(peer.port()) + "/7");
        out.directory = directory.path() / "sentry";
        return out;
    }
    bool has_got(std::size_t number) {
        return comes_true([&] { return peer.requests().size() >= number; });
    }
    std::size_t on_disk() const {
        std::size_t found = 0;
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(options().directory, none))
            found += entry.path().extension() == ".envelope" ? 1u : 0u;
        return found;
    }
};

}  // namespace

TEST_CASE("a failure arrives as an envelope that says who sends it") {
    World w;
    register_outcomes();
    const double before = count("accepted");
    Client client(w.options(), w.clock);
    auto failure = broken_post();
    failure.event_id = "0123456789abcdef0123456789abcdef";
    client.take(failure);
    REQUIRE(w.has_got(1));
    const auto request = w.peer.requests()[0];
    CHECK(request.method == "POST");
    CHECK(request.target == "/api/7/envelope/");
    CHECK(has(request.head, "Content-Type: application/x-sentry-envelope\r\n"));
    CHECK(has(request.head, "User-Agent: grover-cpp/1.0.0\r\n"));
    CHECK(has(request.head,
              "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=grover-cpp/1.0.0, sentry_key=key"));
    CHECK_FALSE(has(request.head, "s3cret"));
    const std::string envelope = plain(request);
    CHECK(has(envelope, R"({"event_id":"0123456789abcdef0123456789abcdef","dsn":"http://key@)"));
    CHECK(has(envelope, R"({"type":"event")"));
    CHECK_FALSE(has(envelope, "client_report"));
    client.stop();
    CHECK(count("accepted") - before == 1);
    CHECK(w.on_disk() == 0);
}

TEST_CASE("a limit is kept, what it drops is counted, and the next envelope tells") {
    World w;
    const double before = count("ratelimit_backoff");
    w.answers(HttpPeer::response(200, "{}", "X-Sentry-Rate-Limits: 60:error:key\r\n"));
    Client client(w.options(), w.clock);
    client.take(broken_post());
    // The answer is heard a moment after it was given: until then failures wait in the queue, and are dropped from it.
    REQUIRE(w.has_got(1));
    for (int i = 0; i < 5; ++i) client.take(broken_post());
    REQUIRE(comes_true([&] { return count("ratelimit_backoff") - before == 5; }));
    CHECK(w.peer.requests().size() == 1);

    w.clock.advance(60s);
    w.answers(HttpPeer::json("{}"));
    client.take(broken_post());
    REQUIRE(w.has_got(2));
    CHECK(has(plain(w.peer.requests()[1]),
              R"("discarded_events":[{"reason":"ratelimit_backoff","category":"error","quantity":5}])"));
    client.stop();
    CHECK(w.peer.requests().size() == 2);
    CHECK(w.on_disk() == 0);
}

TEST_CASE("429 drops the envelope and waits") {
    World w;
    const double before = count("ratelimit_backoff");
    w.answers(HttpPeer::response(429, "", "Retry-After: 30\r\n"));
    auto options = w.options();
    options.drain = 30s;
    Client client(options, w.clock);
    client.take(broken_post());
    REQUIRE(comes_true([&] { return count("ratelimit_backoff") - before == 1; }));
    client.take(broken_post());
    client.stop();
    CHECK(count("ratelimit_backoff") - before == 2);
    CHECK(w.on_disk() == 0);
    // What was dropped may always be told.
    REQUIRE(w.peer.requests().size() == 2);
    const std::string report = plain(w.peer.requests()[1]);
    CHECK(has(report, R"("reason":"ratelimit_backoff","category":"error","quantity":2)"));
    CHECK_FALSE(has(report, R"({"type":"event")"));
}

TEST_CASE("what a failing server does not take waits on disk for the next process") {
    World w;
    w.answers(HttpPeer::response(503, ""));
    auto failure = broken_post();
    failure.event_id = "0123456789abcdef0123456789abcdef";
    {
        Client client(w.options(), w.clock);
        client.take(failure);
        REQUIRE(comes_true([&] { return w.on_disk() == 1; }));
    }
    w.answers(HttpPeer::json("{}"));
    w.clock.advance(1h);
    const auto before = w.peer.requests().size();
    Client client(w.options(), w.clock);
    REQUIRE(comes_true([&] { return w.on_disk() == 0; }));
    REQUIRE(w.peer.requests().size() == before + 1);
    const std::string envelope = plain(w.peer.requests().back());
    CHECK(has(envelope, R"({"event_id":"0123456789abcdef0123456789abcdef")"));
    CHECK(has(envelope, R"("sent_at":"2026-01-24T11:11:12.345Z")"));
    CHECK(has(envelope, R"("timestamp":1769249472.345)"));
}

TEST_CASE("what is on disk follows the next success") {
    World w;
    w.answers(HttpPeer::response(500, ""));
    Client client(w.options(), w.clock);
    client.take(broken_post());
    REQUIRE(comes_true([&] { return w.on_disk() == 1; }));
    w.answers(HttpPeer::json("{}"));
    client.take(broken_post());
    CHECK(comes_true([&] { return w.on_disk() == 0; }));
    CHECK(w.peer.requests().size() == 3);
}

TEST_CASE("a refused envelope is dropped and counted, and the log says so once, without the DSN") {
    World w;
    const double before = count("send_error");
    w.answers(HttpPeer::response(403, "no"));
    log_testing::Lines lines;
    {
        Client client(w.options(), w.clock);
        for (int i = 0; i < 3; ++i) client.take(broken_post());
        REQUIRE(comes_true([&] { return count("send_error") - before == 3; }));
    }
    CHECK(w.on_disk() == 0);
    int complaints = 0;
    for (const auto& line : lines.after_stop()) {
        complaints += has(line, "error reports are refused") ? 1 : 0;
        CHECK_FALSE(has(line, "s3cret"));
        CHECK_FALSE(has(line, "key@"));
    }
    CHECK(complaints == 1);
}

TEST_CASE("a server that hangs holds nobody up, and the end of the process only for a moment") {
    log_testing::Directory directory;
    testing::StoppedClock clock;
    std::promise<void> released;
    auto release = released.get_future().share();
    HttpPeer peer([release](const PeerRequest&) {
        release.wait();
        return HttpPeer::json("{}");
    });
    auto options = options_for("http://key@127.0.0.1:" + std::to_string(peer.port()) + "/7");
    options.directory = directory.path() / "sentry";
    options.drain = 50ms;
    const double overflown = count("queue_overflow");
    const double too_many = count("cache_overflow");
    Client client(options, clock);
    auto failure = broken_post();
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 300; ++i) {
        const std::string type = std::to_string(i);
        failure.type = type;
        client.take(failure);
    }
    CHECK(std::chrono::steady_clock::now() - begun < options.timeout / 2);
    // One may be on its way, a hundred wait; on disk there is room for thirty.
    CHECK(count("queue_overflow") - overflown >= 199);
    client.stop();
    CHECK(std::chrono::steady_clock::now() - begun < options.timeout);
    Spool spool(options.directory);
    std::size_t kept = 0;
    for (; const auto one = spool.oldest(); ++kept) Spool::remove(*one);
    CHECK(kept == Spool::kMostEnvelopes);
    CHECK(count("queue_overflow") - overflown + count("cache_overflow") - too_many == 270);
    client.take(broken_post());
    CHECK(count("queue_overflow") - overflown + count("cache_overflow") - too_many == 271);
    released.set_value();
}

TEST_CASE("what waits is sent before the end") {
    World w;
    auto options = w.options();
    options.drain = 30s;  // one that the end cuts off is sent, and kept as well
    {
        Client client(options, w.clock);
        for (int i = 0; i < 20; ++i) client.take(broken_post());
    }
    CHECK(w.peer.requests().size() == 20);
    CHECK(w.on_disk() == 0);
}

TEST_CASE("a share of the events is sent, the rest is counted and told at the end") {
    World w;
    const double before = count("sample_rate");
    auto options = w.options();
    options.sample_rate = 0;
    {
        Client client(options, w.clock);
        for (int i = 0; i < 7; ++i) client.take(broken_post());
    }
    CHECK(count("sample_rate") - before == 7);
    REQUIRE(w.peer.requests().size() == 1);
    const std::string envelope = plain(w.peer.requests()[0]);
    CHECK(has(envelope, R"("reason":"sample_rate","category":"error","quantity":7)"));
    CHECK_FALSE(has(envelope, "event_id"));
}

TEST_CASE("a storm of one kind becomes a hundred events and one that speaks for the rest") {
    World w;
    auto options = w.options();
    options.drain = 30s;
    {
        Client client(options, w.clock);
        for (std::uint64_t i = 0; i < Repeats::kShown; ++i) {
            client.take(broken_post());
            REQUIRE(w.has_got(i + 1));
        }
        for (int i = 0; i < 400; ++i) client.take(broken_post());
        CHECK(w.peer.requests().size() == Repeats::kShown);
        w.clock.advance(Repeats::kWindow);
        REQUIRE(w.has_got(Repeats::kShown + 1));
    }
    CHECK(has(plain(w.peer.requests().back()), R"("suppressed":"399")"));
    CHECK(w.peer.requests().size() == Repeats::kShown + 1);
}

TEST_CASE("many threads report while the client ends") {
    World w;
    Client client(w.options(), w.clock);
    std::atomic<bool> ended{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!ended) client.take(broken_post());
        });
    }
    REQUIRE(w.has_got(5));
    client.stop();
    ended = true;
    for (auto& thread : threads) thread.join();
}
