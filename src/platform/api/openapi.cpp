// OpenAPI 3.1 from the table that routes requests (system.md §1).
#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <vector>

#include "platform/api/api.hpp"

namespace grover::api {
namespace {

using wire::append_string;

constexpr std::string_view kErrorSchema =
    R"({"type":"object","properties":{"detail":{"type":"string"},"code":{"type":"string"},"request_id":{"type":"string"}},"required":["detail","code","request_id"]})";
// `detail` is a sentence when it is not the fields that are wrong (a used Idempotency-Key).
constexpr std::string_view kInvalidInputSchema =
    R"({"type":"object","properties":{"detail":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"object","properties":{"loc":{"type":"array","items":{"type":"string"}},"msg":{"type":"string"},"type":{"type":"string"}},"required":["loc","msg","type"]}}]},"code":{"type":"string"},"request_id":{"type":"string"}},"required":["detail","code","request_id"]})";

std::string lower_method(http::Method method) {
    std::string name(http::to_string(method));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

// "/api/posts/{post_id}/react" → "posts": the first word of the path is the domain's.
std::string tag_of(std::string_view path) {
    if (path.starts_with("/api/")) path.remove_prefix(5);
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.empty()) return "docs";  // the front page leads there
    return std::string(path.substr(0, path.find('/')));
}

std::string operation_id(http::Method method, std::string_view path) {
    std::string id = lower_method(method);
    for (const char c : path) id += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    return id;
}

void append_parameter(std::string& out, const InputInfo& input, std::string_view in) {
    if (out.back() != '[') out += ',';
    out += "{\"name\":";
    append_string(out, input.name);
    out += ",\"in\":\"" + std::string(in) +
           "\",\"required\":" + (input.required && !(input.where & wire::in_body) ? "true" : "false");
    if (!input.summary.empty()) {
        out += ",\"description\":";
        append_string(out, input.summary);
    }
    out += ",\"schema\":" + input.schema + "}";
}

std::string body_schema(const std::vector<InputInfo>& inputs) {
    std::string properties, required;
    std::set<std::string_view> named;
    for (const auto& input : inputs) {
        if (!(input.where & (wire::in_body | wire::in_file))) continue;
        // A file that may also come as text has two fields of one name, the file first; readers take a name once.
        if (!named.insert(input.name).second) continue;
        if (!properties.empty()) properties += ',';
        append_string(properties, input.name);
        properties += ':' + input.schema;
        // What may also come in the query is not required of the body.
        if (!input.required || (input.where & wire::in_query)) continue;
        if (!required.empty()) required += ',';
        append_string(required, input.name);
    }
    if (properties.empty()) return {};
    return R"({"type":"object","properties":{)" + properties + "}" +
           (required.empty() ? "" : ",\"required\":[" + required + "]") + "}";
}

// What an endpoint refuses with: what it names itself, and what follows from its declaration.
std::map<int, std::vector<std::string>> errors_of(const Endpoint& endpoint, http::Method method,
                                                  const std::vector<InputInfo>& inputs) {
    const Route& route = endpoint.route;
    std::map<int, std::vector<std::string>> out;
    const auto add = [&](int status, std::string_view sentence) {
        auto& sentences = out[status];
        if (std::ranges::find(sentences, sentence) == sentences.end()) sentences.emplace_back(sentence);
    };
    for (const auto& input : inputs) {
        if (input.is_id) add(400, "Invalid " + input.name + " format");
        if (input.name == "cursor") add(400, "Invalid cursor");
    }
    const bool signs_in = route.auth == Auth::required || route.auth == Auth::admin;
    if (signs_in) add(401, "Not authenticated");
    if (route.auth != Auth::none) {
        add(403, "Account suspended");
        if (!route.open_while_leaving) add(403, "Account scheduled for deletion");
    }
    if (route.auth == Auth::admin) add(403, "Not authorized");
    for (const auto& error : endpoint.errors) add(error.status, error.detail);
    if (method != http::Method::get && method != http::Method::head && signs_in) {
        add(409, "A request with this Idempotency-Key is still running");
        add(409,
            "The first request with this Idempotency-Key was interrupted after it had changed something");
        add(422, "Idempotency-Key was used with another request");
    }
    if (endpoint.reads_body) add(413, "Body too large");
    if (!inputs.empty()) add(422, "one entry for each bad field");
    if (route.limit != RateClass::exempt) {
        add(429, "Too many requests, please try again later");
        add(503, "The store cannot be reached");
    }
    return out;
}

void append_operation(std::string& out, const Endpoint& endpoint, http::Method method, std::string_view path,
                      Components& components) {
    const Route& route = endpoint.route;
    const auto inputs = endpoint.inputs(components);
    out += "{\"tags\":[";
    append_string(out, tag_of(path));
    out += "],\"operationId\":";
    append_string(out, operation_id(method, path));
    out += ",\"summary\":";
    append_string(out, route.summary);
    out += ",\"parameters\":[";
    for (const auto& input : inputs) {
        if (input.where & wire::in_path) append_parameter(out, input, "path");
        if (input.where & wire::in_query) append_parameter(out, input, "query");
    }
    out += ']';
    const bool has_file = std::any_of(inputs.begin(), inputs.end(),
                                      [](const auto& input) { return input.where & wire::in_file; });
    if (const auto schema = body_schema(inputs); !schema.empty()) {
        out += R"(,"requestBody":{"content":{)";
        if (!has_file)
            out += R"("application/json":{"schema":)" + schema +
                   "},\"application/x-www-form-urlencoded\":{\"schema\":" + schema + "},";
        out += "\"multipart/form-data\":{\"schema\":" + schema + "}}}";
    }
    out += ",\"responses\":{\"" + std::to_string(route.status) + "\":{\"description\":\"Success\"";
    if (const auto answer = endpoint.answer(components); !answer.empty())
        out += R"(,"content":{"application/json":{"schema":)" + answer + "}}";
    out += '}';
    for (const auto& [status, sentences] : errors_of(endpoint, method, inputs)) {
        out += ",\"" + std::to_string(status) + R"(":{"description":)";
        std::string text;
        for (const auto& sentence : sentences) text += (text.empty() ? "`" : ", `") + sentence + '`';
        append_string(out, text);
        out += R"(,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/)";
        out += status == 422 ? "InvalidInput" : "Error";
        out += R"("}}}})";
    }
    out += '}';
    if (route.auth != Auth::none) {
        out += R"(,"security":[{"bearer":[]})";
        if (route.auth == Auth::optional) out += ",{}";
        out += ']';
    }
    out += '}';
}

}  // namespace

