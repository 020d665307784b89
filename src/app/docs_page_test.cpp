#include "app/docs_page.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/http/compression.hpp"

using namespace grover;
using namespace grover::app;

TEST_CASE("a document is packed and unpacked once, whoever asks and how often") {
    http::Compressor compressor;
    std::string text, packed;
    for (int i = 0; i < 10'000; ++i) text += std::to_string(i);
    REQUIRE(compressor.compress(http::Coding::gzip, text, packed));
    const Asset asset{"page.html", "text/html", packed};
    Documents documents({&asset, 1});

    std::vector<Documents::Sent> sent(8);
    {
        std::vector<std::jthread> readers;
        for (auto& one : sent) readers.emplace_back([&] { one = documents.unpacked("page.html"); });
    }
    std::set<const std::string*> bodies;
    for (const auto& one : sent) bodies.insert(one.body.get());
    CHECK(bodies.size() == 1);
    CHECK(*sent.front().body == text);
    CHECK(sent.front().content_type == "text/html");

    CHECK(*documents.packed("page.html").body == packed);
    CHECK(documents.packed("page.html").body == documents.packed("page.html").body);
    CHECK_THROWS_AS(documents.packed("docs/page.html"), Error);
    CHECK_THROWS_AS(documents.unpacked("../etc/passwd"), Error);
}

TEST_CASE("what the page needs is embedded") {
    Documents documents(assets());
    for (const auto* name :
         {"index.html", "start.js", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"})
        CHECK_FALSE(documents.unpacked(name).body->empty());
}
