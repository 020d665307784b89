#include "platform/realtime/handshake.hpp"

#include "platform/http/form.hpp"

namespace grover::realtime {

std::string_view to_string(TransportKind kind) {
    return kind == TransportKind::polling ? "polling" : "websocket";
}

Handshake::Handshake(const http::RequestHead& request, TransportKind transport) : transport_(transport) {
    std::size_t size = request.target.size() + request.peer.size();
    for (const auto& header : request.headers) size += header.name.size() + header.value.size();
    bytes_ = std::make_unique<char[]>(size);
    char* end = bytes_.get();
    const auto keep = [&end](std::string_view text) {
        text.copy(end, text.size());
        const std::string_view kept(end, text.size());
        end += text.size();
        return kept;
    };
    head_.method = request.method;
    head_.target = keep(request.target);
    head_.path = head_.target.substr(0, head_.target.find('?'));
    if (head_.path.size() < head_.target.size()) head_.query = head_.target.substr(head_.path.size() + 1);
    head_.peer = keep(request.peer);
    head_.http_1_0 = request.http_1_0;
    head_.https = request.https;
    headers_.reserve(request.headers.size());
    for (const auto& header : request.headers) headers_.push_back({keep(header.name), keep(header.value)});
    head_.headers = headers_;
}

std::optional<std::string> Handshake::query(std::string_view name) const {
    std::optional<std::string> found;
    for (auto& field : http::parse_form(head_.query)) {
        if (field.name == name) found = std::move(field.value);
    }
    return found;
}

}  // namespace grover::realtime
