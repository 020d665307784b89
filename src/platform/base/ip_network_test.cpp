#include "platform/base/ip_network.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace grover;

TEST_CASE("addresses of both families are read and written") {
    CHECK(to_string(*parse_ip("192.0.2.1")) == "192.0.2.1");
    CHECK(to_string(*parse_ip("2001:DB8::1")) == "2001:db8::1");
    CHECK(*parse_ip("::ffff:192.0.2.1") == *parse_ip("192.0.2.1"));
    CHECK(parse_ip("192.0.2.1")->is_v4());
    CHECK_FALSE(parse_ip("::1")->is_v4());
    for (const std::string bad :
         {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "[::1]", "fe80::1%eth0", "host", "1.2.3.4:80", " 1.2.3.4"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_ip(bad).has_value());
    }
    CHECK_FALSE(parse_ip(std::string(1000, '1')).has_value());
    CHECK_FALSE(parse_ip(std::string("1.2.3.4\0x", 9)).has_value());
}

TEST_CASE("networks hold their addresses and no others") {
    const std::vector<IpNetwork> networks{*parse_network("10.1.2.3/8"), *parse_network("192.0.2.7"),
                                          *parse_network("fc00::/7"), *parse_network("172.16.0.0/12")};
    for (const std::string inside : {"10.0.0.0", "10.255.255.255", "192.0.2.7", "fc00::1",
                                     "fdff::", "172.31.255.255", "::ffff:10.0.0.1"}) {
        CAPTURE(inside);
        CHECK(contains(networks, *parse_ip(inside)));
    }
    for (const std::string outside :
         {"11.0.0.0", "9.255.255.255", "192.0.2.8", "fe00::", "::1", "172.32.0.0", "::10.0.0.1"}) {
        CAPTURE(outside);
        CHECK_FALSE(contains(networks, *parse_ip(outside)));
    }
    CHECK(contains(std::vector{*parse_network("0.0.0.0/0")}, *parse_ip("8.8.8.8")));
    CHECK_FALSE(contains(std::vector{*parse_network("0.0.0.0/0")}, *parse_ip("2001:db8::1")));
    CHECK(contains(std::vector{*parse_network("::/0")}, *parse_ip("8.8.8.8")));
}

TEST_CASE("networks are written in the form they are read") {
    CHECK(to_string(*parse_network("10.1.2.3/8")) == "10.0.0.0/8");
    CHECK(to_string(*parse_network("127.0.0.1")) == "127.0.0.1/32");
    CHECK(to_string(*parse_network("::1")) == "::1/128");
    CHECK(to_string(*parse_network("fc00::/7")) == "fc00::/7");
    for (const std::string bad : {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                                  "x/8", "/8", "10.0.0.0/8/8"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_network(bad).has_value());
    }
}
