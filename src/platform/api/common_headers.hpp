// What every answer says beside its own: who may read it across origins, and what browsers must not do with it (system.md §2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/http/server.hpp"

namespace grover::api {

class CommonHeaders {
public:
    // "*" anywhere: all origins, without credentials.
    CommonHeaders(std::vector<std::string> allowed_origins, bool https);

    void add(const http::RequestHead& request, std::string_view request_id, http::Response& response) const;
    // The whole answer to OPTIONS; `methods` of the path, for who asks without an origin.
    void preflight(const http::RequestHead& request, std::string_view methods,
                   http::Response& response) const;

private:
    std::vector<std::string> origins_;
    bool any_origin_;
    bool https_;
};

}  // namespace grover::api
