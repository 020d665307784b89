#include <map>

#include "domains/users/users_test.hpp"
#include "platform/api/dispatcher.hpp"
#include "platform/http/memory_exchange.hpp"

using namespace grover;
using namespace grover::users;

namespace {

struct NoIdempotency final : api::IdempotencyStore {
    Outcome begin(const UserId&, std::string_view, std::string_view, std::string_view,
                  std::string_view) override {
        return Fresh{};
    }
};

// "Bearer ada" is Ada.
struct ByName final : api::Authenticator {
    bool authenticate(const http::RequestHead& request, const api::Route&, Caller& caller) override {
        const auto known = ids.find(std::string(request.header("authorization")));
        if (known == ids.end()) return false;
        caller.id = known->second;
        return true;
    }
    std::map<std::string, UserId> ids;
};

struct Sent {
    int status;
    std::string body;
    std::string headers;
};

// The endpoints of users behind the real dispatcher, without a network.
struct Server {
    World w;
    Caller ada = w.user("ada"), bob = w.user("bob");
    Api api;
    ByName names;
    NoIdempotency idempotency;
    std::unique_ptr<api::Dispatcher> dispatcher;

    Server() {
        add_users_api(api, w.users());
        names.ids = {{"Bearer ada", ada.id}, {"Bearer bob", bob.id}};
        api::DispatcherOptions options;
        options.rate_limits = false;
        options.signing_secret = "0123456789abcdef0123456789abcdef";
        dispatcher = std::make_unique<api::Dispatcher>(api, w.clock, names, idempotency, nullptr, options);
    }

