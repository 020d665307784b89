#include "platform/integrations/http_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>

#include "platform/observability/metrics.hpp"
#include "testing/http_peer.hpp"

using namespace grover::integrations;
using namespace std::chrono_literals;
using grover::testing::HttpPeer;
namespace metrics = grover::metrics;
namespace runtime = grover::runtime;

namespace {

// Runs `f` in a fiber of a loop, and ends when it is done.
void in_fiber(const std::function<void(HttpClient&)>& f) {
    runtime::Loops loops(1);
    HttpClient client(&loops);
    loops.run([&](unsigned) {
        runtime::spawn([&] {
            f(client);
            loops.stop();
        });
    });
}

void everywhere(const std::function<void(HttpClient&)>& f) {
    SUBCASE("on a plain thread") {
        HttpClient client(nullptr);
        f(client);
    }
    SUBCASE("in a fiber") { in_fiber(f); }
}

}  // namespace

TEST_CASE("a request arrives with its headers and body, and the answer comes back") {
    static int calls = 0;
    everywhere([&](HttpClient& client) {
        HttpPeer peer(
            [](const auto&) { return HttpPeer::response(201, R"({"a":1})", "X-Thing:  value \r\n"); });
        const auto answer = client.send({.service = "somewhere",
                                         .method = "POST",
                                         .url = peer.url("/path?x=1"),
                                         .headers = {{"X-Session-ID", "abc"}},
                                         .body = "body"});
        CHECK(answer.status == 201);
        CHECK(answer.ok());
        CHECK(answer.body == R"({"a":1})");
        CHECK(answer.header("x-thing") == "value");
        CHECK(answer.header("x-other").empty());
        const auto requests = peer.requests();
        REQUIRE(requests.size() == 1);
        CHECK(requests[0].method == "POST");
        CHECK(requests[0].target == "/path?x=1");
        CHECK(requests[0].head.find("X-Session-ID: abc\r\n") != std::string::npos);
        CHECK(requests[0].body == "body");
        const auto count = std::to_string(++calls);
        const auto seen = metrics::render();
        for (const std::string line :
             {"grover_outgoing_requests_total{service=\"somewhere\",status=\"201\"} ",
              "grover_outgoing_latency_seconds_count{service=\"somewhere\"} "})
            CHECK(seen.find(line + count + "\n") != std::string::npos);
    });
}

TEST_CASE("a redirect is an answer, and is not followed") {
    everywhere([](HttpClient& client) {
        HttpPeer peer([](const auto&) { return HttpPeer::response(302, "", "Location: /elsewhere\r\n"); });
        CHECK(client.send({.url = peer.url()}).status == 302);
        CHECK(peer.requests().size() == 1);
    });
}

