#include "platform/sentry/event.hpp"

#include <sys/utsname.h>

#include <array>

#include "platform/wire/json_out.hpp"

namespace grover::sentry {
namespace {

using wire::absent_when_null;
using wire::field;
using Texts = std::map<std::string, std::string>;

struct Mechanism {
    std::string type = "generic";
    bool handled = true;
    static constexpr auto fields =
        Pack{field("type", &Mechanism::type), field("handled", &Mechanism::handled)};
};

struct Exception {
    std::string type;
    std::string value;
    std::string module;
    Mechanism mechanism;
    static constexpr auto fields =
        Pack{field("type", &Exception::type), field("value", &Exception::value),
             field("module", &Exception::module), field("mechanism", &Exception::mechanism)};
};

struct Exceptions {
    std::vector<Exception> values;
    static constexpr auto fields = Pack{field("values", &Exceptions::values)};
};

struct RequestFields {
    std::string method;
    std::string url;
    std::string query_string;
    Texts headers;
    static constexpr auto fields =
        Pack{field("method", &RequestFields::method), field("url", &RequestFields::url),
             field("query_string", &RequestFields::query_string), field("headers", &RequestFields::headers)};
};

struct ResponseContext {
    int status_code = 0;
    static constexpr auto fields = Pack{field("status_code", &ResponseContext::status_code)};
};

// The same request once more, as contexts are searched and shown.
struct RequestContext {
    std::string method;
    std::string url;
    Texts headers;
    static constexpr auto fields =
        Pack{field("method", &RequestContext::method), field("url", &RequestContext::url),
             field("headers", &RequestContext::headers)};
};

struct Contexts {
    Texts os;
    Texts runtime;
    Texts app;
    std::optional<RequestContext> request;
    std::optional<ResponseContext> response;
    static constexpr auto fields =
        Pack{field("os", &Contexts::os), field("runtime", &Contexts::runtime), field("app", &Contexts::app),
             field("request", &Contexts::request, absent_when_null),
             field("response", &Contexts::response, absent_when_null)};
};

struct Sdk {
    std::string name{kSdkName};
    std::string version;
    static constexpr auto fields = Pack{field("name", &Sdk::name), field("version", &Sdk::version)};
};

struct Event {
    std::string event_id;
    double timestamp = 0;
    std::string platform = "native";
    std::string level;
    std::string logger;
    std::string server_name;
    std::string release;
    std::string dist;
    std::string environment;
    Sdk sdk;
    std::string transaction;
    Exceptions exception;
    std::optional<Texts> user;
    std::optional<RequestFields> request;
    Texts tags;
    Contexts contexts;
    std::vector<std::string> fingerprint;
    static constexpr auto fields = Pack{
        field("event_id", &Event::event_id),
        field("timestamp", &Event::timestamp),
        field("platform", &Event::platform),
        field("level", &Event::level),
        field("logger", &Event::logger),
        field("server_name", &Event::server_name),
        field("release", &Event::release),
        field("dist", &Event::dist),
        field("environment", &Event::environment),
        field("sdk", &Event::sdk),
        field("transaction", &Event::transaction),
        field("exception", &Event::exception),
        field("user", &Event::user, absent_when_null),
        field("request", &Event::request, absent_when_null),
        field("tags", &Event::tags),
        field("contexts", &Event::contexts),
        field("fingerprint", &Event::fingerprint),
    };
};

std::string_view name_of(reports::Level level) {
    constexpr std::array<std::string_view, 4> kNames{"fatal", "error", "warning", "info"};
    return kNames[static_cast<std::size_t>(level)];
}

const Texts& operating_system() {
    static const Texts os = [] {
        utsname names{};
        if (::uname(&names) != 0) return Texts{{"name", "Linux"}};
        return Texts{{"name", names.sysname}, {"version", names.release}};
    }();
    return os;
}

// "GET /api/posts/{post_id}" -> "/api/posts/{post_id}"
std::string route_of(const Captured& captured) {
    return captured.transaction.substr(captured.transaction.find(' ') + 1);
}

Texts tags_of(const Captured& captured, const Options& options) {
    Texts tags{{"component", captured.component}, {"action", captured.action}, {"node", options.server_name}};
    if (!captured.request_id.empty()) tags["request_id"] = captured.request_id;
    if (captured.request) {
        tags["http.status_code"] = std::to_string(captured.request->status);
        tags["route"] = route_of(captured);
    }
    if (captured.suppressed > 0) tags["suppressed"] = std::to_string(captured.suppressed);
    return tags;
}

}  // namespace

std::string event_json(const Captured& captured, const Options& options) {
    Event event;
    event.event_id = captured.event_id;
    event.timestamp = static_cast<double>(captured.at.us) / 1'000'000;
    event.level = name_of(captured.level);
    event.logger = captured.component;
    event.server_name = options.server_name;
    event.release = options.release;
    event.dist = options.dist;
    event.environment = options.environment;
    event.sdk.version = options.version;
    event.transaction = captured.transaction;
    event.exception.values.push_back({.type = captured.type,
                                      .value = captured.text,
                                      .module = captured.component,
                                      .mechanism = {.handled = captured.handled}});
    Texts user;
    if (!captured.user_id.empty()) user["id"] = captured.user_id;
    if (!captured.address.empty()) user["ip_address"] = captured.address;
    if (!user.empty()) event.user = std::move(user);
    event.tags = tags_of(captured, options);
    event.contexts.os = operating_system();
    event.contexts.runtime = {{"name", "C++"}, {"version", "20"}};
    event.contexts.app = {
        {"app_name", "Grover"}, {"app_version", options.version}, {"app_build", options.dist}};
    if (captured.request) {
        const auto& request = *captured.request;
        event.request = RequestFields{request.method, request.url, request.query_string, request.headers};
        event.contexts.request = RequestContext{request.method, request.url, request.headers};
        event.contexts.response = ResponseContext{request.status};
    }
    event.fingerprint = captured.group.empty() ? std::vector<std::string>{"{{ default }}"}
                                               : std::vector{captured.component, captured.group};
    return wire::to_json(event);
}

}  // namespace grover::sentry
