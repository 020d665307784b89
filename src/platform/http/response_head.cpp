#include "platform/http/response_head.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace grover::http {

namespace {

void append_number(std::uint64_t number, std::string& out) {
    std::array<char, 20> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end);
}

void append_status_line(int status, std::string& out) {
    if (status == 200) {
        out += "HTTP/1.1 200 OK\r\n";
        return;
    }
    out += "HTTP/1.1 ";
    append_number(static_cast<std::uint64_t>(status), out);
    out += ' ';
    out += reason_of(status);
    out += "\r\n";
}

void append_line(std::string_view name, std::string_view value, std::string& out) {
    out += name;
    out += value;
    out += "\r\n";
}

}  // namespace

std::string_view reason_of(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 451:
            return "Unavailable For Legal Reasons";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Status";
    }
}

std::string http_date(std::int64_t seconds_since_epoch) {
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = seconds_since_epoch;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text;
    const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                   kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                   parts.tm_hour, parts.tm_min, parts.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

bool is_bodiless(int status) { return status < 200 || status == 204 || status == 304; }

void append_head(const Response& response, const AnswerFrame& frame, std::string& out) {
    append_status_line(response.status, out);
    if (!is_bodiless(response.status)) {
        if (frame.length > 0 && !response.content_type.empty())
            append_line("Content-Type: ", response.content_type, out);
        if (!frame.content_encoding.empty()) append_line("Content-Encoding: ", frame.content_encoding, out);
        out += "Content-Length: ";
        append_number(frame.length, out);
        out += "\r\n";
    }
    if (frame.varies_by_encoding) out += "Vary: Accept-Encoding\r\n";
    append_line("Date: ", frame.date, out);
    if (!frame.connection.empty()) append_line("Connection: ", frame.connection, out);
    out += response.header_block();
    out += "\r\n";
}

}  // namespace grover::http
