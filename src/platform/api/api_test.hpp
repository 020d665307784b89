// A small API to send requests to, without a network: what the tests of this folder share.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/dispatcher.hpp"
#include "platform/http/memory_exchange.hpp"

namespace grover::api::test {

using wire::field;
using wire::in_body;
using wire::in_path;
using wire::in_query;

struct StoppedClock final : Clock {
    Time at{1'700'000'000'000'000};
    Time now() const override { return at; }
};

enum class Mood : std::uint8_t { calm, wild };
constexpr std::array<std::string_view, 2> enum_names(Mood) { return {"calm", "wild"}; }

struct NoteAnswer {
    std::string content;
    std::optional<bool> loud;
    std::optional<std::int64_t> count;
    std::optional<std::string> parent;
    std::vector<std::string> tags;
    std::optional<Mood> mood;
    static constexpr auto fields = Pack{
        field("content", &NoteAnswer::content), field("loud", &NoteAnswer::loud),
        field("count", &NoteAnswer::count),     field("parent", &NoteAnswer::parent),
        field("tags", &NoteAnswer::tags),       field("mood", &NoteAnswer::mood),
    };
};

struct NotePart {
    std::string title;
    std::int64_t size = 0;
    static constexpr auto fields = Pack{field("title", &NotePart::title), field("size", &NotePart::size)};
};

struct NoteCreate {
    PostId post_id;
    std::string content;
    std::optional<bool> loud;
    std::optional<std::int64_t> count;
    std::optional<CommentId> parent_comment_id;
    std::vector<std::string> tags;
    std::optional<Mood> mood;
    std::optional<Cents> price;
    std::vector<NotePart> parts;

    static constexpr Route route{.method = http::Method::post,
                                 .path = "/posts/{post_id}/notes",
                                 .summary = "Add a note.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("post_id", &NoteCreate::post_id, in_path),
        field("content", &NoteCreate::content, in_body | in_query, wire::trimmed_length(1, 20)),
        field("loud", &NoteCreate::loud, in_body | in_query),
        field("count", &NoteCreate::count, in_body | in_query, wire::range(0, 100)),
        field("parent_comment_id", &NoteCreate::parent_comment_id, in_body | in_query),
        field("tags", &NoteCreate::tags, in_body | in_query, wire::comma_list, wire::length(0, 5)),
        field("mood", &NoteCreate::mood, in_body | in_query),
        field("price", &NoteCreate::price, in_body | in_query),
        field("parts", &NoteCreate::parts, in_body, wire::or_default, wire::length(0, 2)),
    };
};
static_assert(wire::describes_every_member<NoteCreate>);

struct NotesList {
    PageRequest page;
    static constexpr Route route{
        .method = http::Method::get, .path = "/notes", .summary = "Notes.", .auth = Auth::optional};
    static constexpr auto fields = Pack{api::page(&NotesList::page)};
};

struct NotesSaved {
    static constexpr Route route{
        .method = http::Method::get, .path = "/notes/saved", .summary = "Saved notes."};
    static constexpr auto fields = Pack{};
};

struct NoteGet {
    PostId note_id;
    static constexpr Route route{
        .method = http::Method::get, .path = "/notes/{note_id}", .summary = "One note."};
    static constexpr auto fields = Pack{field("note_id", &NoteGet::note_id, in_path)};
};

struct NotePicture {
    std::optional<http::UploadedFile> picture;
    static constexpr Route route{.method = http::Method::post,
                                 .path = "/notes/picture",
                                 .summary = "A note, perhaps with a picture.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{api::file("picture", &NotePicture::picture)};
};

struct NoteTitle {
    std::string title;
    std::string text;
    std::vector<std::string> readers;
    static constexpr Route route{.method = http::Method::post,
                                 .path = "/notes/titles",
                                 .summary = "A note whose limits are kept elsewhere.",
                                 .limit = RateClass::own};
    static constexpr auto fields =
        Pack{field("title", &NoteTitle::title, in_body | in_query), field("text", &NoteTitle::text, in_body),
             field("readers", &NoteTitle::readers, in_body, wire::comma_list, wire::required)};
};

struct NoteCookie {
    static constexpr Route route{.method = http::Method::post,
                                 .path = "/notes/cookie",
                                 .summary = "A secret for the caller's browser."};
    static constexpr auto fields = Pack{};
};

struct NoteSecret {
    static constexpr Route route{.method = http::Method::post,
                                 .path = "/notes/secret",
                                 .summary = "A secret for the caller.",
                                 .cache_control = "no-store",
                                 .answers_secret = true};
    static constexpr auto fields = Pack{};
};

struct NoteRare {
    static constexpr Route route{.method = http::Method::get,
                                 .path = "/notes/rare",
                                 .summary = "What is asked for now and then.",
                                 .per_minute = 6};
    static constexpr auto fields = Pack{};
};

struct NoteMute {
    PostId note_id;
    std::optional<Time> until;
    static constexpr Route route{
        .method = http::Method::put, .path = "/notes/{note_id}", .summary = "Silence a note for a time."};
    static constexpr auto fields =
        Pack{field("note_id", &NoteMute::note_id, in_path),
             field("until", &NoteMute::until, in_body | in_query, wire::null_is_empty)};
    std::optional<FieldError> misfit() const {
        if (until) return std::nullopt;
        return FieldError{{"body"}, "Nothing to change", "missing"};
    }
};

struct NoteReader {
    UserId user_id;
    static constexpr Route route{
        .method = http::Method::get, .path = "/readers/{user_id}/notes", .summary = "Whose notes."};
    static constexpr auto fields = Pack{field("user_id", &NoteReader::user_id, in_path)};
};

// Of a feature that is not set up.
struct NotePrint {
    std::int64_t copies = 0;
    static constexpr Route route{
        .method = http::Method::post, .path = "/notes/print", .summary = "Print all notes."};
    static constexpr auto fields = Pack{field("copies", &NotePrint::copies, in_body)};
};

struct NoteFail {
    static constexpr Route route{.method = http::Method::get, .path = "/fail", .summary = "A bug."};
    static constexpr auto fields = Pack{};
};

struct AdminOnly {
    static constexpr Route route{.method = http::Method::get,
                                 .path = "/admin/thing",
                                 .summary = "For administrators.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{};
};

struct SignIn {
    std::string password;
    static constexpr Route route{.method = http::Method::post,
                                 .path = "/sign-in",
                                 .summary = "Guess.",
                                 .auth = Auth::none,
                                 .limit = RateClass::auth};
    static constexpr auto fields = Pack{field("password", &SignIn::password, in_body)};
};

// Knows "Bearer ada", "Bearer bob" and "Bearer root".
struct Names final : Authenticator {
    bool authenticate(const http::RequestHead& request, const Route&, Caller& caller) override {
        const auto header = request.header("authorization");
        for (const std::string_view name : {"ada", "bob", "root"}) {
            if (header != "Bearer " + std::string(name)) continue;
            caller.id = UserId("user_" + std::string(name));
            caller.is_admin = name == "root";
            return true;
        }
        return false;
    }
};

struct Heard final : Observer {
    int begun_ = 0;
    std::vector<std::string> served;  // "200 /api/notes"
    int exempt = 0;
    std::vector<std::string> faults;  // "std::runtime_error cause"
    std::string address;              // of the last

