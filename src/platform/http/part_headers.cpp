#include "platform/http/part_headers.hpp"

#include <algorithm>
#include <array>

#include "platform/http/form.hpp"
#include "platform/http/message.hpp"

namespace grover::http {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Up to the closing quote, which is taken too. Only \" and \\ are escapes: old browsers send Windows paths as they are.
std::string take_quoted(std::string_view& rest) {
    std::string out;
    while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\' && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\\'))
            rest.remove_prefix(1);
        out.push_back(rest.front());
        rest.remove_prefix(1);
    }
    if (!rest.empty()) rest.remove_prefix(1);
    return out;
}

// HTML escapes exactly these three in names and file names, and leaves '%' itself alone.
std::string without_html_escapes(std::string text) {
    constexpr std::array<std::pair<std::string_view, char>, 3> kEscapes{
        {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}}};
    for (const auto& [escape, character] : kEscapes) {
        for (auto at = text.find(escape); at != text.npos; at = text.find(escape, at + 1)) {
            text.replace(at, escape.size(), 1, character);
        }
    }
    return text;
}

// RFC 5987: UTF-8'en'%e2%82%ac.
std::string extended_value(std::string_view text) {
    const auto charset_end = text.find('\'');
    const auto language_end = charset_end == text.npos ? text.npos : text.find('\'', charset_end + 1);
    if (language_end == text.npos) return std::string(text);
    return percent_decoded(text.substr(language_end + 1), PlusIs::plus);
}

}  // namespace

bool PartHeaders::is_file() const {
    if (file_name) return true;
    const std::string_view type = std::string_view(content_type).substr(0, content_type.find_first_of("/;"));
    const std::string_view whole = std::string_view(content_type).substr(0, content_type.find(';'));
    return equals_ignoring_case(type, "image") || equals_ignoring_case(type, "video") ||
           equals_ignoring_case(type, "audio") ||
           equals_ignoring_case(trimmed(whole), "application/octet-stream");
}

std::optional<std::string> header_parameter(std::string_view value, std::string_view lower_case_name) {
    auto rest = value.substr(std::min(value.find(';'), value.size()));
    while (!rest.empty()) {
        rest.remove_prefix(1);  // ';'
        const auto name_end = rest.find_first_of("=;");
        const auto name = trimmed(rest.substr(0, name_end));
        rest.remove_prefix(std::min(name_end, rest.size()));
        std::string text;
        if (rest.starts_with('=')) {
            rest.remove_prefix(1);
            rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
            if (rest.starts_with('"')) {
                rest.remove_prefix(1);
                text = take_quoted(rest);
            } else {
                text = trimmed(rest.substr(0, rest.find(';')));
            }
        }
        if (equals_ignoring_case(name, lower_case_name)) return text;
        rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    }
    return std::nullopt;
}

std::optional<PartHeaders> parse_part_headers(std::string_view lines) {
    PartHeaders headers;
    bool named = false;
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        const auto colon = line.find(':');
        if (colon == line.npos) continue;
        const auto name = trimmed(line.substr(0, colon));
        const auto value = trimmed(line.substr(colon + 1));
        if (equals_ignoring_case(name, "content-type")) headers.content_type = value;
        if (!equals_ignoring_case(name, "content-disposition")) continue;
        if (!equals_ignoring_case(trimmed(value.substr(0, value.find(';'))), "form-data")) continue;
        if (auto part_name = header_parameter(value, "name")) {
            headers.name = without_html_escapes(std::move(*part_name));
            named = true;
        }
        if (auto file_name = header_parameter(value, "filename")) {
            headers.file_name = without_html_escapes(std::move(*file_name));
        }
        if (const auto extended = header_parameter(value, "filename*"))
            headers.file_name = extended_value(*extended);
    }
    if (!named) return std::nullopt;
    return headers;
}

}  // namespace grover::http
