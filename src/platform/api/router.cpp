#include "platform/api/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace grover::api {
namespace {

using http::Method;

std::string_view next_segment(std::string_view& rest) {
    const auto slash = rest.find('/');
    const auto segment = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    return segment;
}

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::other);

}  // namespace

struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    std::unique_ptr<Node> parameter;
    std::unique_ptr<Node> rest;  // takes all that is left of a path
    std::array<Target, kMethods> targets;
    bool is_end = false;
};

Router::Router(const Api& api) : root_(std::make_unique<Node>()) {
    for (const auto& endpoint : api.endpoints()) {
        add(endpoint->route.method, endpoint->name, *endpoint);
        for (const auto& alias : endpoint->route.aliases) {
            add(alias.method,
                endpoint->route.absolute ? std::string(alias.path) : "/api" + std::string(alias.path),
                *endpoint);
        }
    }
}

Router::~Router() = default;

void Router::add(Method method, std::string_view path, const Endpoint& endpoint) {
    Node* node = root_.get();
    Target target{&endpoint, {}};
    path.remove_prefix(1);
    while (!path.empty()) {
        auto segment = next_segment(path);
        const bool is_parameter = segment.starts_with('{'), is_rest = segment.ends_with("...}");
        auto& child = is_rest        ? node->rest
                      : is_parameter ? node->parameter
                                     : node->children[std::string(segment)];
        if (is_parameter) {
            segment.remove_prefix(1);
            segment.remove_suffix(is_rest ? 4 : 1);
            target.names.emplace_back(segment);
        }
        if (!child) child = std::make_unique<Node>();
        node = child.get();
    }
    auto& slot = node->targets[static_cast<std::size_t>(method)];
    if (slot.endpoint)
        throw std::logic_error("two endpoints for " + std::string(http::to_string(method)) + " " +
                               endpoint.name);
    slot = std::move(target);
    node->is_end = true;
}

const Router::Node* Router::walk(const Node& node, std::string_view rest,
                                 std::array<std::string_view, kMaxPathParameters>& values,
                                 std::size_t& count) const {
    if (rest.empty()) return node.is_end ? &node : nullptr;
    auto after = rest;
    const auto segment = next_segment(after);
    if (const auto child = node.children.find(segment); child != node.children.end()) {
        if (const auto* found = walk(*child->second, after, values, count)) return found;
    }
    if (count == kMaxPathParameters) return nullptr;
    if (node.parameter && !segment.empty()) {
        values[count++] = segment;
        if (const auto* found = walk(*node.parameter, after, values, count)) return found;
        --count;
    }
    if (!node.rest) return nullptr;
    values[count++] = rest;
    return node.rest.get();
}

Match Router::find(Method method, std::string_view path) const {
    Match match;
    if (!path.starts_with('/')) return match;
    path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    std::array<std::string_view, kMaxPathParameters> values;
    std::size_t count = 0;
    const Node* node = walk(*root_, path, values, count);
    if (!node) return match;
    match.path_known = true;
    if (method == Method::head && !node->targets[static_cast<std::size_t>(Method::head)].endpoint)
        method = Method::get;
    const Target* target =
        method < Method::other ? &node->targets[static_cast<std::size_t>(method)] : nullptr;
    if (target && target->endpoint) {
        match.endpoint = target->endpoint;
        match.parameter_count = count;
        for (std::size_t i = 0; i < count; ++i) match.parameters[i] = {target->names[i], values[i]};
        return match;
    }
    for (std::size_t i = 0; i < kMethods; ++i) {
        if (!node->targets[i].endpoint) continue;
        if (node->targets[i].endpoint->route.cache_control == kNeverStored) match.is_never_stored = true;
        if (!match.allow.empty()) match.allow += ", ";
        match.allow += http::to_string(static_cast<Method>(i));
        const bool has_head = node->targets[static_cast<std::size_t>(Method::head)].endpoint != nullptr;
        if (static_cast<Method>(i) == Method::get && !has_head) match.allow += ", HEAD";
    }
    match.allow += ", OPTIONS";
    return match;
}

}  // namespace grover::api