    Sent send(std::string_view who, http::Method method, std::string_view target, std::string body = {},
              std::string_view type = "application/json") {
        const std::string credential = "Bearer " + std::string(who);
        std::vector<http::Header> headers{{"Authorization", credential}};
        if (!body.empty()) headers.push_back({"Content-Type", type});
        http::MemoryExchange exchange(body, 1'000);
        exchange.head.method = method;
        exchange.head.target = target;
        exchange.head.path = target.substr(0, target.find('?'));
        if (exchange.head.path.size() < target.size())
            exchange.head.query = target.substr(exchange.head.path.size() + 1);
        exchange.head.headers = headers;
        exchange.head.has_body = !body.empty();
        exchange.head.peer = "192.0.2.7";
        dispatcher->handle(exchange);
        return {exchange.answer.status, exchange.answer.body, std::string(exchange.answer.header_block())};
    }
    Sent get(std::string_view who, std::string_view target) { return send(who, http::Method::get, target); }
    Sent post(std::string_view who, std::string_view target, std::string body = {}) {
        return send(who, http::Method::post, target, std::move(body));
    }
    Sent put(std::string_view who, std::string_view target, std::string body = {}) {
        return send(who, http::Method::put, target, std::move(body));
    }
    std::string path(const Caller& user, std::string_view rest = {}) const {
        return "/api/users/" + user.id.str() + std::string(rest);
    }
};

}  // namespace

TEST_CASE("a profile is changed by JSON, by form and by query alike; the body wins; null is absent") {
    Server s;
    CHECK(s.put("ada", "/api/users/me", R"({"bio":"by json"})").status == 200);
    CHECK(s.w.me(s.ada).bio == "by json");
    CHECK(s.put("ada", "/api/users/me?bio=by%20query").status == 200);
    CHECK(s.w.me(s.ada).bio == "by query");
    CHECK(
        s.send("ada", http::Method::put, "/api/users/me", "bio=by+form", "application/x-www-form-urlencoded")
            .status == 200);
    CHECK(s.w.me(s.ada).bio == "by form");
    CHECK(s.put("ada", "/api/users/me?bio=query&website=example.org", R"({"bio":"body"})").status == 200);
    CHECK(s.w.me(s.ada).bio == "body");
    CHECK(s.w.me(s.ada).website == "https://example.org");
    CHECK(s.put("ada", "/api/users/me", R"({"bio":null,"unknown":{"$set":1}})").status == 200);
    CHECK(s.w.me(s.ada).bio == "body");
    CHECK(s.put("ada", "/api/users/me", R"({"is_private":"yes"})").status == 200);
    CHECK(s.w.me(s.ada).is_private);
    CHECK(s.put("ada", "/api/users/me", R"({"is_private":"perhaps","bio":"no"})").status == 422);
    CHECK(s.w.me(s.ada).bio == "body");
    CHECK(s.put("ada", "/api/users/me/notification-settings?notify_likes=off").body ==
          R"({"message":"Notification settings updated","settings":{"notify_likes":false}})");
    CHECK(s.put("ada", "/api/users/me/notification-settings", R"({"muted_until":null})").body ==
          R"({"message":"Notification settings updated","settings":{"muted_until":null}})");
    CHECK(s.put("ada", "/api/users/me/notification-settings", R"({"mute_keywords":"spoiler"})").status ==
          422);
    CHECK(has(
        s.put("ada", "/api/users/me/notification-settings?mute_keywords=spoiler&mute_keywords=ending").body,
        R"(["spoiler","ending"])"));
    CHECK(s.put("ada", "/api/users/me/notification-settings", R"({"notify_likes":"maybe"})").status == 422);
    CHECK(s.put("ada", "/api/users/me/notification-settings", R"({"email_frequency":"never"})").status ==
          422);
    CHECK(s.put("ada", "/api/users/me/privacy", R"({"allow_calls":"friends"})").status == 422);
}

TEST_CASE("static paths are never read as a user id, and `me` is the caller wherever an id stands") {
    Server s;
    CHECK(has(s.get("ada", "/api/users/me/stats").body, s.ada.id.view()));
    CHECK(s.get("ada", "/api/users/me/followers").body == "[]");
    CHECK(s.get("ada", "/api/users/me/mutual").body == "[]");
    CHECK(has(s.post("ada", "/api/users/me/follow").body, "Cannot follow yourself"));
    CHECK(has(s.post("ada", "/api/users/me/block").body, "Cannot block yourself"));
    CHECK(has(s.post("ada", "/api/users/me/mute").body, "Cannot mute yourself"));
    CHECK(s.send("ada", http::Method::delete_, "/api/users/me/followers/me").body ==
          R"({"message":"Follower removed","followers_count":0})");
    CHECK(has(s.get("ada", "/api/users/by-username/bob").body, s.bob.id.view()));
    CHECK(s.get("ada", "/api/users/by-username/stats").status == 404);
    CHECK(has(s.get("ada", "/api/users/by-username/stats").body, "User not found"));
    CHECK(has(s.get("ada", "/api/users/username-available?username=bob").body, R"("available":false)"));
    CHECK(s.get("ada", "/api/users/username-available").status == 422);
    CHECK(s.get("ada", "/api/users/me/follow-requests").body == "[]");
    CHECK(s.get("ada", "/api/users/me/blocked").body == "[]");
    CHECK(s.get("ada", "/api/users/me/muted").body == "[]");
    CHECK(s.get("ada", "/api/users/me/export").body == "[]");
}

TEST_CASE("ids: malformed is 400, too long is 400, unknown is 404") {
    Server s;
    CHECK(s.get("ada", "/api/users/a%20b").status == 400);
    CHECK(has(s.get("ada", "/api/users/a%20b").body, "Invalid user_id format"));
    CHECK(has(s.get("ada", "/api/users/" + std::string(51, 'x')).body, "user_id too long"));
    CHECK(s.get("ada", "/api/users/user_nobody").status == 404);
    CHECK(s.post("ada", "/api/users/a%24b/follow").status == 400);
    CHECK(s.get("ada", "/api/users/user_nobody/stats").status == 404);
    CHECK(s.w.rows("follows") == 0);
}

TEST_CASE("statuses and headers are the contract's") {
    Server s;
    CHECK(s.post("ada", s.path(s.bob, "/report"), R"({"reason":"spam"})").status == 201);
    CHECK(s.post("ada", s.path(s.bob, "/report"), R"({"reason":"boring"})").status == 422);
    CHECK(s.post("ada", s.path(s.bob, "/report"),
                 R"({"reason":"spam","details":")" + std::string(1'001, 'x') + "\"}")
              .status == 422);
    CHECK(s.post("ada", s.path(s.bob, "/mute?scope=stories&until=2030-01-01T00:00:00Z")).body ==
          R"({"message":"User muted","muted":true})");
    CHECK(has(s.get("ada", "/api/users/me/muted").body,
              R"("scope":"stories","until":"2030-01-01T00:00:00.000Z")"));
    CHECK(s.post("ada", s.path(s.bob, "/mute"), R"({"scope":"everything"})").status == 422);

