#include "platform/integrations/jws.hpp"

#include "platform/text/base64.hpp"

namespace grover::integrations {
namespace {

constexpr std::size_t kMaxToken = 16 * 1024;

std::optional<wire::JsonDocument> parse_object(std::string_view part) {
    const auto text = text::from_base64url(part);
    if (!text) return std::nullopt;
    auto document = wire::JsonDocument::parse(*text);
    if (!document || document->root().kind() != wire::JsonKind::object) return std::nullopt;
    return document;
}

}  // namespace

std::string_view text_member(wire::JsonView object, std::string_view name) {
    const auto found = object.find(name);
    return found.present() && found.kind() == wire::JsonKind::string ? found.string() : std::string_view{};
}

std::string_view Jws::algorithm() const { return text_member(header.root(), "alg"); }
std::string_view Jws::key_id() const { return text_member(header.root(), "kid"); }

std::optional<Jws> parse_jws(std::string_view token) {
    if (token.size() > kMaxToken) return std::nullopt;
    const auto first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;

    auto signature = text::from_base64url(token.substr(second + 1));
    if (!signature || signature->empty()) return std::nullopt;
    auto header = parse_object(token.substr(0, first));
    if (!header || header->root().find("crit").present()) return std::nullopt;
    auto payload = parse_object(token.substr(first + 1, second - first - 1));
    if (!payload) return std::nullopt;
    return Jws{std::move(*header), std::move(*payload), token.substr(0, second), std::move(*signature)};
}

}  // namespace grover::integrations
