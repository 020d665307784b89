// Which extensions a WebSocket gets: permessage-deflate, or none (RFC 6455 §9.1, RFC 7692 §5 and §7.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grover::realtime {

struct Extensions {
    // permessage-deflate without context takeover on either side, and how far back what we send may refer: 2^8 to 2^15
    // bytes. 0: not agreed on.
    int deflate_window = 0;
    std::string answer;  // the header Sec-WebSocket-Extensions; empty: none
};

// Takes the first offer that can be kept; no such: none. Nothing at all if the header is malformed: then the handshake
// fails.
std::optional<Extensions> agree_on_extensions(std::string_view offers);

}  // namespace grover::realtime
