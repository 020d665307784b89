#include "platform/api/api_test.hpp"

using namespace grover::api::test;

TEST_CASE("a value is taken from the body, or from the query when the body does not have it") {
    World w;
    CHECK(w.post("/api/posts/post_1/notes", R"({"content":"from body"})").has("\"content\":\"from body\""));
    CHECK(w.post("/api/posts/post_1/notes?content=from+query", "").has("\"content\":\"from query\""));
    CHECK(
        w.post("/api/posts/post_1/notes?content=query", R"({"content":"body"})").has("\"content\":\"body\""));
    CHECK(
        w.post("/api/posts/post_1/notes?content=query", R"({"content":null})").has("\"content\":\"query\""));
    CHECK(w.post("/api/posts/post_1/notes", "content=form&loud=yes",
                 {{"Authorization", "Bearer ada"}, {"Content-Type", "application/x-www-form-urlencoded"}})
              .has("\"content\":\"form\",\"loud\":true"));
    CHECK(w.post("/api/posts/post_1/notes?content=1&content=2", "").has("\"content\":\"2\""));
}

TEST_CASE("booleans and numbers come in the spellings of the clients in the field") {
    World w;
    for (const auto* yes : {"true", "\"True\"", "1", "\"1\"", "\"yes\"", "\"ON\""}) {
        CHECK(w.post("/api/posts/p/notes", std::string(R"({"content":"x","loud":)") + yes + "}")
                  .has("\"loud\":true"));
    }
    for (const auto* no : {"false", "0", "\"off\"", "\"No\""}) {
        CHECK(w.post("/api/posts/p/notes", std::string(R"({"content":"x","loud":)") + no + "}")
                  .has("\"loud\":false"));
    }
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x","count":"7"})").has("\"count\":7"));
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x","count":7.0})").has("\"count\":7"));
}

TEST_CASE("every bad field is reported at once, and nothing is done") {
    World w;
    const auto sent =
        w.post("/api/posts/post_1/notes", R"({"content":"   ","loud":"maybe","count":101,"mood":"sad"})");
    CHECK(sent.status == 422);
    CHECK(sent.has(R"("loc":["body","content"])"));
    CHECK(sent.has(R"("loc":["body","loud"])"));
    CHECK(sent.has(R"("loc":["body","count"])"));
    CHECK(sent.has("'calm' or 'wild'"));
    CHECK(sent.has("\"code\":\"invalid_input\""));
    CHECK(w.notes == 0);
}

TEST_CASE("lengths are counted in code points, after trimming, and too long is refused, never cut") {
    World w;
    std::string twenty;
    for (int i = 0; i < 20; ++i) twenty += "é";
    CHECK(w.post("/api/posts/p/notes", R"({"content":"  )" + twenty + R"(  "})").status == 200);
    CHECK(w.post("/api/posts/p/notes", R"({"content":")" + twenty + R"(x"})").status == 422);
}

TEST_CASE("lists come as arrays, repeated keys or one text with commas") {
    World w;
    for (const auto* target :
         {"/api/posts/p/notes?content=x&tags=a,%20b", "/api/posts/p/notes?content=x&tags=a&tags=b",
          "/api/posts/p/notes?content=x&tags[]=a&tags[]=b"}) {
        CHECK(w.post(target, "").has(R"("tags":["a","b"])"));
    }
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x","tags":["a","b"]})").has(R"("tags":["a","b"])"));
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x","tags":[1]})").status == 422);
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x","tags":{"a":1}})").status == 422);
    CHECK(w.post("/api/posts/p/notes?content=x&tags=1,2,3,4,5", "").status == 200);
    const auto sent = w.post("/api/posts/p/notes?content=x&tags=1,2,3,4,5,6", "");
    CHECK(sent.status == 422);
    CHECK(sent.has("List should have at most 5 items"));
}

