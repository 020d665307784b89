#include "platform/realtime/websocket_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "platform/text/base64.hpp"

namespace grover::realtime {

namespace {

constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

// One of the words between commas, in any case.
bool lists(std::string_view header, std::string_view lower_case_word) {
    while (!header.empty()) {
        const auto end = std::min(header.find(','), header.size());
        auto word = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        const auto first = word.find_first_not_of(" \t");
        if (first == word.npos) continue;
        word = word.substr(first, word.find_last_not_of(" \t") - first + 1);
        if (http::equals_ignoring_case(word, lower_case_word)) return true;
    }
    return false;
}

// 16 bytes in base64.
bool is_key(std::string_view key) {
    constexpr std::size_t kSize = 24;
    return key.size() == kSize && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/';
           });
}

// Several headers count as one list.
std::string offers_of(const http::RequestHead& request) {
    std::string offers;
    for (const auto& header : request.headers) {
        if (!http::equals_ignoring_case(header.name, "sec-websocket-extensions")) continue;
        offers += header.value;
        offers += ',';
    }
    return offers;
}

std::string accept_of(std::string_view key) {
    std::string text(key);
    text += kMagic;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    ::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha1(), nullptr);
    return text::to_base64({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace

bool asks_for_websocket(const http::RequestHead& request) {
    return lists(request.header("upgrade"), "websocket");
}

std::optional<Extensions> answer_websocket(const http::RequestHead& request, http::Response& response,
                                           Compression compression) {
    const auto key = request.header("sec-websocket-key");
    if (request.method != http::Method::get || request.http_1_0 || request.has_body || !is_key(key) ||
        !lists(request.header("connection"), "upgrade")) {
        response.status = 400;
        return std::nullopt;
    }
    if (request.header("sec-websocket-version") != "13") {
        response.status = 426;
        response.add_header("Sec-WebSocket-Version", "13");
        return std::nullopt;
    }
    auto extensions =
        compression == Compression::none ? Extensions{} : agree_on_extensions(offers_of(request));
    if (!extensions) {
        response.status = 400;
        return std::nullopt;
    }
    response.status = 101;
    response.add_header("Upgrade", "websocket");
    response.add_header("Sec-WebSocket-Accept", accept_of(key));
    if (!extensions->answer.empty()) response.add_header("Sec-WebSocket-Extensions", extensions->answer);
    return extensions;
}

}  // namespace grover::realtime
