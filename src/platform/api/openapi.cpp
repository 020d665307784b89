// OpenAPI 3.1 from the table that routes requests (system.md §1).
#include <algorithm>
#include <cctype>
#include <map>

#include "platform/api/api.hpp"

namespace grover::api {
namespace {

using wire::append_string;

constexpr std::string_view kErrorSchema =
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
           "\",\"required\":" + (input.required && in == "path" ? "true" : "false");
    if (!input.summary.empty()) {
        out += ",\"description\":";
        append_string(out, input.summary);
    }
    out += ",\"schema\":" + input.schema + "}";
}

std::string body_schema(const std::vector<InputInfo>& inputs) {
    std::string properties, required;
    for (const auto& input : inputs) {
        if (!(input.where & (wire::in_body | wire::in_file))) continue;
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
    const auto error = [&](int status, std::string_view text) {
        out += ",\"" + std::to_string(status) + R"(":{"description":")" + std::string(text) +
               R"(","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}})";
    };
    error(400, "The input is well-formed but refused");
    if (route.auth == Auth::required || route.auth == Auth::admin) {
        error(401, "Not authenticated");
        error(403, "Not authorized");
    }
    if (path.find('{') != std::string_view::npos) error(404, "It does not exist, or not for this caller");
    if (!inputs.empty()) error(422, "Input of the wrong shape, one entry for each bad field");
    if (route.limit != RateClass::exempt) error(429, "Too many requests");
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
    Components components{{"Error", std::string(kErrorSchema)}};
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
