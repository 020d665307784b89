#include <filesystem>

#include "platform/api/api_test.hpp"
#include "platform/api/origin.hpp"
#include "platform/observability/context.hpp"
#include "platform/observability/reports.hpp"

using namespace grover::api::test;
using grover::http::Method;

TEST_CASE("paths: static wins over a parameter, a trailing slash changes nothing, the rest is 404 or 405") {
    World w;
    CHECK(w.get("/api/notes/saved").has("saved"));
    CHECK(w.get("/api/notes/post_9").has("post_9"));
    CHECK(w.get("/api/notes/post_9/").has("post_9"));
    CHECK(w.get("/api/nothing").status == 404);
    CHECK(w.get("/api/nothing").has("\"detail\":\"Not Found\""));
    const auto refused = w.send(Method::delete_, "/api/notes/saved");
    CHECK(refused.status == 405);
    CHECK(refused.header("Allow") == "GET, HEAD, OPTIONS");
    CHECK(refused.header("Cache-Control").empty());
    CHECK(w.send(Method::head, "/api/notes/saved").status == 200);
    CHECK(w.get("/api//notes").status == 404);
}

TEST_CASE("where nothing is ever stored, the answer to a wrong method is not either") {
    World w;
    const auto refused = w.get("/api/notes/secret");
    CHECK(refused.status == 405);
    CHECK(refused.header("Cache-Control") == "no-store");
}

TEST_CASE("{user_id} of a path may be `me`, wherever it stands") {
    World w;
    CHECK(w.get("/api/readers/me/notes").has("\"user_ada\""));
    CHECK(w.get("/api/readers/user_bob/notes").has("\"user_bob\""));
    CHECK(w.get("/api/notes/me").has("\"me\""));
}

TEST_CASE("what is not set up is 404 to whoever may ask, whatever it is given, and described all the same") {
    World w;
    for (const char* body : {"", "{}", "{", R"({"copies":"x"})", R"({"copies":1})"}) {
        CHECK(w.post("/api/notes/print", body).status == 404);
        CHECK(w.post("/api/notes/print", body, {}).status == 401);
    }
    CHECK(grover::api::openapi_of(w.api, "1").find("/api/notes/print") != std::string::npos);
}

TEST_CASE("a handler that is held up is reported with its route and what was asked") {
    struct Heard final : grover::reports::Receiver {
        std::string transaction, asked, request_id;
        void take(const grover::reports::Failure& failure) noexcept override {
            transaction = failure.transaction;
            asked = std::string(failure.request->path) + '?' + std::string(failure.request->query) + ' ' +
                    std::to_string(failure.request->status) + ' ' + std::string(failure.request->address);
            request_id = grover::log::current_context()->request_id;
        }
    } heard;
    World w;
    grover::api::Dispatcher dispatcher(w.api, w.clock, w.names, w.memory, &w.heard, w.options);
    const grover::http::RequestHead request{
        .path = "/api/notes/post_9", .query = "page=2", .peer = "192.0.2.7"};
    grover::http::Response response;
    grover::reports::set_receiver(&heard);
    dispatcher.refuse(request, 503, "Service temporarily unavailable", response);
    grover::reports::set_receiver(nullptr);
    CHECK(response.status == 503);
    CHECK(heard.transaction == "GET /api/notes/{note_id}");
    CHECK(heard.asked == "/api/notes/post_9?page=2 503 192.0.2.7");
    CHECK(response.header_block().find("X-Request-Id: " + heard.request_id) != std::string::npos);
}

TEST_CASE("the order of errors: path, sign-in, shape, then what exists") {
    World w;
    const World::Headers nobody;
    CHECK(w.send(Method::post, "/api/nothing", "{", nobody).status == 404);
    CHECK(w.send(Method::put, "/api/posts/p/notes", "{", nobody).status == 405);
    const auto anonymous = w.post("/api/posts/p/notes", "{", nobody);
    CHECK(anonymous.status == 401);
    CHECK(anonymous.header("WWW-Authenticate") == "Bearer");
    CHECK(w.post("/api/posts/p/notes", "{").status == 422);
    CHECK(w.get("/api/notes/post_gone").status == 404);
    CHECK(w.get("/api/admin/thing").status == 403);
    CHECK(w.get("/api/admin/thing", {{"Authorization", "Bearer root"}}).status == 200);
    CHECK(w.notes == 0);
}