    void begun(const Endpoint&) override { ++begun_; }
    void done(const Done& request) override {
        served.push_back(std::to_string(request.status) + " " + std::string(request.route));
        exempt += request.is_exempt;
        if (request.is_fault) faults.push_back(std::string(request.type) + " " + std::string(request.cause));
        address = request.caller.address;
    }
};

struct Memory final : IdempotencyStore {
    struct Kept {
        std::string hash;
        int status = 0;
        std::string body;
        bool is_interrupted = false;
    };
    std::map<std::string, Kept> kept;

    static std::string name_of(const UserId& user, std::string_view method, std::string_view path,
                               std::string_view key) {
        return user.str() + " " + std::string(method) + " " + std::string(path) + " " + std::string(key);
    }
    struct Run final : KeyedRun {
        Run(std::map<std::string, Kept>& all, std::string own) : kept(all), name(std::move(own)) {}
        void finish(int status, std::string_view body) override {
            kept[name].status = status;
            kept[name].body = body;
        }
        void give_up() override { forget(); }
        void forget() override { kept.erase(name); }
        std::map<std::string, Kept>& kept;
        std::string name;
    };
    Outcome begin(const UserId& user, std::string_view method, std::string_view path, std::string_view key,
                  std::string_view hash) override {
        const auto name = name_of(user, method, path, key);
        const auto [found, fresh] = kept.try_emplace(name, Kept{.hash = std::string(hash), .body = {}});
        if (fresh) return std::make_unique<Run>(kept, name);
        if (found->second.hash != hash) return OtherInput{};
        if (found->second.is_interrupted) return Interrupted{};
        if (found->second.status == 0) return StillRunning{};
        return Replay{found->second.status, found->second.body};
    }
};

// One request and its answer.
struct Sent {
    int status;
    std::string body;
    std::string headers;

