#include "platform/realtime/reason.hpp"

namespace grover::realtime {

std::string_view to_string(Reason reason) {
    switch (reason) {
        case Reason::transport_closed:
            return "transport_closed";
        case Reason::client_closed:
            return "client_closed";
        case Reason::client_disconnect:
            return "client_disconnect";
        case Reason::server_disconnect:
            return "server_disconnect";
        case Reason::server_closed:
            return "server_closed";
        case Reason::ping_timeout:
            return "ping_timeout";
        case Reason::connect_timeout:
            return "connect_timeout";
        case Reason::attachments_timeout:
            return "attachments_timeout";
        case Reason::protocol_error:
            return "protocol_error";
        case Reason::invalid_text:
            return "invalid_text";
        case Reason::too_large:
            return "too_large";
        case Reason::too_slow:
            return "too_slow";
        case Reason::flood:
            return "flood";
        case Reason::handler_failed:
            return "handler_failed";
        case Reason::shutdown:
            return "shutdown";
    }
    return "";
}

CloseCode close_code(Reason reason) {
    switch (reason) {
        case Reason::protocol_error:
            return CloseCode::protocol_error;
        case Reason::invalid_text:
            return CloseCode::invalid_text;
        case Reason::too_large:
            return CloseCode::too_big;
        case Reason::flood:
        case Reason::connect_timeout:
        case Reason::attachments_timeout:
            return CloseCode::policy;
        case Reason::handler_failed:
            return CloseCode::internal_error;
        case Reason::shutdown:
            return CloseCode::restart;
        default:
            return CloseCode::normal;
    }
}

Reason reason_of(CloseCode code) {
    switch (code) {
        case CloseCode::too_big:
            return Reason::too_large;
        case CloseCode::invalid_text:
            return Reason::invalid_text;
        default:
            return Reason::protocol_error;
    }
}

}  // namespace grover::realtime
