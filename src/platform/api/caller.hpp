// Who asks, and from where. Made by the dispatcher for each request; views live as long as the request.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/base/id.hpp"

namespace grover::api {

struct Caller {
    UserId id;  // empty: nobody
    SessionId session_id;
    bool is_admin = false;
    bool email_verified = true;
    bool presented_socket_cookie = false;

    std::string_view address;  // of the client, after trusted proxies
    std::string_view user_agent;
    std::string_view request_id;
    std::string_view credential;  // the raw token of the Authorization header; never logged
    std::string_view cookies;     // the Cookie header; authenticates nothing over HTTP
    // Scheme and host that links in this answer start with (media.md §6 "Built when read").
    std::string_view base_url;

    bool is_anonymous() const { return id.empty(); }
};

}  // namespace grover::api

namespace grover {
using api::Caller;
}
