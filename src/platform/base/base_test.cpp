#include <doctest/doctest.h>

#include <set>
#include <string>

#include "platform/base/cents.hpp"
#include "platform/base/error.hpp"
#include "platform/base/id.hpp"
#include "platform/base/place.hpp"
#include "platform/base/random_text.hpp"

using namespace grover;

TEST_CASE("ids carry their prefix, are well formed and sort by the time they were made") {
    const auto first = IdSource::next_at<PostId>({1'700'000'000'000'000});
    const auto second = IdSource::next_at<PostId>({1'700'000'000'000'001});
    CHECK(first.view().substr(0, 5) == "post_");
    CHECK(first.view().size() == 31);
    CHECK(is_well_formed_id(first.view()));
    CHECK(first < second);
}

TEST_CASE("two ids of one microsecond differ") {
    CHECK(IdSource::next_at<PostId>({5}) != IdSource::next_at<PostId>({5}));
    CHECK(IdSource::unguessable<MediaId>() != IdSource::unguessable<MediaId>());
}

TEST_CASE("only 1 to 50 plain characters are an id") {
    CHECK(is_well_formed_id("user_a-B9"));
    CHECK_FALSE(is_well_formed_id(""));
    CHECK_FALSE(is_well_formed_id("post_1\n"));
    CHECK_FALSE(is_well_formed_id("a b"));
    CHECK(is_well_formed_id(std::string(50, 'a')));
    CHECK_FALSE(is_well_formed_id(std::string(51, 'a')));
}

TEST_CASE("cents are written as dollars with at most two decimals") {
    CHECK(to_dollars({2999}) == "29.99");
    CHECK(to_dollars({500}) == "5");
    CHECK(to_dollars({50}) == "0.5");
    CHECK(to_dollars({-7}) == "-0.07");
    CHECK(to_dollars({INT64_MIN}) == "-92233720368547758.08");
}

TEST_CASE("each kind of error has the status and code of the contract") {
    CHECK(not_found("Post not found").status == 404);
    CHECK(code_of(ErrorKind::file_upload_error) == "file_upload_error");
    CHECK(database_unreachable("down").status == 503);
    CHECK(database_unreachable("down").retry_after == std::chrono::seconds{2});
    CHECK(invalid_input({"body", "content"}, "Field required", "missing").status == 422);
}

TEST_CASE("made up names have the length and the characters that were asked for, and none comes twice") {
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) {
        const auto hex = random_hex(32), text = random_text(20);
        CHECK(hex.size() == 32);
        CHECK(hex.find_first_not_of("0123456789abcdef") == std::string::npos);
        CHECK(text.size() == 20);
        CHECK(text.find_first_not_of("0123456789abcdefghijklmnopqrstuv") == std::string::npos);
        CHECK(seen.insert(hex).second);
        CHECK(seen.insert(text).second);
    }
    CHECK(random_hex(0).empty());
}

TEST_CASE("a place in a list is read as it was written, and nothing else") {
    const auto place = place_of(place_text(Time{-17}, "post_1"));
    CHECK(place.at == Time{-17});
    CHECK(place.id == "post_1");
    CHECK(place_of(place_text(Time{5}, "a.b")).id == "a.b");
    CHECK(place_of("").at == Time{INT64_MAX});
    CHECK(place_of("", {Time{1}, "x"}).id == "x");
    for (const auto* text : {"17", "x.post_1", ".post_1", "17x.post_1", "99999999999999999999.post_1"})
        CHECK_THROWS_AS(place_of(text), Error);
}
