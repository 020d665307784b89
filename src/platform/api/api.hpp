// The table of endpoints. Domains add to it at start; the dispatcher routes by it; OpenAPI is written from it.
//
//     void add_comments_api(Api& api, CommentsService& comments) {
//         api.on<CommentCreate>([&](const Caller& me, const CommentCreate& in) { return comments.create(me, in); });
//     }
//
// A handler takes (const Caller&, Request&) and, when it sets headers or a status of its own, a Reply&. It returns what is
// described (a struct, a vector, wire::Raw<T>), a Page or RawPage (X-Next-Cursor is set from it), or an http file answer
// through Reply::response.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/api/bind.hpp"
#include "platform/api/caller.hpp"
#include "platform/api/cursor.hpp"
#include "platform/api/route.hpp"
#include "platform/api/schema.hpp"
#include "platform/base/function_ref.hpp"
#include "platform/base/page.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::api {

// A page of a list whose JSON array is already written.
template <class T>
struct RawPage {
    using described = std::vector<T>;
    std::string json;
    std::string next;
};

// An object that holds one page of a list: the list goes on at `next`.
template <class T>
struct WithNext {
    T answer;
    std::string next;
};

// The answer to OPTIONS-like endpoints that write the whole response themselves.
struct NoContent {};

// What a handler may say beside its answer.
class Reply {
public:
    // `cursors` may be null where no list is answered; `endpoint` is what its cursors are bound to.
    explicit Reply(http::Response& response, const http::RequestHead& request,
                   const CursorCodec* cursors = nullptr, std::string_view endpoint = {})
        : response_(response), request_(request), cursors_(cursors), endpoint_(endpoint) {}

    void status(int value) { response_.status = value; }
    void header(std::string_view name, std::string_view value) { response_.add_header(name, value); }
    // For lists that name their next page in the body: the cursor of that position, which is sent as X-Next-Cursor too.
    std::string next(std::string_view position);
    // For answers that are no JSON: pages, files, redirects.
    http::Response& response() { return response_; }
    const http::RequestHead& request() const { return request_; }

private:
    http::Response& response_;
    const http::RequestHead& request_;
    const CursorCodec* cursors_;
    std::string_view endpoint_;
};

// One request on its way through an endpoint.
struct Call {
    const Caller& caller;
    Inputs& inputs;
    Reply& reply;
    // Authenticates a cursor for this endpoint, or throws 400 "Invalid cursor".
    FunctionRef<std::string(std::string_view)> open_cursor;
    FunctionRef<void(std::string_view)> set_next;
    // Called between validation and the handler: true when a stored answer was replayed (Idempotency-Key).
    FunctionRef<bool()> replayed;
};

struct Endpoint {
    Route route;
    std::string name;  // "/api/posts/{post_id}": the route in logs and metrics
    std::function<void(Call&)> run;
    std::vector<InputInfo> (*inputs)(Components&) = nullptr;
    std::string (*answer)(Components&) = nullptr;
    std::span<const RouteError> errors = {};
    bool reads_body = false;                    // any field comes from a body
    std::vector<std::string_view> file_fields;  // names and aliases
    std::size_t index = 0;
    std::string switched_off;  // the sentence of a 503, when its feature is off
    bool is_on = true;         // false: 404 to whoever may ask
};

class Api {
public:
    template <class Request, class F>
    void on(F handler) {
        on_if<Request>(true, std::move(handler));
    }
    // Not `is_on`: described, and 404 to whoever may ask, whatever it is given. For what is not set up here.
    template <class Request, class F>
    void on_if(bool is_on, F handler);

    // Every endpoint below `path` that is added from now on is described, and answers 503 with this sentence.
    void switch_off(std::string_view path, std::string_view sentence);

    const std::vector<std::unique_ptr<Endpoint>>& endpoints() const { return endpoints_; }

private:
    void add(Endpoint endpoint);

    std::vector<std::unique_ptr<Endpoint>> endpoints_;
    std::vector<std::pair<std::string, std::string>> switched_off_;
};

std::string openapi_of(const Api& api, std::string_view version);

// Throws the 422 or 400 that the problems amount to; returns when there are none.
void refuse_if_any(Problems& problems);

