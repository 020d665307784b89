#include <doctest/doctest.h>

#include <mutex>

#include "platform/integrations/expo_push.hpp"
#include "platform/integrations/web_push.hpp"
#include "platform/integrations/web_push_encryption.hpp"
#include "platform/text/base64.hpp"
#include "platform/wire/json_in.hpp"
#include "testing/http_peer.hpp"

using namespace grover;
using namespace grover::integrations;
using testing::HttpPeer;

namespace {

// The example of RFC 8291 §5.
const WebPushSubscription kBrowser{
    .endpoint = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    .p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    .auth = "BTBZMqHH6r4Tts7J_aSIgg"};
constexpr std::string_view kServerSecret = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
constexpr std::string_view kServerPoint =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";

VapidKeys vapid() {
    return {std::string(kServerPoint), std::string(kServerSecret), "mailto:ops@example.org"};
}

ExpoMessage message(const std::string& to, const std::string& body = "Hello") {
    return {.to = to,
            .title = "Ana",
            .body = body,
            .channel = "social",
            .badge = 3,
            .time_to_live = std::chrono::hours{1}};
}

ExpoOptions options_of(const HttpPeer& peer) {
    return {
        .push_url = peer.url("/send"), .receipts_url = peer.url("/getReceipts"), .access_token = "secret"};
}

}  // namespace