TEST_CASE("an optional endpoint takes an invalid credential for none") {
    World w;
    CHECK(w.get("/api/notes", {{"Authorization", "Bearer mallory"}}).status == 200);
    CHECK(w.get("/api/notes/saved", {{"Authorization", "Bearer mallory"}}).status == 401);
}

TEST_CASE("a bug answers with a fixed sentence and the request id, and the log alone learns the cause") {
    World w;
    const auto sent = w.get("/api/fail");
    CHECK(sent.status == 500);
    CHECK(sent.has("\"detail\":\"Internal server error\""));
    CHECK_FALSE(sent.has("SELECT"));
    CHECK(sent.has("\"request_id\":\"" + sent.header("X-Request-Id") + "\""));
    CHECK(w.heard.served == std::vector<std::string>{"500 /api/fail"});
    CHECK(w.heard.faults == std::vector<std::string>{"std::runtime_error SELECT secret FROM vault"});
    CHECK(w.heard.begun_ == 1);
}

TEST_CASE("who asked for what does not exist is known all the same") {
    World w;
    w.get("/api/nothing", {{"X-Forwarded-For", "198.51.100.1"}});
    CHECK(w.heard.served == std::vector<std::string>{"404 none"});
    CHECK(w.heard.faults.empty());
    CHECK(w.heard.address == "192.0.2.7");
}

TEST_CASE("a client's request id is used only when it is harmless") {
    World w;
    CHECK(w.get("/api/notes", {{"X-Request-Id", "abcdef_12-Z"}}).header("X-Request-Id") == "abcdef_12-Z");
    CHECK(w.get("/api/notes", {{"X-Request-Id", "short"}}).header("X-Request-Id") != "short");
    CHECK(w.get("/api/notes", {{"X-Request-Id", "with space in it"}}).header("X-Request-Id").size() == 20);
}

TEST_CASE("any origin may read, but never with credentials; a listed one is echoed with them") {
    World any;
    const auto open = any.get("/api/notes", {{"Origin", "https://evil.example"}});
    CHECK(open.header("Access-Control-Allow-Origin") == "*");
    CHECK(open.header("Access-Control-Allow-Credentials").empty());

    World mixed;
    mixed.options.allowed_origins = {"https://app.example", "*"};
    const auto starred = mixed.get("/api/notes", {{"Origin", "https://app.example"}});
    CHECK(starred.header("Access-Control-Allow-Origin") == "*");
    CHECK(starred.header("Access-Control-Allow-Credentials").empty());

    World listed;
    listed.options.allowed_origins = {"https://app.example"};
    const auto ours = listed.get("/api/notes", {{"Origin", "https://app.example"}});
    CHECK(ours.header("Access-Control-Allow-Origin") == "https://app.example");
    CHECK(ours.header("Access-Control-Allow-Credentials") == "true");
    CHECK(ours.header("Vary") == "Origin");
    const auto theirs = listed.get("/api/notes/saved", {{"Origin", "https://evil.example"}});
    CHECK(theirs.status == 401);
    CHECK(theirs.header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("a preflight needs no credential and echoes the headers that were asked for") {
    World w;
    const auto sent = w.send(
        Method::options, "/api/notes/saved", {},
        {{"Origin", "https://app.example"}, {"Access-Control-Request-Headers", "authorization, x-thing"}});
    CHECK(sent.status == 204);
    CHECK(sent.header("Access-Control-Allow-Headers") == "authorization, x-thing");
    CHECK(sent.header("Access-Control-Max-Age") == "600");
    CHECK(sent.header("Access-Control-Allow-Methods").find("PATCH") != std::string::npos);
    CHECK(w.send(Method::options, "/api/notes/saved", {}, {}).header("Allow") == "GET, HEAD, OPTIONS");
}

TEST_CASE("errors carry the headers of any answer") {
    World w;
    for (const auto* target : {"/api/nothing", "/api/fail", "/api/notes/post_gone"}) {
        const auto sent = w.get(target, {{"Authorization", "Bearer ada"}, {"Origin", "https://app.example"}});
        CHECK(sent.header("Access-Control-Allow-Origin") == "*");
        CHECK(sent.header("X-Content-Type-Options") == "nosniff");
        CHECK(sent.header("Referrer-Policy") == "no-referrer");
        CHECK_FALSE(sent.header("X-Request-Id").empty());
    }
}

TEST_CASE("the same request with one key is done once; another request with it is refused") {
    World w;
    const World::Headers key{{"Authorization", "Bearer ada"}, {"Idempotency-Key", "k1"}};
    const auto first = w.post("/api/posts/p/notes", R"({"content":"x"})", key);
    const auto again = w.post("/api/posts/p/notes", R"({"content":"x"})", key);
    CHECK(first.status == 200);
    CHECK(again.body == first.body);
    CHECK(again.header("Idempotency-Replayed") == "true");
    CHECK(w.post("/api/posts/p/notes/", R"({"content":"x"})", key).header("Idempotency-Replayed") == "true");
    CHECK(w.notes == 1);

    const auto other = w.post("/api/posts/p/notes", R"({"content":"y"})", key);
    CHECK(other.status == 422);
    CHECK(other.has("Idempotency-Key was used with another request"));
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x"})",
                 {{"Authorization", "Bearer bob"}, {"Idempotency-Key", "k1"}})
              .status == 200);
    CHECK(w.notes == 2);
    CHECK(w.post("/api/posts/p/notes", R"({"content":"x"})",
                 {{"Authorization", "Bearer ada"}, {"Idempotency-Key", std::string(129, 'k')}})
              .status == 422);
}

