// A hash of everything a request said, so that an Idempotency-Key is known to come with the same input again.
#pragma once

#include <string>

#include "platform/api/inputs.hpp"

namespace grover::api {

// 32 bytes as hex. Files count by their content.
std::string fingerprint_of(const Inputs& inputs);

}  // namespace grover::api