    s.put("bob", "/api/users/me/privacy", R"({"is_private":true})");
    const auto hidden = s.get("ada", s.path(s.bob, "/followers"));
    CHECK(hidden.status == 200);
    CHECK(hidden.body == "[]");
    CHECK(has(hidden.headers, "X-Account-Private: true"));
    CHECK_FALSE(has(s.get("bob", s.path(s.bob, "/followers")).headers, "X-Account-Private"));
    CHECK(s.post("ada", s.path(s.bob, "/follow")).body ==
          R"({"message":"Follow request sent","following":false,"requested":true,"followers_count":0})");
    CHECK(s.post("bob", "/api/users/me/follow-requests/" + s.ada.id.str() + "/accept").body ==
          R"({"message":"Request accepted"})");
    CHECK(s.post("bob", "/api/users/me/follow-requests/accept-all").body ==
          R"({"message":"Requests accepted","accepted":0})");

    CHECK(s.post("ada", "/api/users/me/export").status == 202);
    CHECK(s.get("ada", "/api/users/me/export/export_nothing").status == 404);
    CHECK(s.send("ada", http::Method::delete_, "/api/users/me").status == 422);
    CHECK(s.send("ada", http::Method::delete_, "/api/users/me?confirm=ada&current_password=secret").status ==
          400);
    CHECK(s.send("ada", http::Method::delete_, "/api/users/me",
                 R"({"confirm":"ada","current_password":"secret"})")
              .status == 202);
    CHECK(s.post("ada", "/api/users/me/picture").status == 422);
}

TEST_CASE("lists hand out a cursor that continues them, and refuse one that was altered") {
    Server s;
    for (const char* name : {"eve", "sam", "tim"}) s.w.follow(s.w.user(name), s.ada);
    const auto target = s.path(s.ada, "/followers?limit=2");
    const auto first = s.get("bob", target);
    CHECK(has(first.body, R"("username":"tim")"));
    CHECK(has(first.body, R"("username":"sam")"));
    const auto start = first.headers.find("X-Next-Cursor: ") + 15;
    const auto cursor = first.headers.substr(start, first.headers.find('\r', start) - start);
    const auto second = s.get("bob", target + "&cursor=" + cursor);
    CHECK(has(second.body, R"("username":"eve")"));
    CHECK_FALSE(has(second.body, R"("username":"sam")"));
    CHECK_FALSE(has(second.headers, "X-Next-Cursor"));
    CHECK(s.get("bob", target + "&cursor=" + cursor + "x").status == 400);
    CHECK(s.get("bob", s.path(s.ada, "/following?cursor=") + cursor).status == 400);
}

TEST_CASE("nobody gets in without signing in, on any endpoint of users") {
    Server s;
    for (const auto& endpoint : s.api.endpoints()) {
        std::string path = endpoint->name;
        for (auto at = path.find('{'); at != path.npos; at = path.find('{'))
            path.replace(at, path.find('}') - at + 1, "user_x");
        const auto sent = s.send("mallory", endpoint->route.method, path, "{}");
        CHECK_MESSAGE(sent.status == 401, path);
    }
    CHECK(s.api.endpoints().size() == 40);
}

TEST_CASE("what is private in an account appears in no answer to another") {
    Server s;
    s.put("ada", "/api/users/me", R"({"paypal_email":"ada@pay.example"})");
    s.post("bob", s.path(s.ada, "/follow"));
    s.post("ada", s.path(s.bob, "/follow"));
    s.post("bob", s.path(s.ada, "/mute"));
    for (const auto& endpoint : s.api.endpoints()) {
        if (endpoint->route.method != http::Method::get) continue;
        for (const auto* id : {&s.ada, &s.bob}) {
            std::string path = endpoint->name;
            if (const auto at = path.find("{user_id}"); at != path.npos) path.replace(at, 9, id->id.view());
            if (const auto at = path.find("{username}"); at != path.npos) path.replace(at, 10, "ada");
            const auto sent = s.get("bob", path + "?username=ada");
            CHECK_FALSE_MESSAGE(has(sent.body, "ada@"), path);
        }
    }
}
