// A place in a list in the order of time, as a cursor carries it: "<microseconds>.<id>" of the last row of a page.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace grover {

struct Place {
    Time at{INT64_MAX};
    std::string id = "~";  // behind every id: the start of a list whose newest come first
};

std::string place_text(Time at, std::string_view id);

// `start` for an empty text: page 1. Throws 400 "Invalid cursor".
Place place_of(std::string_view text, Place start = {});

}  // namespace grover
