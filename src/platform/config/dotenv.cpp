#include "platform/config/dotenv.hpp"

#include <algorithm>
#include <optional>

#include "platform/text/utf8.hpp"

namespace grover::config {
namespace {

bool is_name(std::string_view name) {
    const auto starts = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && starts(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return starts(c) || (c >= '0' && c <= '9'); });
}

char unescaped(char c) {
    if (c == 'n') return '\n';
    if (c == 't') return '\t';
    return c;
}

// The quoted value at the start of `text`, or nothing when its closing quote is missing or something follows
// it.
std::optional<std::string> quoted(std::string_view text) {
    const char quote = text.front();
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == quote) {
            const std::string_view rest = text::trim(text.substr(i + 1));
            if (!rest.empty() && rest.front() != '#') return std::nullopt;
            return value;
        }
        const bool escape = quote == '"' && text[i] == '\\' && i + 1 < text.size();
        if (escape && std::string_view("nt\\\"$").find(text[i + 1]) != std::string_view::npos) {
            value += unescaped(text[++i]);
        } else {
            value += text[i];
        }
    }
    return std::nullopt;
}

std::string_view bare(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t'))
            return text::trim(text.substr(0, i));
    }
    return text;
}

}  // namespace

Dotenv parse_dotenv(std::string_view text) {
    Dotenv out;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);  // editors on Windows put a byte order mark first
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text::trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.front() == '#') continue;
        if (line.starts_with("export ")) line = text::trim(line.substr(7));
        const auto complain = [&](std::string_view what) {
            out.errors.push_back("line " + std::to_string(number) + ": " + std::string(what));
        };
        const std::size_t equals = line.find('=');
        const std::string_view name = text::trim(line.substr(0, equals));
        if (equals == std::string_view::npos || !is_name(name)) {
            complain("expected NAME=value");
            continue;
        }
        const std::string_view value = text::trim(line.substr(equals + 1));
        if (value.empty() || (value.front() != '"' && value.front() != '\'')) {
            out.values.emplace_back(name, bare(value));
        } else if (auto inner = quoted(value)) {
            out.values.emplace_back(name, std::move(*inner));
        } else {
            complain(std::string(name) + " has a quote that is not closed at its end");
        }
    }
    return out;
}

}  // namespace grover::config
