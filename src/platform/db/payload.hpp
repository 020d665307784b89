// Events and jobs as they are stored: the JSON of their wire fields.
#pragma once

#include <string>

#include "platform/wire/json_out.hpp"

namespace grover::db {

template <class T>
std::string to_payload(const T& value) {
    std::string out;
    wire::write(out, value);
    return out;
}

}  // namespace grover::db
