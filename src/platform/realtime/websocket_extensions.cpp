#include "platform/realtime/websocket_extensions.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "platform/realtime/deflate.hpp"

namespace grover::realtime {

namespace {

struct Parameter {
    std::string_view name;
    std::optional<std::string> value;
};

struct Offer {
    std::string_view name;
    std::vector<Parameter> parameters;
};

bool is_token_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

class Parser {
public:
    explicit Parser(std::string_view text) : rest_(text) {}

    bool at_end() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
        return rest_.empty();
    }

    bool take(char c) {
        if (at_end() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // Empty: there is none.
    std::string_view token() {
        if (at_end()) return {};
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
        const auto found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(found.size());
        return found;
    }

    // A token, or one between quotation marks.
    std::string value() {
        if (!take('"')) return std::string(token());
        std::string found;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\') rest_.remove_prefix(1);
            if (rest_.empty() || !is_token_character(rest_.front())) return {};
            found += rest_.front();
            rest_.remove_prefix(1);
        }
        return take('"') ? found : std::string();
    }

private:
    std::string_view rest_;
};

std::optional<Offer> parse_offer(Parser& parser) {
    Offer offer{parser.token(), {}};
    if (offer.name.empty()) return std::nullopt;
    while (parser.take(';')) {
        Parameter parameter{parser.token(), {}};
        if (parameter.name.empty()) return std::nullopt;
        if (parser.take('=')) {
            parameter.value = parser.value();
            if (parameter.value->empty()) return std::nullopt;
        }
        offer.parameters.push_back(std::move(parameter));
    }
    return offer;
}

// 8 to 15, without zeros in front.
std::optional<int> window_bits(const std::optional<std::string>& value) {
    if (!value) return std::nullopt;
    constexpr std::array<std::string_view, 8> kValues{"8", "9", "10", "11", "12", "13", "14", "15"};
    const auto found = std::find(kValues.begin(), kValues.end(), *value);
    if (found == kValues.end()) return std::nullopt;
    return static_cast<int>(found - kValues.begin()) + 8;
}

// Nothing: the offer is declined, because it is for another extension or has a parameter that is unknown, given twice or
// has no right value.
std::optional<Extensions> accept(const Offer& offer) {
    if (offer.name != "permessage-deflate") return std::nullopt;
    Extensions agreed{.deflate_window = kDeflateWindow,
                      .answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"};
    const auto& all = offer.parameters;
    for (auto at = all.begin(); at != all.end(); ++at) {
        const auto& [name, value] = *at;
        if (std::any_of(all.begin(), at, [&](const auto& earlier) { return earlier.name == at->name; }))
            return std::nullopt;
        const auto bits = window_bits(value);
        if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
            if (value) return std::nullopt;
        } else if (name == "client_max_window_bits") {
            // The client says that it could do with less. Our window serves a thread, not a client: there is no need.
            if (value && !bits) return std::nullopt;
        } else if (name == "server_max_window_bits") {
            if (!bits) return std::nullopt;
            agreed.deflate_window = *bits;
            agreed.answer += "; server_max_window_bits=" + *value;
        } else {
            return std::nullopt;
        }
    }
    return agreed;
}

}  // namespace

std::optional<Extensions> agree_on_extensions(std::string_view offers) {
    std::optional<Extensions> agreed;
    Parser parser(offers);
    // Elements of a list may be empty, and what follows the one that is taken must be well-formed, too.
    while (!parser.at_end()) {
        if (parser.take(',')) continue;
        const auto offer = parse_offer(parser);
        if (!offer || (!parser.at_end() && !parser.take(','))) return std::nullopt;
        if (!agreed) agreed = accept(*offer);
    }
    return agreed ? agreed : Extensions{};
}

}  // namespace grover::realtime
