#include <doctest/doctest.h>

#include "platform/observability/context.hpp"
#include "platform/sentry/event.hpp"
#include "platform/sentry/sentry_test.hpp"
#include "platform/wire/json_in.hpp"

using namespace grover;
using namespace grover::sentry;
using namespace grover::sentry_test;

namespace {

reports::Failure secretive() {
    auto failure = broken_post();
    failure.text = "no mail to ada@example.com from 192.0.2.7 with gst_0123456789abcdef";
    failure.request = reports::Request{
        .method = "POST",
        .path = "/api/posts/post_1/ada@example.com",
        .query =
            "token=opensesame&q=gst%5F0123456789&page=2&Email=bob%40example.org&to=eve%40example.org&ip=1.2."
            "3.4",
        .content_type = "application/json",
        .user_agent = "Grover/7 (ada@example.com)",
        .address = "192.0.2.7",
        .status = 500,
    };
    return failure;
}

std::string json_of(const reports::Failure& failure, const Options& options = options_for()) {
    return event_json(capture(failure, testing::StoppedClock().now(), options), options);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an event says what failed, where, for whom and in which release") {
    const log::Context context{.request_id = "request-1", .user_id = "user_1"};
    const log::ContextScope scope(context);
    auto failure = broken_post();
    failure.event_id = "0123456789abcdef0123456789abcdef";
    failure.request = reports::Request{.method = "GET", .path = "/api/posts/post_1", .query = "a=1"};
    const std::string json = json_of(failure);
    for (
        const std::string part :
        {R"("event_id":"0123456789abcdef0123456789abcdef","timestamp":1769249472.345,"platform":"native","level":"error")",
         R"("server_name":"node-1","release":"grover@1.0.0","dist":"abc1234","environment":"test")",
         R"("sdk":{"name":"grover-cpp","version":"1.0.0"},"transaction":"GET /api/posts/{post_id}")",
         R"({"values":[{"type":"std::out_of_range","value":"vector::at","module":"http","mechanism":{"type":"generic","handled":false}}]})",
         R"("user":{"id":"user_1"})",
         R"("request":{"method":"GET","url":"https://grover.example/api/posts/post_1","query_string":"a=1","headers":{}})",
         R"("http.status_code":"500")", R"("request_id":"request-1")", R"("route":"/api/posts/{post_id}")",
         R"("response":{"status_code":500})", R"("fingerprint":["{{ default }}"])"}) {
        CAPTURE(json);
        CAPTURE(part);
        CHECK(has(json, part));
    }
    CHECK(wire::JsonDocument::parse(json));
    CHECK(json.find('\n') == std::string::npos);
}

TEST_CASE("no secret, e-mail address or IP address is in an event") {
    const std::string json = json_of(secretive());
    CAPTURE(json);
    for (const std::string secret : {"ada@", "bob@", "bob%40", "eve@", "eve%40", "192.0.2", "1.2.3.4",
                                     "opensesame", "0123456789abcdef0", "gst_0", "gst%5F0"})
        CHECK_FALSE(has(json, secret));
    CHECK(has(json, R"(no mail to [Filtered] from [Filtered] with [Filtered])"));
    CHECK(has(json, "token=[Filtered]&q=[Filtered]&page=2&Email=[Filtered]&to=[Filtered]&ip=[Filtered]"));
    CHECK(has(json, R"("url":"https://grover.example/api/posts/post_1/[Filtered]")"));
}

TEST_CASE("with personal data the address of the client goes along, and secrets still do not") {
    auto options = options_for();
    options.send_pii = true;
    const std::string json = json_of(secretive(), options);
    CAPTURE(json);
    CHECK(has(json, R"("ip_address":"192.0.2.7")"));
    for (const std::string secret : {"ada@", "opensesame", "gst_0"}) CHECK_FALSE(has(json, secret));
}

TEST_CASE("the query of a socket or payment path is not sent at all") {
    for (const std::string path : {"/socket.io/", "/api/payment-success"}) {
        auto failure = secretive();
        failure.request->path = path;
        failure.request->query = "a=b&c=d";
        CHECK(has(json_of(failure), R"("query_string":"[Filtered]")"));
    }
}

TEST_CASE("what a client or an exception makes long or broken stays short and valid") {
    auto failure = secretive();
    const std::string text = std::string(1'100, 'x') + ' ' + std::string(100'000, 'y');
    const std::string broken = "\xff\xfe" + std::string(5'000, '\x01') + "\xc3";
    failure.text = text;
    failure.request->path = failure.request->query = failure.request->user_agent = broken;
    const std::string json = json_of(failure);
    CHECK(json.size() < 30'000);
    CHECK(wire::JsonDocument::parse(json));
    CHECK(has(json, std::string(1'024, 'x')));
    CHECK_FALSE(has(json, std::string(1'025, 'x')));
}

TEST_CASE("a secret that a cut goes through is not shown in part") {
    const std::string jwt = "eyJhbGciOiJIUzI1NiJ9." + std::string(600, 'a') + "." + std::string(600, 'b');
    for (const std::size_t before : {200u - 30, 1'024u - 30, 2'048u - 30, 8u * 1'024 - 30}) {
        auto failure = broken_post();
        const std::string text = std::string(before, ' ') + jwt;
        const std::string path = '/' + std::string(before, '/') + jwt;
        const std::string query = "a=" + std::string(before, '+') + jwt;
        failure.text = failure.action = text;
        failure.request = reports::Request{.method = "GET", .path = path, .query = query, .user_agent = text};
        CAPTURE(before);
        CHECK_FALSE(has(json_of(failure), "eyJ"));
        CHECK_FALSE(has(json_of(failure), "aaaaaaaa"));
    }
}

TEST_CASE("time-outs and failures of providers are one issue for a component and a code") {
    auto failure = broken_post();
    failure.component = "network";
    failure.action = "paypal";
    failure.group = "upstream_error";
    CHECK(has(json_of(failure), R"("fingerprint":["network","upstream_error"])"));
}

TEST_CASE("an id of an event is new each time") {
    CHECK(make_event_id().size() == 32);
    CHECK(make_event_id() != make_event_id());
}
