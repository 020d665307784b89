// From a path to an endpoint. Static segments win over parameters, segment by segment from the left (contract/README.md);
// a static branch without a match falls back to the parameter: /users/me/follow is /users/{user_id}/follow.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/api.hpp"

namespace grover::api {

inline constexpr std::size_t kMaxPathParameters = 4;
// The Route::cache_control of what speaks of credentials.
inline constexpr std::string_view kNeverStored = "no-store";

struct Match {
    const Endpoint* endpoint = nullptr;  // null: no such path, or (path_known) another method
    bool path_known = false;
    std::string allow;             // of a known path, for 405 and OPTIONS
    bool is_never_stored = false;  // what the path answers to those methods, and so the 405 too
    // Names are the route's, values still percent-encoded.
    std::array<std::pair<std::string_view, std::string_view>, kMaxPathParameters> parameters{};
    std::size_t parameter_count = 0;
};

class Router {
public:
    // Throws std::logic_error when two endpoints claim the same method and path.
    explicit Router(const Api& api);
    ~Router();

    // HEAD is looked up as GET. A trailing slash means the same path.
    Match find(http::Method method, std::string_view path) const;

private:
    struct Node;
    struct Target {
        const Endpoint* endpoint = nullptr;
        std::vector<std::string> names;  // of the parameters, from the left
    };
    void add(http::Method method, std::string_view path, const Endpoint& endpoint);
    const Node* walk(const Node& node, std::string_view rest,
                     std::array<std::string_view, kMaxPathParameters>& values, std::size_t& count) const;

    std::unique_ptr<Node> root_;
};

}  // namespace grover::api