TEST_CASE("a list of objects is taken as a whole or refused: wrong types in it are no bug of ours") {
    World w;
    const auto send = [&](const std::string& parts) {
        return w.post("/api/posts/p/notes", R"({"content":"x","parts":)" + parts + "}").status;
    };
    CHECK(send(R"([{"title":"a","size":1},{"title":"b"}])") == 200);
    CHECK(send("[]") == 200);
    CHECK(w.notes == 2);
    for (const auto* parts : {R"([{"title":5}])", R"([{"title":["a"]}])", "[1]", "[null]",
                              R"([[{"title":"a"}]])", R"({"title":"a"})", R"("[")", "[{},{},{}]"})
        CHECK_MESSAGE(send(parts) == 422, parts);
    CHECK(w.notes == 2);
}

TEST_CASE("a malformed id is 400, but only when the shape of the input is right") {
    World w;
    CHECK(w.post("/api/posts/po%20st/notes", R"({"content":"x"})").status == 400);
    CHECK(w.post("/api/posts/po%20st/notes", R"({"content":"x"})").has("Invalid post_id format"));
    CHECK(w.post("/api/posts/" + std::string(51, 'a') + "/notes", R"({"content":"x"})")
              .has("post_id too long"));
    CHECK(w.post("/api/posts/post_1%0A/notes", R"({"content":"x"})").status == 400);
    CHECK(w.post("/api/posts/po%20st/notes", "{}").status == 422);
    CHECK(w.notes == 0);
    // By the name of the input, whatever it is the id of.
    CHECK(w.get("/api/notes/po%20st", {{"Authorization", "Bearer ada"}}).has("Invalid note_id format"));
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x","parent_comment_id":"a b"})")
              .has("Invalid parent_comment_id format"));
}

TEST_CASE("what is no JSON, too deep or not UTF-8 is one clear refusal") {
    World w;
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x")").status == 422);
    CHECK(w.post("/api/posts/p/notes", "{\"content\":\"\xff\"}").status == 422);
    CHECK(w.post("/api/posts/p/notes?content=%ff%fe", "").status == 422);
    CHECK(w.post("/api/posts/p/notes",
                 R"({"content":"x","deep":)" + std::string(40, '[') + std::string(40, ']') + "}")
              .status == 422);
    CHECK(w.post("/api/posts/p/notes", R"(["content"])").status == 422);
    CHECK(w.notes == 0);
}

TEST_CASE("numbers too large for anything are refused, not wrapped") {
    World w;
    for (const auto* number : {"99999999999999999999", "1e30", "-1e30", "-1", "1e3", "1.5", "\"nan\"",
                               "\"0x10\"", "true", "[1]"}) {
        CHECK(w.post("/api/posts/p/notes", std::string(R"({"content":"x","count":)") + number + "}").status ==
              422);
    }
    CHECK(w.notes == 0);
    CHECK(w.post("/api/posts/p/notes?content=x&count=9223372036854775808", "").status == 422);
}

TEST_CASE("amounts are plain numbers or texts of them") {
    World w;
    for (const auto* price : {"5", "5.999", "\"7.25\"", "\"-1\""})
        CHECK(w.post("/api/posts/p/notes", std::string(R"({"content":"x","price":)") + price + "}").status ==
              200);
    for (const auto* price : {"\"1e2\"", "\"1E2\"", "\"nan\"", "\"inf\"", "\"$5\"", "true", "[5]"})
        CHECK(w.post("/api/posts/p/notes", std::string(R"({"content":"x","price":)") + price + "}").status ==
              422);
    CHECK(w.post("/api/posts/p/notes?content=x&price=1e2", "").status == 422);
}

TEST_CASE("a JSON body is an object or nothing") {
    World w;
    const World::Headers json{{"Authorization", "Bearer ada"}, {"Content-Type", "application/json"}};
    for (const auto* body : {"[1]", "1", "\"x\"", "true"}) {
        const auto sent = w.send(grover::http::Method::post, "/api/posts/p/notes?content=x", body, json);
        CHECK(sent.status == 422);
        CHECK(sent.has("Input should be a valid object"));
    }
    CHECK(w.notes == 0);
    for (const auto* body : {"null", " ", "{}"})
        CHECK(w.send(grover::http::Method::post, "/api/posts/p/notes?content=x", body, json).status == 200);
}