TEST_CASE("a peer that sends too much, too late, nonsense, or nothing is no answer, and names no URL") {
    everywhere([](HttpClient& client) {
        const auto check = [&](const HttpRequest& request, HttpFailure expected) {
            const auto answer = client.send(request);
            CHECK(answer.status == 0);
            CHECK(answer.failure == expected);
            CHECK(answer.body.empty());
            CHECK_FALSE(answer.cause.empty());
            CHECK(answer.cause.find("secret") == std::string::npos);
        };
        HttpPeer large([](const auto&) { return HttpPeer::response(200, std::string(5000, 'x')); });
        check({.url = large.url("/?secret"), .max_response = 4999}, HttpFailure::too_large);
        CHECK(client.send({.url = large.url(), .max_response = 5000}).status == 200);

        HttpPeer chatty([](const auto&) {
            return "HTTP/1.1 200 OK\r\nX-Long: " + std::string(40'000, 'x') + "\r\n\r\n";
        });
        check({.url = chatty.url("/?secret")}, HttpFailure::too_large);

        HttpPeer nonsense([](const auto&) { return std::string("\x01\x02 not http\r\n\r\n"); });
        check({.url = nonsense.url("/?secret")}, HttpFailure::broken);

        HttpPeer hangs_up([](const auto&) { return std::string(); });
        check({.url = hangs_up.url("/?secret")}, HttpFailure::broken);

        runtime::Signal ended;
        HttpPeer slow([&](const auto&) {
            ended.wait();
            return std::string();
        });
        check({.url = slow.url("/?secret"), .timeout = 100ms}, HttpFailure::timeout);
        ended.notify();

        check({.url = "http://127.0.0.1:1/?secret"}, HttpFailure::unreachable);
        check({.url = "file:///etc/passwd?secret"}, HttpFailure::not_sent);
        check({.url = "no url, secret"}, HttpFailure::not_sent);
    });
}

TEST_CASE("only hosts that are allowed are asked, whatever tricks the URL plays") {
    HttpClient client(nullptr);
    HttpPeer peer([](const auto&) { return HttpPeer::response(200, ""); });
    CHECK(client.send({.url = peer.url(), .only_hosts = {"127.0.0.1"}}).status == 200);
    const auto port = std::to_string(peer.port());
    for (const auto& url : {"http://localhost:" + port + "/", "http://example.com@127.0.0.1:" + port + "/",
                            "http://127.0.0.1:" + port + "#@example.com"}) {
        INFO(url);
        CHECK(client.send({.url = url, .only_hosts = {"example.com"}}).failure == HttpFailure::not_sent);
    }
    CHECK(peer.requests().size() == 1);
}

TEST_CASE("a header cannot smuggle in another") {
    HttpClient client(nullptr);
    HttpPeer peer([](const auto&) { return HttpPeer::response(200, ""); });
    CHECK(client.send({.url = peer.url(), .headers = {{"X-Session-ID", "a\r\nX-Evil: 1"}}}).failure ==
          HttpFailure::not_sent);
    CHECK(peer.requests().empty());
}

TEST_CASE("several fibers of one loop wait at the same time") {
    runtime::Loops loops(1);
    HttpClient client(&loops);
    // Both peers answer only when the other was asked, so one after the other would never end.
    runtime::Signal first_asked;
    runtime::Signal second_asked;
    HttpPeer first([&](const auto&) {
        first_asked.notify();
        second_asked.wait();
        return HttpPeer::response(200, "1");
    });
    HttpPeer second([&](const auto&) {
        second_asked.notify();
        first_asked.wait();
        return HttpPeer::response(200, "2");
    });
    int answers = 0;
    loops.run([&](unsigned) {
        for (auto* peer : {&first, &second}) {
            runtime::spawn([&, peer] {
                if (client.send({.url = peer->url()}).status == 200) ++answers;
                if (answers == 2) loops.stop();
            });
        }
    });
    CHECK(answers == 2);
}

TEST_CASE("a fiber whose time is over stops waiting, and the client goes on") {
    runtime::Signal ended;
    HttpPeer slow([&](const auto&) {
        ended.wait();
        return std::string();
    });
    HttpPeer quick([](const auto&) { return HttpPeer::response(200, ""); });
    bool gave_up = false;
    int status = 0;
    in_fiber([&](HttpClient& client) {
        try {
            const runtime::DeadlineScope deadline(runtime::Steady::now() + 50ms);
            client.send({.url = slow.url(), .timeout = 60s});
        } catch (const runtime::DeadlineExceeded&) {
            gave_up = true;
        }
        status = client.send({.url = quick.url()}).status;
    });
    ended.notify();
    CHECK(gave_up);
    CHECK(status == 200);
}

TEST_CASE("values of forms and queries are encoded") {
    CHECK(percent_encode("a b&c=ä/~") == "a%20b%26c%3D%C3%A4%2F~");
    CHECK(to_form({{"a", "1 2"}, {"b", ""}}) == "a=1%202&b=");
}

TEST_CASE("a client of one plain thread sends one request after the other, until it is told to end") {
    std::atomic<bool> hangs{false};
    std::promise<void> asked, released;
    HttpPeer peer([&, release = released.get_future().share()](const auto&) {
        if (hangs.exchange(false)) {
            asked.set_value();
            release.wait();
        }
        return HttpPeer::json("{}");
    });
    HttpClient client(nullptr, {.one_plain_thread = true});
    for (int i = 0; i < 2; ++i) CHECK(client.send({.service = "somewhere", .url = peer.url()}).status == 200);
    CHECK(client.send({.service = "somewhere", .url = "http://127.0.0.1:1/"}).failure ==
          HttpFailure::unreachable);
    hangs = true;
    std::thread ending([&] {
        asked.get_future().wait();
        client.end_by(std::chrono::steady_clock::now());
    });
    CHECK(client.send({.service = "somewhere", .url = peer.url(), .timeout = 60min}).failure ==
          HttpFailure::timeout);
    ending.join();
    CHECK(client.send({.service = "somewhere", .url = peer.url()}).failure == HttpFailure::timeout);
    released.set_value();
}
