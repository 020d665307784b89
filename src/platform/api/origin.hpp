// Origins and hosts: who may read answers across origins (CORS), and what links in answers start with.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace grover::api {

bool lists_origin(std::span<const std::string> allowed, std::string_view origin);

// Whether links of this server may name that host ("localhost:8001"): localhost, an address, or the host of an allowed origin
// or of `public_base_url`. In any case of letters.
bool is_own_host(std::string_view host, std::string_view public_base_url,
                 std::span<const std::string> allowed_origins);

// Scheme and host that media links of this answer start with: `public_base_url` when set; else the request's own when its
// host is localhost, an address, or the host of an allowed origin; else http://localhost:<port> (media.md §6). The view
// lives until this thread's next call.
std::string_view base_url_for(std::string_view public_base_url, std::string_view host_header, bool https,
                              std::span<const std::string> allowed_origins, unsigned port);

}  // namespace grover::api