TEST_CASE("another file is another request") {
    World w;
    w.options.upload_directory = std::filesystem::temp_directory_path().string();
    const auto send = [&](const std::string& bytes) {
        return w.post("/api/notes/picture",
                      "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\n" +
                          bytes + "\r\n--b--\r\n",
                      {{"Authorization", "Bearer ada"},
                       {"Idempotency-Key", "k"},
                       {"Content-Type", "multipart/form-data; boundary=b"}});
    };
    const std::string large(3'000'000, 'x');
    CHECK(send(large).header("Idempotency-Replayed").empty());
    CHECK(send(large).header("Idempotency-Replayed") == "true");
    CHECK(send(large + "y").has("Idempotency-Key was used with another request"));
    CHECK(send("z" + large.substr(1)).has("Idempotency-Key was used with another request"));
}

TEST_CASE("an answer that sets a cookie is not kept: with it comes a secret") {
    World w;
    const World::Headers key{{"Authorization", "Bearer ada"}, {"Idempotency-Key", "k"}};
    for (int i = 0; i < 2; ++i) {
        const auto sent = w.post("/api/notes/cookie", "", key);
        CHECK(sent.status == 200);
        CHECK(sent.header("Set-Cookie") == "note=secret");
        CHECK(sent.header("Idempotency-Replayed").empty());
        CHECK(w.memory.kept.empty());
    }
}

TEST_CASE("an answer that is a secret is not kept, not even for a moment") {
    World w;
    const World::Headers key{{"Authorization", "Bearer ada"}, {"Idempotency-Key", "k"}};
    CHECK(w.post("/api/notes/secret", "", key).body == "\"secret 1\"");
    const auto again = w.post("/api/notes/secret", "", key);
    CHECK(again.body == "\"secret 2\"");
    CHECK(again.header("Idempotency-Replayed").empty());
    CHECK(w.memory.kept.empty());
}

TEST_CASE("while the first one runs a second with its key waits") {
    World w;
    const World::Headers key{{"Authorization", "Bearer ada"}, {"Idempotency-Key", "k"}};
    w.post("/api/posts/p/notes", R"({"content":"x"})", key);
    w.memory.kept.begin()->second.status = 0;  // as before the first answer was stored
    const auto sent = w.post("/api/posts/p/notes", R"({"content":"x"})", key);
    CHECK(sent.status == 409);
    CHECK(sent.header("Retry-After") == "1");
    CHECK(w.notes == 1);
}

TEST_CASE("a request that acted and whose answer is lost is not run again") {
    World w;
    const World::Headers key{{"Authorization", "Bearer ada"}, {"Idempotency-Key", "k"}};
    w.post("/api/posts/p/notes", R"({"content":"x"})", key);
    w.memory.kept.begin()->second.is_interrupted = true;
    const auto sent = w.post("/api/posts/p/notes", R"({"content":"x"})", key);
    CHECK(sent.status == 409);
    CHECK(sent.has("was interrupted after it had changed something"));
    CHECK(sent.header("Retry-After").empty());
    CHECK(w.notes == 1);
}

TEST_CASE("the bucket of a class empties, says so, and fills again") {
    World w;
    w.options.requests_per_minute = 6;  // auth: 1 a minute, burst 6
    const auto guess = [&](std::string_view address) {
        return w.send(Method::post, "/api/sign-in", R"({"password":"x"})", {{"X-Forwarded-For", address}});
    };
    for (int i = 0; i < 6; ++i) CHECK(guess("").status == 200);
    const auto refused = guess("");
    CHECK(refused.status == 429);
    CHECK(refused.has("Too many requests, please try again later"));
    CHECK(refused.header("Retry-After") == "60");
    CHECK(refused.header("X-RateLimit-Remaining") == "0");
    CHECK(guess("198.51.100.1").status == 429);  // the peer is no trusted proxy: its header moves nobody

    w.clock.at = w.clock.at + std::chrono::seconds{60};
    CHECK(guess("").status == 200);
    CHECK(guess("").status == 429);
}