std::string openapi_of(const Api& api, std::string_view version) {
    Components components{{"Error", std::string(kErrorSchema)},
                          {"InvalidInput", std::string(kInvalidInputSchema)}};
    std::map<std::string, std::map<std::string, std::string>> paths;
    for (const auto& endpoint : api.endpoints()) {
        const auto add = [&](http::Method method, std::string path) {
            // OpenAPI has no word for "the rest of the path".
            if (const auto dots = path.rfind("...}"); dots != std::string::npos) path.erase(dots, 3);
            append_operation(paths[path][lower_method(method)], *endpoint, method, path, components);
        };
        add(endpoint->route.method, endpoint->name);
        for (const auto& alias : endpoint->route.aliases)
            add(alias.method,
                endpoint->route.absolute ? std::string(alias.path) : "/api" + std::string(alias.path));
    }
    std::string out =
        R"({"openapi":"3.1.0","info":{"title":"Grover API","description":"Social Media Creator Platform API","version":)";
    append_string(out, version);
    out += "},\"paths\":{";
    for (const auto& [path, operations] : paths) {
        if (out.back() != '{') out += ',';
        append_string(out, path);
        out += ":{";
        for (const auto& [method, operation] : operations) {
            if (out.back() != '{') out += ',';
            append_string(out, method);
            out += ':' + operation;
        }
        out += '}';
    }
    out += R"(},"components":{"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"}},"schemas":{)";
    for (const auto& [name, schema] : components) {
        if (out.back() != '{') out += ',';
        append_string(out, name);
        out += ':' + schema;
    }
    return out + "}}}";
}

}  // namespace grover::api