TEST_CASE("limit and skip are clamped; what is no integer is 422") {
    World w;
    CHECK(w.get("/api/notes").has(R"(["20","0",""])"));
    CHECK(w.get("/api/notes?limit=1000&skip=-5").has(R"(["100","0",""])"));
    CHECK(w.get("/api/notes?limit=0").has(R"(["1","0",""])"));
    CHECK(w.get("/api/notes?limit=99999999999999999999").has(R"(["100","0",""])"));
    CHECK(w.get("/api/notes?limit=ten").status == 422);
    CHECK(w.get("/api/notes?skip=1.5").status == 422);
}

TEST_CASE("a cursor leads on; an altered one, or one of another place, is refused") {
    World w;
    const auto cursor = w.get("/api/notes").header("X-Next-Cursor");
    REQUIRE_FALSE(cursor.empty());
    CHECK(w.get("/api/notes?cursor=" + cursor).has("42.post_x"));
    auto altered = cursor;
    altered.back() = altered.back() == 'A' ? 'B' : 'A';
    for (const auto& bad : {altered, std::string("x"), std::string(600, 'A'), cursor.substr(1)}) {
        const auto sent = w.get("/api/notes?cursor=" + bad);
        CHECK(sent.status == 400);
        CHECK(sent.has("Invalid cursor"));
    }
    CHECK_FALSE(grover::api::CursorCodec("0123456789abcdef0123456789abcdef").open("/api/posts", cursor));
}

TEST_CASE("a cursor has one spelling") {
    const grover::api::CursorCodec codec("0123456789abcdef0123456789abcdef");
    const std::string position = "\xff\xff\xff\xff\xff\xff";  // "________" as base64url
    auto cursor = codec.seal("/api/notes", position);
    CHECK(codec.open("/api/notes", cursor) == position);
    cursor[cursor.rfind('_')] = '\xa0';
    CHECK_FALSE(codec.open("/api/notes", cursor));
    CHECK_FALSE(codec.open("/api/notes", codec.seal("/api/notes", position) + '='));
}

TEST_CASE("a body that is no multipart form is said to be none, beside every field that is missing") {
    World w;
    const auto send = [&](const char* type, std::string body, std::string_view query = "") {
        return w.post("/api/notes/titles" + std::string(query), std::move(body),
                      {{"Authorization", "Bearer ada"}, {"Content-Type", type}});
    };
    for (const auto* type : {"multipart/form-data", "multipart/form-data; boundary=b"}) {
        CAPTURE(type);
        const auto sent = send(type, "[object Object]");
        CHECK(sent.status == 422);
        for (const auto* said : {R"(["body","title"])", R"(["body","text"])", R"(["body","readers"])",
                                 "Malformed multipart body: no boundary"})
            CHECK(sent.has(said));
        CHECK_FALSE(send(type, "[object Object]", "?title=a").has(R"(["body","title"])"));
    }
    // What came whole before the end was lost is not missing.
    const auto cut =
        send("multipart/form-data; boundary=b",
             "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\n--b\r\nContent-Disp");
    CHECK(cut.status == 422);
    CHECK_FALSE(cut.has(R"(["body","title"])"));
    CHECK(cut.has(R"(["body","text"])"));
    CHECK(cut.has("Malformed multipart body: cut off"));
    CHECK(w.notes == 0);
}

TEST_CASE("a list that is required may be empty, but not left out") {
    World w;
    CHECK(w.post("/api/notes/titles", R"({"title":"a","text":"b","readers":[]})").status == 200);
    const auto sent = w.post("/api/notes/titles", "{}");
    CHECK(sent.has(R"(["body","title"])"));
    CHECK(sent.has(R"(["body","text"])"));
    CHECK(sent.has(R"(["body","readers"])"));
}
