#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "platform/http/client_address.hpp"

using namespace grover::http;

namespace {

std::string client(const std::vector<std::string>& proxies, std::string_view peer,
                   const std::vector<Header>& headers) {
    RequestHead request;
    request.peer = peer;
    request.headers = headers;
    return TrustedProxies(proxies).client_address(request);
}

const std::vector<std::string> kProxies{"127.0.0.1/32", "::1/128", "10.0.0.0/8"};

}  // namespace

TEST_CASE("a peer that is no proxy is the client, whatever it claims") {
    CHECK(client(kProxies, "203.0.113.9", {{"X-Forwarded-For", "1.2.3.4"}}) == "203.0.113.9");
    CHECK(client({}, "127.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}) == "127.0.0.1");
    CHECK(client(kProxies, "127.0.0.1", {}) == "127.0.0.1");
}

TEST_CASE("behind proxies the last entry that is not one of them is the client") {
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}) == "1.2.3.4");
    CHECK(client(kProxies, "127.0.0.1", {{"x-forwarded-for", "6.6.6.6, 1.2.3.4 ,10.1.1.1"}}) == "1.2.3.4");
    CHECK(client(kProxies, "::ffff:127.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}) == "1.2.3.4");
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", "10.0.0.7, 10.0.0.8"}}) == "10.0.0.7");
}

TEST_CASE("a second header line cannot hide behind the first") {
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "1.2.3.4"}}) ==
          "1.2.3.4");
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "10.0.0.1"}}) ==
          "6.6.6.6");
}

TEST_CASE("what is no address ends the search") {
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", "6.6.6.6, unknown, 10.0.0.8"}}) == "10.0.0.8");
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", ""}}) == "127.0.0.1");
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", std::string(500, '1')}}) == "127.0.0.1");
}

TEST_CASE("ports, brackets and quotes of an entry are not part of it") {
    CHECK(client(kProxies, "127.0.0.1", {{"X-Forwarded-For", "1.2.3.4:5678"}}) == "1.2.3.4");
    CHECK(client(kProxies, "::1", {{"X-Forwarded-For", "[2001:DB8::1]:443"}}) == "2001:db8::1");
    CHECK(client(kProxies, "::1", {{"X-Forwarded-For", "\"[2001:db8::1]\""}}) == "2001:db8::1");
    CHECK(client(kProxies, "::1", {{"X-Forwarded-For", "2001:db8::1"}}) == "2001:db8::1");
    CHECK(client(kProxies, "::1", {{"X-Forwarded-For", "[2001:db8::1"}}) == "::1");
}

TEST_CASE("ranges are checked when they are configured") {
    CHECK_THROWS_AS(TrustedProxies({"localhost"}), std::invalid_argument);
    CHECK_THROWS_AS(TrustedProxies({"10.0.0.0/33"}), std::invalid_argument);
    CHECK_THROWS_AS(TrustedProxies({"10.0.0.0/"}), std::invalid_argument);
    CHECK_THROWS_AS(TrustedProxies({"10.0.0.0/8x"}), std::invalid_argument);
    const TrustedProxies proxies({"172.16.0.0/12", "2001:db8::/33", "0.0.0.0/0"});
    CHECK(proxies.trusts(*grover::parse_ip("2001:db8:7fff::1")));
    CHECK_FALSE(proxies.trusts(*grover::parse_ip("2001:db8:8000::1")));
    CHECK(proxies.trusts(*grover::parse_ip("9.9.9.9")));
}

TEST_CASE("limits count IPv6 by /64") {
    CHECK(rate_key("203.0.113.9") == "203.0.113.9");
    CHECK(rate_key("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    CHECK(rate_key("2001:db8:1:2::ffff") == "2001:db8:1:2::/64");
    CHECK(rate_key("::ffff:203.0.113.9") == "203.0.113.9");
    CHECK(rate_key("nonsense") == "nonsense");
}
