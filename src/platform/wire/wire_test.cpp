#include <doctest/doctest.h>

#include "platform/wire/json_in.hpp"
#include "platform/wire/json_out.hpp"

using namespace grover;

namespace {

enum class Mood : std::uint8_t { calm, wild };
constexpr std::array<std::string_view, 2> enum_names(Mood) { return {"calm", "wild"}; }

struct Song {
    std::string title;
    std::optional<std::string> album;
    bool liked = false;
    std::vector<std::string> tags;
    Mood mood = Mood::calm;
    Cents price;
    std::optional<std::int64_t> plays;

    static constexpr auto fields = Pack{
        wire::field("title", &Song::title),
        wire::field("album", &Song::album),
        wire::field("liked", &Song::liked, wire::also("is_liked")),
        wire::field("tags", &Song::tags),
        wire::field("mood", &Song::mood),
        wire::field("price", &Song::price),
        wire::field("plays", &Song::plays, wire::absent_when_null),
    };
};
static_assert(wire::describes_every_member<Song>);

struct Forgetful {
    std::string kept;
    std::string forgotten;
    static constexpr auto fields = Pack{wire::field("kept", &Forgetful::kept)};
};
static_assert(!wire::describes_every_member<Forgetful>);

}  // namespace

TEST_CASE("absent values are null, copies carry the same value, private ones disappear") {
    CHECK(
        wire::to_json(
            Song{.title = "Aria", .liked = true, .tags = {"a", "b"}, .mood = Mood::wild, .price = {2999}}) ==
        R"({"title":"Aria","album":null,"liked":true,"is_liked":true,"tags":["a","b"],"mood":"wild","price":29.99})");
}

TEST_CASE("text is escaped, and control characters never reach a client raw") {
    CHECK(wire::to_json(std::string("a\"b\\c\n\t\x01\x1f é 🎵")) == "\"a\\\"b\\\\c\\n\\t\\u0001\\u001f é 🎵\"");
}

TEST_CASE("times are written in UTC with milliseconds") {
    CHECK(wire::to_json(Time{1'769'249'472'345'678}) == "\"2026-01-24T10:11:12.345Z\"");
}

TEST_CASE("what was written is read back") {
    const Song song{.title = "Überall \"hier\"",
                    .album = "x",
                    .liked = true,
                    .tags = {"é"},
                    .mood = Mood::wild,
                    .price = {1005},
                    .plays = 7};
    CHECK(wire::to_json(wire::read<Song>(wire::to_json(song))) == wire::to_json(song));
}

TEST_CASE("JSON that is broken, too deep or not UTF-8 is no document") {
    CHECK(wire::JsonDocument::parse(std::string(32, '[') + std::string(32, ']')));
    CHECK_FALSE(wire::JsonDocument::parse(std::string(33, '[') + std::string(33, ']')));
    CHECK_FALSE(wire::JsonDocument::parse(std::string(1'000'000, '[')));
    CHECK_FALSE(wire::JsonDocument::parse("{\"a\":1"));
    CHECK_FALSE(wire::JsonDocument::parse("{\"a\":1} x"));
    CHECK_FALSE(wire::JsonDocument::parse("\"\xff\xfe\""));
    CHECK_FALSE(wire::JsonDocument::parse(""));
}

TEST_CASE("numbers keep their kind: whole, large, fractional") {
    const auto document =
        wire::JsonDocument::parse(R"({"a":3,"b":3.0,"c":3.5,"d":1e400,"e":18446744073709551615})");
    REQUIRE(document);
    CHECK(document->root().find("a").integer() == 3);
    CHECK(document->root().find("b").integer() == 3);
    CHECK_FALSE(document->root().find("c").integer());
    CHECK_FALSE(document->root().find("e").integer());
    CHECK_FALSE(document->root().find("nobody").present());
}