TEST_CASE("a refused request costs nothing, and users have buckets of their own") {
    World w;
    w.options.requests_per_minute = 1;  // general: burst 10; write: half a token a minute, burst 5
    const auto note = [&](const char* who) {
        return w.post("/api/posts/p/notes", R"({"content":"x"})", {{"Authorization", who}}).status;
    };
    for (int i = 0; i < 5; ++i) CHECK(note("Bearer ada") == 200);
    for (int i = 0; i < 20; ++i) CHECK(note("Bearer ada") == 429);
    CHECK(w.get("/api/notes/saved").status == 200);
    CHECK(note("Bearer bob") == 200);
    CHECK(w.notes == 6);
}

TEST_CASE("an endpoint with a limit of its own keeps to it, whatever its class allows") {
    World w;
    const auto ask = [&](const char* who) { return w.get("/api/notes/rare", {{"Authorization", who}}); };
    for (int i = 0; i < 6; ++i) {
        const auto sent = ask("Bearer ada");
        CHECK(sent.status == 200);
        CHECK(sent.header("X-RateLimit-Limit") == "6");
        CHECK(sent.header("X-RateLimit-Remaining") == std::to_string(5 - i));
    }
    const auto refused = ask("Bearer ada");
    CHECK(refused.status == 429);
    CHECK(refused.header("Retry-After") == "10");
    CHECK(ask("Bearer bob").status == 200);
    CHECK(w.get("/api/notes/saved").header("X-RateLimit-Remaining") ==
          "593");  // of 600: what was refused cost none

    w.clock.at = w.clock.at + std::chrono::seconds{10};
    CHECK(ask("Bearer ada").status == 200);
    CHECK(ask("Bearer ada").status == 429);
}

TEST_CASE("a request that carries a file counts as an upload too, one without does not") {
    World w;
    w.options.requests_per_minute = 1;  // upload: burst 1; write: burst 5
    w.options.upload_directory = std::filesystem::temp_directory_path().string();
    const auto send = [&](std::string_view file_name) {
        return w.post("/api/notes/picture",
                      "--b\r\nContent-Disposition: form-data; name=\"picture\"" + std::string(file_name) +
                          "\r\n\r\nbytes\r\n--b--\r\n",
                      {{"Authorization", "Bearer ada"}, {"Content-Type", "multipart/form-data; boundary=b"}});
    };
    CHECK(send("").body == "\"none\"");
    const auto first = send("; filename=\"a\"");
    CHECK(first.body == "\"picture\"");
    CHECK(first.header("X-RateLimit-Limit") == "1");
    const auto second = send("; filename=\"a\"");
    CHECK(second.status == 429);
    CHECK(second.header("Retry-After") == "360");
    CHECK(second.header("X-RateLimit-Remaining") == "0");
    CHECK(send("").status == 200);
}

TEST_CASE("a second file is refused, not left out; an empty place for a file is none") {
    World w;
    w.options.upload_directory = std::filesystem::temp_directory_path().string();
    const auto part = [](std::string_view file_name, std::string_view bytes) {
        return "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"" +
               std::string(file_name) + "\"\r\n\r\n" + std::string(bytes) + "\r\n";
    };
    const auto send = [&](const std::string& body) {
        return w.post("/api/notes/picture", body + "--b--\r\n",
                      {{"Authorization", "Bearer ada"}, {"Content-Type", "multipart/form-data; boundary=b"}});
    };
    CHECK(send(part("a", "1") + part("b", "2")).status == 422);
    CHECK(send(part("a", "1") + part("", "")).status == 200);
    CHECK(send(part("", "")).body == "\"none\"");
}

TEST_CASE("what is wrong with a request as a whole comes before a malformed id, and null may clear") {
    World w;
    const auto put = [&](std::string_view path, std::string_view body) {
        return w.send(Method::put, path, std::string(body));
    };
    CHECK(put("/api/notes/a%20b", "{}").status == 422);
    CHECK(put("/api/notes/a%20b", R"({"until":null})").status == 400);
    CHECK(put("/api/notes/a", "{}").body.find("Nothing to change") != std::string::npos);
    CHECK(put("/api/notes/a", R"({"until":null})").body == "\"cleared\"");
    CHECK(put("/api/notes/a", R"({"until":"2030-01-01T00:00:00Z"})").body == "\"set\"");
}

