// The body of a request as its type says: JSON, a form, or parts with files.
#pragma once

#include <string>

#include "platform/api/api.hpp"
#include "platform/http/server.hpp"

namespace grover::api {

// 413 for a declared length that no endpoint reads, and for one that this endpoint does not: such a request is broken, whoever
// sends it.
void refuse_hopeless_length(const http::RequestHead& request);
void refuse_long_body(const http::RequestHead& request, const Endpoint& endpoint);

// `bytes_in` is what was read, also when it is refused. In a fiber.
void read_body(http::Exchange& exchange, const Endpoint& endpoint, const std::string& upload_directory,
               Inputs& inputs, std::size_t& bytes_in);

}  // namespace grover::api