    bool has(std::string_view text) const { return body.find(text) != std::string::npos; }
    std::string header(std::string_view name) const {
        const auto start = headers.find(std::string(name) + ": ");
        if (start == std::string::npos) return {};
        const auto value = start + name.size() + 2;
        return headers.substr(value, headers.find("\r\n", value) - value);
    }
};

struct World {
    StoppedClock clock;
    Names names;
    Memory memory;
    Api api;
    int notes = 0;
    Heard heard;
    DispatcherOptions options{.signing_secret = "0123456789abcdef0123456789abcdef"};
    std::unique_ptr<Dispatcher> dispatcher;
    std::optional<std::uint64_t> declared_length;  // of the requests that follow, whatever they send

    World() {
        options.allowed_origins = {"*"};
        api.on<NoteCreate>([this](const Caller&, const NoteCreate& in) {
            ++notes;
            return NoteAnswer{
                in.content, in.loud,
                in.count,   in.parent_comment_id ? std::optional(in.parent_comment_id->str()) : std::nullopt,
                in.tags,    in.mood};
        });
        api.on<NotesList>([](const Caller&, const NotesList& in) {
            Page<std::string> page;
            page.items = {std::to_string(in.page.limit), std::to_string(in.page.skip), in.page.after};
            page.next = "42.post_x";
            return page;
        });
        api.on<NotesSaved>([](const Caller&, const NotesSaved&) { return std::string("saved"); });
        api.on<NoteGet>([](const Caller&, const NoteGet& in) -> std::string {
            if (in.note_id.view() == "post_gone") throw not_found("Note not found");
            return in.note_id.str();
        });
        api.on<NotePicture>([](const Caller&, const NotePicture& in) {
            return std::string(in.picture ? "picture" : "none");
        });
        api.on<NoteTitle>([this](const Caller&, const NoteTitle& in) {
            ++notes;
            return std::to_string(in.readers.size());
        });
        api.on<NoteCookie>([](const Caller&, const NoteCookie&, Reply& reply) {
            reply.header("Set-Cookie", "note=secret");
            return std::string("made");
        });
        api.on<NoteSecret>(
            [this](const Caller&, const NoteSecret&) { return "secret " + std::to_string(++notes); });
        api.on<NoteRare>([](const Caller&, const NoteRare&) { return std::string("rare"); });
        api.on<NoteMute>([](const Caller&, const NoteMute& in) {
            return std::string(in.until->us == 0 ? "cleared" : "set");
        });
        api.on<NoteReader>([](const Caller&, const NoteReader& in) { return in.user_id.str(); });
        api.on_if<NotePrint>(false, [](const Caller&, const NotePrint&) { return std::string("printed"); });
        api.on<NoteFail>([](const Caller&, const NoteFail&) -> std::string {
            throw std::runtime_error("SELECT secret FROM vault");
        });
        api.on<AdminOnly>([](const Caller&, const AdminOnly&) { return std::string("yes"); });
        api.on<SignIn>([](const Caller&, const SignIn&) { return std::string("in"); });
    }

    using Headers = std::vector<http::Header>;

    Sent send(http::Method method, std::string_view target, std::string body = {},
              Headers headers = {{"Authorization", "Bearer ada"}}) {
        if (!dispatcher) {
            dispatcher = std::make_unique<Dispatcher>(api, clock, names, memory, &heard, options);
        }
        if (!body.empty() && (body.front() == '{' || body.front() == '['))
            headers.push_back({"Content-Type", "application/json"});
        http::MemoryExchange exchange(body, 1'000);
        exchange.head.method = method;
        exchange.head.target = target;
        exchange.head.path = target.substr(0, target.find('?'));
        if (exchange.head.path.size() < target.size())
            exchange.head.query = target.substr(exchange.head.path.size() + 1);
        exchange.head.headers = headers;
        exchange.head.has_body = !body.empty();
        exchange.head.content_length = declared_length;
        exchange.head.peer = "192.0.2.7";
        dispatcher->handle(exchange);
        return {exchange.answer.status, exchange.answer.body, std::string(exchange.answer.header_block())};
    }
    Sent get(std::string_view target, Headers headers = {{"Authorization", "Bearer ada"}}) {
        return send(http::Method::get, target, {}, std::move(headers));
    }
    Sent post(std::string_view target, std::string body,
              Headers headers = {{"Authorization", "Bearer ada"}}) {
        return send(http::Method::post, target, std::move(body), std::move(headers));
    }
};

}  // namespace grover::api::test