template <class T>
void write_answer(Call& call, T&& answer) {
    using Answer = std::remove_cvref_t<T>;
    auto& body = call.reply.response().body;
    if constexpr (requires {
                      answer.items;
                      answer.next;
                  }) {
        wire::write(body, answer.items);
        call.set_next(answer.next);
    } else if constexpr (requires {
                             answer.answer;
                             answer.next;
                         }) {
        wire::write(body, answer.answer);
        call.set_next(answer.next);
    } else if constexpr (requires {
                             answer.json;
                             answer.next;
                         }) {
        body = std::move(answer.json);
        call.set_next(answer.next);
    } else if constexpr (requires { answer.json; }) {
        body = std::move(answer.json);
    } else if constexpr (!std::is_same_v<Answer, NoContent>) {
        wire::write(body, answer);
    }
}

template <class T>
struct AnswerOf {
    using type = T;
};
template <class T>
struct AnswerOf<Page<T>> {
    using type = std::vector<T>;
};

template <class T>
struct AnswerOf<WithNext<T>> {
    using type = T;
};

template <class Field>
void add_file_names(std::vector<std::string_view>& names, const Field& field) {
    if constexpr (std::is_same_v<typename Field::member_type, std::optional<http::UploadedFile>>) {
        names.push_back(field.name);
        for (const auto alias : field.rules.also) {
            if (!alias.empty()) names.push_back(alias);
        }
    }
}

// `{user_id}` accepts "me" wherever it is a path parameter (users.md §2).
template <class Request, class Field>
void name_caller(const Field& field, Request& in, const Caller& caller) {
    if constexpr (std::is_same_v<typename Field::member_type, UserId>) {
        auto& user = in.*field.member;
        if ((field.rules.where & wire::in_path) && user.view() == "me") user = caller.id;
    }
}

template <class Request, class F>
void Api::on_if(bool is_on, F handler) {
    constexpr bool takes_reply = std::is_invocable_v<F&, const Caller&, Request&, Reply&>;
    auto invoke = [](F& f, const Caller& me, Request& in, Reply& reply) -> decltype(auto) {
        if constexpr (takes_reply) {
            return f(me, in, reply);
        } else {
            return f(me, in);
        }
    };
    using Answer = std::remove_cvref_t<decltype(invoke(handler, std::declval<const Caller&>(),
                                                       std::declval<Request&>(), std::declval<Reply&>()))>;

    Endpoint endpoint;
    endpoint.route = Request::route;
    endpoint.is_on = is_on;
    endpoint.inputs = &inputs_of<Request>;
    if constexpr (requires { Request::errors; }) endpoint.errors = Request::errors;
    endpoint.answer = [](Components& components) -> std::string {
        if constexpr (std::is_void_v<Answer> || std::is_same_v<Answer, NoContent>) {
            return {};
        } else {
            return schema_of<typename AnswerOf<Answer>::type>(components);
        }
    };
    unpack(
        [&](const auto&... f) {
            endpoint.reads_body = ((f.rules.where & (wire::in_body | wire::in_file)) || ...);
        },
        Request::fields);
    unpack([&](const auto&... f) { (add_file_names(endpoint.file_fields, f), ...); }, Request::fields);
    endpoint.run = [handler = std::move(handler), invoke](Call& call) mutable {
        Request in{};
        Problems problems;
        bind(call.inputs, in, problems);
        // Fields behind a file that is too large are not missing: nobody read so far.
        if (call.inputs.is_cut_short && !problems.fields.empty())
            throw file_upload_error("File too large. Maximum size: 50MB");
        if (call.inputs.malformed) problems.fields.push_back(std::move(*call.inputs.malformed));
        refuse_if_any(problems);
        unpack([&](const auto&... f) { (name_caller(f, in, call.caller), ...); }, Request::fields);
        unpack(
            [&](const auto&... f) {
                [[maybe_unused]] auto open = [&](const auto& field) {
                    if constexpr (is_page<typename std::remove_cvref_t<decltype(field)>::member_type>) {
                        if (!problems.cursor.empty())
                            (in.*field.member).after = call.open_cursor(problems.cursor);
                    }
                };
                (open(f), ...);
            },
            Request::fields);
        if (call.replayed()) return;
        if constexpr (std::is_void_v<Answer>) {
            invoke(handler, call.caller, in, call.reply);
        } else {
            write_answer(call, invoke(handler, call.caller, in, call.reply));
        }
    };
    add(std::move(endpoint));
}

}  // namespace grover::api

namespace grover {
using api::Api;
}
