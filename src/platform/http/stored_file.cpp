#include "platform/http/stored_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <limits>

#include "platform/http/etag.hpp"
#include "platform/http/response_head.hpp"

namespace grover::http {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Digits only; more than fit count as the largest number.
std::optional<std::uint64_t> parse_position(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc{} ? value : std::numeric_limits<std::uint64_t>::max();
}

bool is_unchanged(const RequestHead& request, const StoredFile& file) {
    if (const auto etags = request.header("if-none-match"); !etags.empty())
        return names_etag(etags, file.etag);
    const auto since = parse_http_date(request.header("if-modified-since"));
    return since && file.modified_at <= *since;
}

// A part only helps who has the rest of the same file.
bool range_applies(const RequestHead& request, const StoredFile& file) {
    const auto condition = trimmed(request.header("if-range"));
    if (condition.empty() || condition == file.etag) return true;
    return parse_http_date(condition) == file.modified_at;
}

}  // namespace

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    if (trimmed(if_none_match) == "*") return true;
    while (!if_none_match.empty()) {
        const auto comma = if_none_match.find(',');
        auto one = trimmed(if_none_match.substr(0, comma));
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == etag) return true;
        if_none_match =
            comma == std::string_view::npos ? std::string_view{} : if_none_match.substr(comma + 1);
    }
    return false;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
    constexpr std::size_t kLength = 29;
    if (text.size() != kLength) return std::nullopt;
    const std::string terminated(text);
    std::tm parts{};
    const char* end = strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return timegm(&parts);
}

ByteRange parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    header = trimmed(header);
    if (header.size() < kUnit.size() || !equals_ignoring_case(header.substr(0, kUnit.size()), kUnit))
        return {};
    header = trimmed(header.substr(kUnit.size()));
    const auto dash = header.find('-');
    if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return {};

    const auto first_text = header.substr(0, dash), last_text = header.substr(dash + 1);
    if (first_text.empty()) {
        const auto suffix = parse_position(last_text);
        if (!suffix) return {};
        const auto length = std::min(*suffix, size);
        if (length == 0) return {.form = ByteRange::Form::unsatisfiable};
        return {.form = ByteRange::Form::part, .first = size - length, .length = length};
    }
    const auto first = parse_position(first_text);
    const auto last = last_text.empty() ? std::optional(std::numeric_limits<std::uint64_t>::max())
                                        : parse_position(last_text);
    if (!first || !last || *last < *first) return {};
    if (*first >= size) return {.form = ByteRange::Form::unsatisfiable};
    return {.form = ByteRange::Form::part, .first = *first, .length = std::min(*last, size - 1) - *first + 1};
}

void answer_with_file(const RequestHead& request, StoredFile file, Response& response) {
    // The response closes it, whatever is sent.
    response.file = FileBody{.fd = file.fd, .offset = 0, .length = file.size};
    response.may_compress = false;
    response.content_type = file.content_type;
    response.status = 200;
    response.add_header("Accept-Ranges", "bytes");
    response.add_header("ETag", file.etag);
    response.add_header("Last-Modified", http_date(file.modified_at));
    const auto drop_body = [&](int status) {
        response.status = status;
        if (response.file->fd >= 0) ::close(response.file->fd);
        response.file.reset();
    };
    if (is_unchanged(request, file)) return drop_body(304);

    // Ranges are defined for GET alone; HEAD tells the whole length.
    if (request.method != Method::get || !range_applies(request, file)) return;
    const auto range = parse_range(request.header("range"), file.size);
    const auto size = std::to_string(file.size);
    if (range.form == ByteRange::Form::unsatisfiable) {
        drop_body(416);
        response.add_header("Content-Range", "bytes */" + size);
    } else if (range.form == ByteRange::Form::part) {
        response.status = 206;
        response.file->offset = range.first;
        response.file->length = range.length;
        response.add_header("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                 std::to_string(range.first + range.length - 1) + "/" + size);
    }
}

}  // namespace grover::http