TEST_CASE("health is answered at once, for GET and HEAD alone") {
    World w;
    w.get("/api/notes");
    grover::http::RequestHead head;
    head.path = "/health";
    grover::http::Response response;
    CHECK(w.dispatcher->answer_at_once(head, response));
    CHECK(response.body == R"({"status":"ok"})");
    CHECK(response.has_header("Cache-Control"));
    head.method = Method::post;
    CHECK_FALSE(w.dispatcher->answer_at_once(head, response));
}

TEST_CASE("an upload too many gives back what the request had taken before") {
    World w;
    w.options.requests_per_minute = 1;  // upload: burst 1; write: burst 5; general: burst 10
    w.options.upload_directory = std::filesystem::temp_directory_path().string();
    const auto send = [&](std::string_view file_name) {
        return w
            .post("/api/notes/picture",
                  "--b\r\nContent-Disposition: form-data; name=\"picture\"" + std::string(file_name) +
                      "\r\n\r\nbytes\r\n--b--\r\n",
                  {{"Authorization", "Bearer ada"}, {"Content-Type", "multipart/form-data; boundary=b"}})
            .status;
    };
    CHECK(send("; filename=\"a\"") == 200);
    for (int i = 0; i < 20; ++i) CHECK(send("; filename=\"a\"") == 429);
    for (int i = 0; i < 4; ++i) CHECK(send("") == 200);
    CHECK(send("") == 429);
    CHECK(w.get("/api/notes/saved").header("X-RateLimit-Remaining") == "4");
}

TEST_CASE("an endpoint whose limits are kept elsewhere takes from no bucket, but is counted and logged") {
    World w;
    w.options.requests_per_minute = 1;
    for (int i = 0; i < 30; ++i)
        CHECK(w.post("/api/notes/titles", R"({"title":"a","text":"b","readers":[]})").status == 200);
    CHECK(w.heard.served.size() == 30);
    CHECK(w.heard.exempt == 0);
    const auto described = grover::api::openapi_of(w.api, "1");
    const auto from = described.find("\"/api/notes/titles\"");
    const auto part = described.substr(from, described.find("\"/api/notes/", from + 10) - from);
    CHECK(part.find("\"429\"") != std::string::npos);
    CHECK(part.find("\"503\"") != std::string::npos);
}

TEST_CASE("what is declared too long is refused before the path and the caller are looked at") {
    World w;
    const World::Headers nobody{{"Authorization", "Bearer nobody"}};
    w.declared_length = 734'003'210;
    CHECK(w.post("/api/nope", "", nobody).status == 413);
    CHECK(w.post("/api/notes", "", nobody).status == 413);
    CHECK(w.post("/api/posts/p/notes", "", nobody).status == 413);
    w.declared_length = (1 << 20) + 1;
    CHECK(w.post("/api/nope", "", nobody).status == 404);
    CHECK(w.post("/api/posts/p/notes", "", nobody).status == 413);
    CHECK(w.post("/api/notes/picture", "",
                 {{"Authorization", "Bearer nobody"}, {"Content-Type", "multipart/form-data; boundary=b"}})
              .status == 401);
    w.declared_length = 1 << 20;
    CHECK(w.post("/api/posts/p/notes", "", nobody).status == 401);
    CHECK(w.notes == 0);
}

TEST_CASE("links name the host that was asked only where it is the server's own, in any case of letters") {
    const std::vector<std::string> allowed{"https://App.example:3000", "*"};
    const auto base = [&](std::string_view host) {
        return std::string(grover::api::base_url_for("", host, false, allowed, 8001));
    };
    CHECK(base("localhost:9") == "http://localhost:9");
    CHECK(base("LocalHost:9") == "http://localhost:9");
    CHECK(base("app.EXAMPLE:8001") == "http://app.example:8001");
    CHECK(base("192.0.2.1:9") == "http://192.0.2.1:9");
    for (const auto* foreign : {"evil.example", "", ":9", "app.example.evil", "localhost@evil.example"}) {
        CAPTURE(foreign);
        CHECK(base(foreign) == "http://localhost:8001");
    }
    CHECK(grover::api::is_own_host("Grover.app", "https://grover.app/x", {}));
    CHECK_FALSE(grover::api::is_own_host("grover.app.evil", "https://grover.app/x", {}));
}
