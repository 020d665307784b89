#include "platform/http/form.hpp"

#include <algorithm>

#include "platform/base/error.hpp"

namespace grover::http {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string percent_decoded(std::string_view text, PlusIs plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high >= 0 && low >= 0) {
                out.push_back(static_cast<char>(high * 16 + low));
                i += 2;
                continue;
            }
        }
        out.push_back(text[i] == '+' && plus == PlusIs::space ? ' ' : text[i]);
    }
    return out;
}

std::vector<FormField> parse_form(std::string_view text) {
    std::vector<FormField> fields;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        if (fields.size() == kMaxFormFields) throw Error(ErrorKind::too_large, "Too many form fields");
        const auto equals = std::min(pair.find('='), pair.size());
        fields.push_back({percent_decoded(pair.substr(0, equals), PlusIs::space),
                          percent_decoded(pair.substr(std::min(equals + 1, pair.size())), PlusIs::space)});
    }
    return fields;
}

}  // namespace grover::http