TEST_CASE("Web Push encrypts as the example of the standard") {
    const auto own =
        p256_private_key(*text::from_base64url(kServerSecret), *text::from_base64url(kServerPoint));
    REQUIRE(own != nullptr);
    const auto body = encrypt_web_push_with(own.get(), *text::from_base64url("DGv6ra1nlYgDCS1FRnbzlw"),
                                            kBrowser, "When I grow up, I want to be a watermelon");
    REQUIRE(body);
    CHECK(text::to_base64url(*body) ==
          "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"
          "c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
          "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
    // Never twice the same, never more than one record.
    CHECK(encrypt_web_push(kBrowser, "hi") != encrypt_web_push(kBrowser, "hi"));
    CHECK(encrypt_web_push(kBrowser, std::string(kMaxWebPushPayload, 'x'))->size() <= 4'096);
    CHECK_FALSE(encrypt_web_push(kBrowser, std::string(kMaxWebPushPayload + 1, 'x')));
}

TEST_CASE("subscriptions and keys that are none are refused") {
    CHECK(is_subscription(kBrowser));
    const auto refused = [](auto change) {
        auto subscription = kBrowser;
        change(subscription);
        return !is_subscription(subscription) &&
               (subscription.endpoint != kBrowser.endpoint || !encrypt_web_push(subscription, "hi"));
    };
    CHECK(refused([](auto& s) { s.endpoint = "http://push.example.net/x"; }));
    CHECK(refused([](auto& s) { s.endpoint = "https://user@push.example.net/x"; }));
    CHECK(refused([](auto& s) { s.endpoint = "https://"; }));
    CHECK(refused([](auto& s) { s.endpoint = "https://a.example/\r\nX: y"; }));
    CHECK(refused([](auto& s) { s.endpoint = "https://a.example/" + std::string(1'000, 'x'); }));
    CHECK(refused([](auto& s) { s.p256dh = "AAAA"; }));
    CHECK(refused([](auto& s) { s.p256dh[10] = s.p256dh[10] == 'A' ? 'B' : 'A'; }));  // off the curve
    CHECK(refused([](auto& s) { s.auth = "AAAA"; }));

    CHECK(are_vapid_keys(vapid()));
    auto keys = vapid();
    keys.public_key = kBrowser.p256dh;
    CHECK_FALSE(are_vapid_keys(keys));
    keys = vapid();
    keys.subject = "ops@example.org";
    CHECK_FALSE(are_vapid_keys(keys));
}

TEST_CASE("an endpoint that is plainly in somebody's own network names no push service") {
    for (const char* inside :
         {"https://127.0.0.1/x", "https://127.0.0.1:8443", "https://localhost/x", "https://LocalHost:1/x",
          "https://localhost./x", "https://push.localhost/x", "https://[::1]/x", "https://[::1]:8443/x",
          "https://[::ffff:10.0.0.1]/x", "https://10.0.0.1/x", "https://192.168.1.1?x",
          "https://169.254.1.1/x", "https://[fe80::1]/x", "https://[fd00::1]/x", "https://0.0.0.0/x",
          "https://127.0.0.1./x"}) {
        INFO(inside);
        CHECK(names_no_push_service(inside));
    }
    for (const char* outside :
         {"https://push.example.net/x", "https://8.8.8.8/x", "https://[2606:4700::1]:443/x",
          "https://localhost.example.net/x", "https://push.example.net:8443"}) {
        INFO(outside);
        CHECK_FALSE(names_no_push_service(outside));
    }
}

TEST_CASE("a push never reaches an address of our own network, whatever its name") {
    HttpPeer peer([](const testing::PeerRequest&) { return HttpPeer::response(201, ""); });
    HttpClient http(nullptr);
    const SystemClock clock;
    WebPush push(http, clock, {.keys = vapid()});
    for (const std::string host :
         {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433"}) {
        auto subscription = kBrowser;
        subscription.endpoint = "https://" + host + ":" + std::to_string(peer.port()) + "/x";
        CHECK(push.send(subscription, {.payload = "hi"}).status != PushStatus::sent);
    }
    // Not over a connection that another request opened either.
    HttpRequest own{.url = peer.url()};
    CHECK(http.send(own).status == 201);
    own.public_addresses_only = true;
    CHECK(http.send(own).failure == HttpFailure::not_sent);
    CHECK(peer.requests().size() == 1);
}

TEST_CASE("Expo: what is a token") {
    CHECK(is_expo_token("ExponentPushToken[abc]"));
    CHECK(is_expo_token("ExpoPushToken[abc-_123]"));
    for (const std::string token : {"ExponentPushToken[]", "ExponentPushToken[abc", "exponentpushtoken[abc]",
                                    "abc", "ExpoPushToken[a]b]"})
        CHECK_FALSE(is_expo_token(token));
    CHECK_FALSE(is_expo_token("ExpoPushToken[" + std::string(201, 'x') + "]"));
}

TEST_CASE("Expo: a message has at most 4,096 bytes, whatever stands in it") {
    auto large = message("ExpoPushToken[a]", "");
    for (int i = 0; i < 3'000; ++i) large.body += i % 7 == 0 ? "é" : "\"";
    const auto json = expo_message_json(large);
    CHECK(json.size() <= kMaxExpoMessage);
    const auto document = wire::JsonDocument::parse(json);
    REQUIRE(document);
    CHECK(document->root().find("body").string().size() > 1'000);
    CHECK(document->root().find("sound").string() == "default");
    CHECK(document->root().find("channelId").string() == "social");
    CHECK(document->root().find("badge").integer() == 3);
    CHECK(document->root().find("ttl").integer() == 3'600);
    CHECK(document->root().find("priority").string() == "default");
    large.data = "{\"x\":\"" + std::string(5'000, 'x') + "\"}";
    CHECK(expo_message_json(large).size() <= kMaxExpoMessage);
}

TEST_CASE("Expo: tickets belong to messages in order, errors included") {
    HttpPeer peer([](const testing::PeerRequest&) {
        return HttpPeer::json(R"({"data":[{"status":"ok","id":"t1"},
            {"status":"error","message":"no","details":{"error":"DeviceNotRegistered"}},
            {"status":"error","details":{"error":"MessageRateExceeded"}},
            {"status":"error","details":{"error":"InvalidCredentials"}},{"status":"error"},7]})");
    });
    HttpClient http(nullptr);
    ExpoPush expo(http, options_of(peer));
    const std::vector<ExpoMessage> messages(6, message("ExpoPushToken[a]"));
    const auto outcomes = expo.send(messages);
    REQUIRE(outcomes.size() == 6);
    CHECK(outcomes[0].ticket_id == "t1");
    CHECK(outcomes[1].status == PushStatus::unregistered);
    CHECK(outcomes[2].status == PushStatus::slow_down);
    CHECK(outcomes[3].status == PushStatus::misconfigured);
    CHECK(outcomes[4].status == PushStatus::refused);
    CHECK(outcomes[5].status == PushStatus::refused);
    const auto request = peer.requests().front();
    CHECK(request.method == "POST");
    CHECK(request.head.find("Authorization: Bearer secret") != std::string::npos);
    CHECK(request.head.find("Content-Encoding: gzip") != std::string::npos);
    CHECK(request.body.substr(0, 2) == "\x1f\x8b");
}

TEST_CASE("Expo: a batch that one message spoils is halved until that one stands alone") {
    int requests = 0;
    // The second of four spoils every batch it is in: all four, the first two, itself.
    HttpPeer peer([&](const testing::PeerRequest&) {
        ++requests;
        if (requests == 1 || requests == 2 || requests == 4) return HttpPeer::response(400, "{}");
        return HttpPeer::json(requests == 3
                                  ? R"({"data":[{"status":"ok","id":"one"}]})"
                                  : R"({"data":[{"status":"ok","id":"three"},{"status":"ok","id":"four"}]})");
    });
    HttpClient http(nullptr);
    ExpoPush expo(http, options_of(peer));
    const std::vector<ExpoMessage> four(4, message("ExpoPushToken[a]"));
    const auto outcomes = expo.send(four);
    REQUIRE(outcomes.size() == 4);
    CHECK(outcomes[0].ticket_id == "one");
    CHECK(outcomes[1].status == PushStatus::refused);
    CHECK(outcomes[2].ticket_id == "three");
    CHECK(outcomes[3].ticket_id == "four");
    CHECK(requests == 5);
}

TEST_CASE("Expo: a server that fails, stalls or speaks nonsense is an outcome, never an exception") {
    std::string answer;
    std::mutex mutex;  // of `answer`, which the peer's thread reads
    HttpPeer peer([&](const testing::PeerRequest&) {
        const std::scoped_lock lock(mutex);
        return answer;
    });
    const auto answers = [&](std::string text) {
        const std::scoped_lock lock(mutex);
        answer = std::move(text);
    };
    HttpClient http(nullptr);
    ExpoPush expo(http, options_of(peer));
    const std::vector<ExpoMessage> two(2, message("ExpoPushToken[a]"));
    const auto status_of = [&](std::string text) {
        answers(std::move(text));
        const auto outcomes = expo.send(two);
        REQUIRE(outcomes.size() == 2);
        return outcomes[0];
    };
    auto busy = status_of(HttpPeer::response(429, "", "Retry-After: 7\r\n"));
    CHECK(busy.status == PushStatus::failed);
    CHECK(busy.retry_after == std::chrono::seconds{7});
    CHECK(status_of(HttpPeer::response(503, "")).status == PushStatus::failed);
    CHECK(status_of(HttpPeer::response(401, "")).status == PushStatus::misconfigured);
    CHECK(status_of(HttpPeer::json("nonsense")).status == PushStatus::unknown);
    CHECK(status_of(HttpPeer::json("{\"data\":[]}")).status == PushStatus::unknown);
    CHECK(status_of("").status == PushStatus::unknown);
    const std::vector<std::string> tickets{"t1", "t2"};
    answers(HttpPeer::response(500, ""));
    CHECK_FALSE(expo.receipts(tickets));
    answers(
        HttpPeer::json(R"({"data":{"t2":{"status":"error","details":{"error":"DeviceNotRegistered"}}}})"));
    const auto receipts = expo.receipts(tickets);
    REQUIRE(receipts);
    CHECK(receipts->size() == 1);
    CHECK(receipts->at("t2").status == PushStatus::unregistered);
}

TEST_CASE("Expo: nobody listens there") {
    HttpClient http(nullptr);
    ExpoPush expo(
        http, {.push_url = "http://127.0.0.1:1/", .receipts_url = "http://127.0.0.1:1/", .access_token = ""});
    const std::vector<ExpoMessage> one{message("ExpoPushToken[a]")};
    CHECK(expo.send(one).front().status == PushStatus::failed);
}
